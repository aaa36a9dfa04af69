import { type FormEvent, useState } from 'react'
import type { ApprovalView } from '../../../contract/index.ts'
import { useCommand, useReef } from '../../live/reef.ts'
import { say } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog, DialogActions } from '../../parts/dialog.tsx'
import { Input } from '../../parts/field.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import styles from './decision.module.css'

const MAX_DAYS = 30

/** "Always" writes a draft and nothing else: this card stays as it is, and the draft answers for nobody until it is put in force (U-46). */
export function AlwaysDialog({ approval, onClose }: { approval: ApprovalView; onClose: () => void }) {
  const project = useReef((facts) => (approval.planId ? facts.plans[approval.planId]?.project : undefined))
  const isAgent = useReef((facts) => facts.agents[approval.askedBy] !== undefined)
  const command = approval.action === 'command.run' ? approval.previews.find((preview) => preview.kind === 'command') : undefined
  const [name, setName] = useState(`${approval.action} of ${approval.askedBy}`.slice(0, 80))
  const [maxUses, setMaxUses] = useState('5')
  const [usdEach, setUsdEach] = useState('1')
  const [usdTotal, setUsdTotal] = useState('5')
  const [days, setDays] = useState('7')
  const draft = useCommand((client) =>
    client.playbook.draft({
      name: name.trim(),
      scope: {
        actions: [approval.action],
        agents: isAgent ? [approval.askedBy] : [],
        projects: project === undefined ? [] : [project],
        ...(command !== undefined && { commands: [command.argv.join(' ')] }),
      },
      maxUses: Number(maxUses),
      maxUsdEach: Number(usdEach),
      maxUsdTotal: Number(usdTotal),
      days: Number(days),
      fromApproval: approval.id,
    }),
  )
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault()
    if (!(await draft.run())) return
    say('The playbook is drafted. It answers for nobody until you put it in force under Rules.')
    onClose()
  }
  const wrong = (field: string) => (draft.refusal?.field === field ? draft.refusal.message : undefined)
  const amount = (value: string, set: (value: string) => void, max: number, min = 0) => ({
    type: 'number',
    min,
    max,
    step: 'any',
    required: true,
    value,
    onChange: (event: { target: { value: string } }) => set(event.target.value),
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title="Draft a playbook"
      about="Nothing is approved by this, this card included. You look at the draft under Rules and put it in force there."
    >
      <form className={styles.form} onSubmit={onSubmit}>
        <RefusalNote refusal={draft.refusal} />
        <Input label="Name" required minLength={3} maxLength={80} value={name} error={wrong('name')} onChange={(event) => setName(event.target.value)} />
        <p>
          Answers <strong>{approval.action}</strong> of <strong>{isAgent ? approval.askedBy : 'anybody'}</strong> in <strong>{project ?? 'any project'}</strong>
          {command === undefined ? '' : `, where the command begins “${command.argv.join(' ')}”`}, where no words of strangers are in the chain.
        </p>
        <div className={styles.pair}>
          <Input label="How often at most" {...amount(maxUses, setMaxUses, 1000, 1)} step={1} error={wrong('maxUses')} />
          <Input label="For how many days" hint={`at most ${MAX_DAYS}`} {...amount(days, setDays, MAX_DAYS, 0.01)} error={wrong('days')} />
          <Input label="US dollars each" {...amount(usdEach, setUsdEach, 1000)} error={wrong('maxUsdEach')} />
          <Input label="US dollars in all" {...amount(usdTotal, setUsdTotal, 10_000)} error={wrong('maxUsdTotal')} />
        </div>
        <DialogActions>
          <Button large onClick={onClose}>
            Leave it
          </Button>
          <Button large type="submit" pending={draft.pending}>
            Write the draft
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

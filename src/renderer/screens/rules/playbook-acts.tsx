import type { PlaybookView } from '../../../contract/playbooks.ts'
import { useCommand } from '../../live/reef.ts'
import { say } from '../../live/shell-door.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { useNow } from '../../parts/now.ts'
import { showHidden } from '../../parts/visible-text.ts'
import { useZone } from '../../parts/zone.ts'
import { toEffectText, toEndOf } from './playbooks.select.ts'

type Props = { readonly playbook: PlaybookView; readonly onClose: () => void; readonly onDone: () => void }

/** The effect stands here in one sentence before it holds: this is where "always" is meant. */
export function ActivateDialog({ playbook, onClose, onDone }: Props) {
  const zone = useZone()
  const now = useNow(60_000)
  const activate = useCommand((client) => client.playbook.activate({ id: playbook.id }))
  const confirm = async () => {
    const active = await activate.run()
    if (!active) return
    say(`“${showHidden(active.name)}” answers from now on.`)
    onDone()
  }
  return (
    <Confirm
      open
      title={`Activate “${showHidden(playbook.name)}”?`}
      verb="Let it answer for me"
      pending={activate.pending}
      refusal={activate.refusal}
      onClose={onClose}
      onConfirm={confirm}
    >
      {showHidden(toEffectText(playbook, zone.full(toEndOf(playbook, now))))}
    </Confirm>
  )
}

/** Takes a playbook back; a draft is thrown away by it. */
export function EndDialog({ playbook, onClose, onDone }: Props) {
  const isDraft = playbook.state === 'draft'
  const revoke = useCommand((client) => client.playbook.revoke({ id: playbook.id }))
  const confirm = async () => {
    if (!(await revoke.run())) return
    say(isDraft ? `The draft “${showHidden(playbook.name)}” is gone.` : `“${showHidden(playbook.name)}” answers no more.`)
    onDone()
  }
  return (
    <Confirm
      open
      danger
      title={isDraft ? `Discard “${showHidden(playbook.name)}”?` : `Revoke “${showHidden(playbook.name)}”?`}
      verb={isDraft ? 'Discard it' : 'Revoke it'}
      pending={revoke.pending}
      refusal={revoke.refusal}
      onClose={onClose}
      onConfirm={confirm}
    >
      {isDraft ? 'Nothing changes: it has never answered.' : 'From now on these actions ask you again. What it answered already stays done.'}
    </Confirm>
  )
}

import { useState } from 'react'
import type { CircuitView, ProviderView } from '../../../contract/router.ts'
import { useCommand, useReef } from '../../live/reef.ts'
import { say } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { RehearsalLabel } from '../../parts/rehearsal-label.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { Ago, At } from '../../parts/time.tsx'
import { RotateKey } from './rotate-key.tsx'
import styles from './settings.module.css'
import { billingWords, keyFates, keyWords } from './settings.select.ts'

/** One provider: its address, key and breaker; it is asked for its models, gets another key and is removed here. */
export function Provider({ provider, circuit }: { provider: ProviderView; circuit: CircuitView | undefined }) {
  const { name } = provider
  const [removing, setRemoving] = useState(false)
  const [rotating, setRotating] = useState(false)
  const [found, setFound] = useState<{ reachable: boolean; models: readonly string[]; message: string }>()
  const test = useCommand((client) => client.provider.test({ name }))
  const remove = useCommand((client) => client.provider.remove({ name }))
  const users = useReef((facts) =>
    Object.values(facts.agents).flatMap((agent) => ([agent.model, agent.fallback].some((ref) => ref?.startsWith(`${name}/`)) ? [agent.name] : [])),
  )
  return (
    <Card title={name} note={provider.rehearsal ? <RehearsalLabel /> : <StateMark machine="circuit" state={provider.circuit} />}>
      <dl className={styles.facts}>
        <dt>address</dt>
        <dd>
          <code>{provider.baseUrl}</code>
        </dd>
        <dt>speaks</dt>
        <dd>{provider.wire}</dd>
        <dt>key</dt>
        <dd>
          {keyWords[provider.key]}
          {provider.keySetAt === null ? null : (
            <>
              , set <Ago at={provider.keySetAt} />
            </>
          )}
        </dd>
        <dt>paid</dt>
        <dd>{billingWords[provider.billing]}</dd>
        <dt>used by</dt>
        <dd>{users.length > 0 ? users.join(', ') : provider.rehearsal ? 'rehearsals alone' : 'no agent by name; the choice may still take its models'}</dd>
        {circuit && provider.circuit !== 'closed' ? (
          <>
            <dt>now</dt>
            <dd>
              {circuit.detail}
              {circuit.until === null ? null : (
                <>
                  {' '}
                  until <At at={circuit.until} />
                </>
              )}
            </dd>
          </>
        ) : null}
      </dl>
      {provider.rehearsal ? null : (
        <div className={styles.actions}>
          <Button pending={test.pending} onClick={() => test.run().then((answer) => setFound(answer))}>
            {test.pending ? 'Asking…' : 'Ask for its models'}
          </Button>
          {provider.billing === 'local' ? null : <Button onClick={() => setRotating(true)}>Change key…</Button>}
          <Button kind="danger" onClick={() => setRemoving(true)}>
            Remove…
          </Button>
          <p role="status" className={styles.found} data-reachable={found?.reachable}>
            {found ? (
              <>
                <span aria-hidden="true">{found.reachable ? '✓' : '▲'}</span>{' '}
                {found.reachable ? `It answers and offers ${found.models.length.toLocaleString('en-US')} models.` : found.message}
              </>
            ) : null}
          </p>
        </div>
      )}
      <RefusalNote refusal={test.refusal} />
      {rotating ? <RotateKey name={name} onClose={() => setRotating(false)} /> : null}
      <Confirm
        open={removing}
        danger
        title={`Remove ${name}?`}
        verb={`Remove ${name}`}
        pending={remove.pending}
        refusal={remove.refusal}
        onClose={() => {
          setRemoving(false)
          remove.clear()
        }}
        onConfirm={async () => {
          if (!(await remove.run())) return
          setRemoving(false)
          say(`${name} was removed, and its key with it.`)
        }}
      >
        {users.length > 0 ? `${users.join(', ')} will have no model there: their next task waits. ` : ''}
        {keyFates[provider.key]} What was spent stays in the record.
      </Confirm>
    </Card>
  )
}

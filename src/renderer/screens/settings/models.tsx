import { useState } from 'react'
import type { ProviderView } from '../../../contract/router.ts'
import { useCommand, useReef } from '../../live/reef.ts'
import { openDialog, say } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { Empty } from '../../parts/empty.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { RehearsalLabel } from '../../parts/rehearsal-label.tsx'
import { Catalogue } from './catalogue.tsx'
import styles from './settings.module.css'
import { keyFates, keyWords } from './settings.select.ts'

/** Where models are reached: each provider with its address and key, tested and removed here. */
export function Models() {
  const providers = useReef((facts) => Object.values(facts.providers))
  const connect = (
    <Button kind={providers.some((provider) => !provider.rehearsal) ? 'plain' : 'lead'} onClick={() => openDialog('connect-model')}>
      Connect a model
    </Button>
  )
  return providers.length === 0 ? (
    <Card title="Models">
      <Empty title="No model is connected." action={connect}>
        Agents need one to work. Keys stay on this machine, in a file that only you can read, and never reach an agent.
      </Empty>
    </Card>
  ) : (
    <>
      <p className={styles.lead}>{connect}</p>
      {providers
        .toSorted((a, b) => Number(a.rehearsal) - Number(b.rehearsal) || a.name.localeCompare(b.name))
        .map((provider) => (
          <Provider key={provider.name} provider={provider} />
        ))}
    </>
  )
}

function Provider({ provider }: { provider: ProviderView }) {
  const { name } = provider
  const [removing, setRemoving] = useState(false)
  const [listing, setListing] = useState(false)
  const [found, setFound] = useState<{ reachable: boolean; models: readonly string[]; message: string }>()
  const test = useCommand((client) => client.provider.test({ name }))
  const remove = useCommand((client) => client.provider.remove({ name }))
  const users = useReef((facts) =>
    Object.values(facts.agents).flatMap((agent) => ([agent.model, agent.fallback].some((ref) => ref?.startsWith(`${name}/`)) ? [agent.name] : [])),
  )
  return (
    <Card title={name} note={provider.rehearsal ? <RehearsalLabel /> : null}>
      <dl className={styles.facts}>
        <dt>address</dt>
        <dd>
          <code>{provider.baseUrl}</code>
        </dd>
        <dt>speaks</dt>
        <dd>{provider.wire}</dd>
        <dt>key</dt>
        <dd>{keyWords[provider.key]}</dd>
        <dt>used by</dt>
        <dd>{users.length > 0 ? users.join(', ') : 'no agent'}</dd>
      </dl>
      {provider.rehearsal ? null : (
        <div className={styles.actions}>
          <Button pending={test.pending} onClick={() => test.run().then((answer) => setFound(answer))}>
            {test.pending ? 'Testing…' : 'Test'}
          </Button>
          <Button aria-expanded={listing} onClick={() => setListing(!listing)}>
            {listing ? 'Hide models' : 'Show models and prices'}
          </Button>
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
      {listing ? <Catalogue provider={name} /> : null}
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

import { useState } from 'react'
import { useAsk, useEvents, useReef } from '../../live/reef.ts'
import { openDialog } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Circuits } from './circuits.tsx'
import { ModelList } from './model-list.tsx'
import { Provider } from './provider.tsx'
import styles from './settings.module.css'

/** Where models are reached, which of them may be chosen, and whether calls get through. */
export function Models() {
  const providers = useReef((facts) => Object.values(facts.providers))
  const [changes, setChanges] = useState(0)
  useEvents(({ type }) => {
    if (/^(provider|circuit|model)\./.test(type)) setChanges((n) => n + 1)
  })
  const health = useAsk((client) => client.model.health(), [changes])
  const connect = (
    <Button kind={providers.some((provider) => !provider.rehearsal) ? 'plain' : 'lead'} onClick={() => openDialog('connect-model')}>
      Connect a model
    </Button>
  )
  if (providers.length === 0)
    return (
      <Card title="Models">
        <Empty title="No model is connected." action={connect}>
          Agents need one to work. Keys stay on this machine, in a file that only you can read, and never reach an agent.
        </Empty>
      </Card>
    )
  const circuits = health.data?.circuits ?? []
  return (
    <>
      <p className={styles.lead}>{connect}</p>
      <div className={styles.providers}>
        {providers
          .toSorted((a, b) => Number(a.rehearsal) - Number(b.rehearsal) || a.name.localeCompare(b.name))
          .map((provider) => (
            <Provider key={provider.name} provider={provider} circuit={circuits.find(({ provider: of, model }) => of === provider.name && model === null)} />
          ))}
      </div>
      <ModelList version={changes} />
      <Circuits health={health} />
    </>
  )
}

import { useState } from 'react'
import { ModelTier } from '../../../contract/queue.ts'
import type { ModelView } from '../../../contract/router.ts'
import { useAsk, useCommand } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Checkbox, Input, Select } from '../../parts/field.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import styles from './settings.module.css'
import { findModels, showContext, showPrice, toTestText } from './settings.select.ts'

type Change = { readonly ref: string; readonly tier?: ModelTier; readonly enabled?: boolean }
type Rate = keyof Pick<ModelView, 'inputUsdPerMTok' | 'outputUsdPerMTok'>

/**
 * Every model of every provider: its place in the cost pyramid, whether it may be chosen for an agent that names none, and one real call of a
 * token or two that says what it cost. An unknown price is billed at the ceiling of the settings, never at zero.
 */
export function ModelList({ version }: { version: number }) {
  const [wanted, setWanted] = useState('')
  const [told, setTold] = useState<{ readonly ok: boolean; readonly text: string }>()
  const [trying, setTrying] = useState<string>()
  const { data, loading, refusal, again } = useAsk((client) => client.model.list(), [version])
  const set = useCommand((client, change: Change) => client.model.set(change))
  const test = useCommand((client, ref: string) => client.model.test({ ref }))
  const change = async (next: Change) => {
    if (await set.run(next)) again()
  }
  const tryOut = async (ref: string) => {
    setTrying(ref)
    setTold(undefined)
    const answer = await test.run(ref)
    setTrying(undefined)
    if (answer) setTold({ ok: answer.ok, text: toTestText(answer) })
  }
  const models = findModels(data?.models ?? [], wanted)
  return (
    <Card
      title="Models to choose from"
      note={data ? `${data.models.filter(({ enabled }) => enabled).length} of ${data.models.length.toLocaleString('en-US')} in the choice` : null}
    >
      <RefusalNote refusal={refusal} again={again} />
      {data ? (
        <div className={styles.catalogue}>
          <Input
            label={`Find among ${data.models.length.toLocaleString('en-US')} models`}
            bare
            placeholder="Find a model"
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
          />
          <RefusalNote refusal={set.refusal ?? test.refusal} />
          <p role="status" className={styles.found} data-reachable={told?.ok}>
            {trying ? `Trying ${trying}…` : told ? `${told.ok ? '✓' : '▲'} ${told.text}` : ''}
          </p>
          <div className={styles.models}>
            <Table
              label="Models"
              columns={columns(change, tryOut, trying, set.pending)}
              rows={models}
              rowKey={(model) => model.ref}
              rowHeight={40}
              empty={
                wanted === '' ? (
                  <Empty title="No provider lists a model.">Any name that a provider knows can be written into an agent.</Empty>
                ) : (
                  'No model is called that.'
                )
              }
            />
          </div>
        </div>
      ) : loading ? (
        <Skeleton lines={5} label="Loading models" />
      ) : null}
    </Card>
  )
}

const price = (id: Rate, head: string): Column<ModelView> => ({
  id,
  head,
  width: '76px',
  align: 'end',
  cell: (model) => (model.billing === 'local' ? 'free' : showPrice(model[id])),
})

const columns = (
  onChange: (change: Change) => void,
  onTest: (ref: string) => void,
  trying: string | undefined,
  pending: boolean,
): readonly Column<ModelView>[] => [
  { id: 'ref', head: 'model', width: 'minmax(150px, 3fr)', cell: (model) => <code title={model.ref}>{model.ref}</code> },
  {
    id: 'tier',
    head: 'tier',
    width: '108px',
    cell: (model) => (
      <Select
        bare
        label={`Tier of ${model.ref}`}
        options={ModelTier.options.map((tier) => [tier, tier] as const)}
        value={model.tier}
        disabled={pending}
        onChange={(event) => {
          const tier = ModelTier.options.find((one) => one === event.target.value)
          if (tier) onChange({ ref: model.ref, tier })
        }}
      />
    ),
  },
  {
    id: 'enabled',
    head: 'in the choice',
    width: '92px',
    cell: (model) => (
      <Checkbox
        label={<span className={styles.unseen}>{model.ref} may be chosen</span>}
        checked={model.enabled}
        disabled={pending}
        onChange={(event) => onChange({ ref: model.ref, enabled: event.target.checked })}
      />
    ),
  },
  price('inputUsdPerMTok', 'in, $/M'),
  price('outputUsdPerMTok', 'out, $/M'),
  { id: 'context', head: 'context', width: '68px', align: 'end', cell: (model) => showContext(model.contextWindow) },
  {
    id: 'can',
    head: 'can',
    width: '100px',
    cell: ({ tools, vision }) => [tools ? 'tools' : null, vision ? 'pictures' : null].filter(Boolean).join(', ') || 'text',
  },
  {
    id: 'circuit',
    head: 'calls',
    width: '116px',
    cell: ({ circuit }) => <StateMark machine="circuit" state={circuit} glyphOnly={circuit === 'closed'} />,
  },
  {
    id: 'test',
    head: '',
    width: '64px',
    align: 'end',
    cell: (model) => (
      <Button kind="quiet" pending={trying === model.ref} disabled={trying !== undefined} aria-label={`Test ${model.ref}`} onClick={() => onTest(model.ref)}>
        Test
      </Button>
    ),
  },
]

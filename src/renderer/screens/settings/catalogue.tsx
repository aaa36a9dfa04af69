import { useState } from 'react'
import { useAsk } from '../../live/reef.ts'
import { Input } from '../../parts/field.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import styles from './settings.module.css'
import { type CatalogueModel, findModels, showContext, showPrice } from './settings.select.ts'

/** What a provider offers, with prices where they are known; an unknown price is billed at the ceiling of the settings, never at zero. */
export function Catalogue({ provider }: { provider: string }) {
  const [wanted, setWanted] = useState('')
  const { data, loading, refusal, again } = useAsk((client) => client.provider.catalogue({ name: provider }), [provider])
  if (!data) return loading ? <Skeleton lines={5} label="Loading models" /> : <RefusalNote refusal={refusal} again={again} />
  const models = findModels(data.models, wanted)
  return (
    <div className={styles.catalogue}>
      <Input
        label={`Find among ${data.models.length.toLocaleString('en-US')} models`}
        bare
        placeholder="Find a model"
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      <div className={styles.models}>
        <Table
          label={`Models of ${provider}`}
          columns={columns}
          rows={models}
          rowKey={(model) => model.ref}
          empty={wanted ? 'No model is called that.' : 'It lists no models; any name it knows can be written into an agent.'}
        />
      </div>
    </div>
  )
}

const columns: readonly Column<CatalogueModel>[] = [
  { id: 'ref', head: 'model', width: 'minmax(160px, 3fr)', cell: (model) => <code title={model.ref}>{model.ref}</code> },
  { id: 'input', head: 'in, $ a million', width: 'minmax(96px, 1fr)', align: 'end', cell: (model) => showPrice(model.inputUsdPerMTok) },
  { id: 'output', head: 'out, $ a million', width: 'minmax(96px, 1fr)', align: 'end', cell: (model) => showPrice(model.outputUsdPerMTok) },
  { id: 'context', head: 'context', width: '96px', align: 'end', cell: (model) => showContext(model.contextWindow) },
]

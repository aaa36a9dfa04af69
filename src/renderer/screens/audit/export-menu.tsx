import type { AuditRow } from '../../../contract/events.ts'
import { useClient, useReef } from '../../live/reef.ts'
import { say } from '../../live/shell-door.ts'
import { usePieces } from '../../live/use-pieces.ts'
import { Button } from '../../parts/button.tsx'
import { toDay } from '../../parts/days.ts'
import { Menu } from '../../parts/menu.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { saveFile } from '../../parts/save-file.ts'
import styles from './audit.module.css'
import { toJsonLines } from './audit.select.ts'

const types = { jsonl: 'application/jsonl', csv: 'text/csv' } as const
type Format = keyof typeof types

/** The whole record as a file for other programs, read page by page; or the rows that are on screen (U-35). */
export function ExportMenu({ rows }: { rows: readonly AuditRow[] }) {
  const client = useClient()
  const zone = useReef((facts) => facts.status.timeZone)
  const { progress, refusal, read, stop } = usePieces()
  const save = (name: string, format: Format, pieces: readonly string[]) => {
    saveFile(name, types[format], pieces)
    say(`${name} is saved.`)
  }
  const saveAll = async (format: Format) => {
    const pieces = await read<number>((after) => client.audit.export({ format, ...(after !== undefined && { after }) }))
    if (pieces) save(`reef-audit-${toDay(Date.now(), zone)}.${format}`, format, pieces)
  }
  const saveShown = () => save(`reef-audit-${rows.at(-1)?.seq ?? 0}-${rows[0]?.seq ?? 0}.jsonl`, 'jsonl', [toJsonLines(rows)])
  if (progress !== undefined)
    return (
      <span className={styles.export}>
        <span role="status">{(progress / 1_000_000).toFixed(1)} MB read</span>
        <Button kind="quiet" onClick={stop}>
          Stop
        </Button>
      </span>
    )
  return (
    <span className={styles.export}>
      <RefusalNote refusal={refusal} />
      <Menu
        label="Export"
        items={[
          { label: 'Everything as JSON Lines', act: () => void saveAll('jsonl') },
          { label: 'Everything as CSV', act: () => void saveAll('csv') },
          { label: `These ${rows.length.toLocaleString('en-US')} rows as JSON Lines`, disabled: rows.length === 0, act: saveShown },
        ]}
      >
        <Button kind="quiet">Export…</Button>
      </Menu>
    </span>
  )
}

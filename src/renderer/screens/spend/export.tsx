import { useState } from 'react'
import type { Instant } from '../../../contract/time.ts'
import { useClient, useReef } from '../../live/reef.ts'
import { say } from '../../live/shell-door.ts'
import { usePieces } from '../../live/use-pieces.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { toDay } from '../../parts/days.ts'
import { Select } from '../../parts/field.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { saveFile } from '../../parts/save-file.ts'
import styles from './spend.module.css'
import { type Span, spans, spanWords, startOf } from './spend.select.ts'

type Format = 'calls' | 'focus'
const formats: ReadonlyArray<readonly [Format, string]> = [
  ['calls', 'calls: one row for each call'],
  ['focus', 'FOCUS 1.4: one row for each kind of token'],
]

/** The ledger as a CSV file, for other programs (U-70). */
export function Export() {
  const client = useClient()
  const zone = useReef((facts) => facts.status.timeZone)
  const [format, setFormat] = useState<Format>('calls')
  const [span, setSpan] = useState<Span | 'all'>('30d')
  const { progress, refusal, read, stop } = usePieces()
  const save = async () => {
    const since = span === 'all' ? undefined : (startOf(span, Date.now(), zone) as Instant)
    const pieces = await read<string>((after) => client.spend.export({ format, ...(since !== undefined && { since }), ...(after !== undefined && { after }) }))
    if (!pieces) return
    const name = `reef-${format}-${toDay(Date.now(), zone)}.csv`
    saveFile(name, 'text/csv', pieces)
    say(`${name} is saved.`)
  }
  return (
    <Card title="Export">
      <div className={styles.form}>
        <div className={styles.row}>
          <Select
            label="Format"
            options={formats}
            value={format}
            onChange={(event) => setFormat(formats.find(([one]) => one === event.target.value)?.[0] ?? 'calls')}
          />
          <Select
            label="Time"
            options={[...spans.map((one) => [one, `the last ${spanWords[one]}`] as const), ['all', 'everything']]}
            value={span}
            onChange={(event) => setSpan(spans.find((one) => one === event.target.value) ?? 'all')}
          />
        </div>
        <RefusalNote refusal={refusal} again={save} />
        <div className={styles.acts}>
          <Button kind="lead" pending={progress !== undefined} onClick={save}>
            Save as CSV
          </Button>
          {progress === undefined ? null : (
            <Button kind="quiet" onClick={stop}>
              Stop
            </Button>
          )}
          <span role="status" className={styles.muted}>
            {progress === undefined ? 'Amounts are in US dollars, times in UTC.' : `${(progress / 1_000_000).toFixed(1)} MB read`}
          </span>
        </div>
      </div>
    </Card>
  )
}

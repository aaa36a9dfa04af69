import { useRef, useState } from 'react'
import type { Refusal } from '../../../contract/errors.ts'
import type { Instant } from '../../../contract/time.ts'
import type { ReefClient } from '../../live/feed.ts'
import { useClient, useReef } from '../../live/reef.ts'
import { RefusalError, toRefusal } from '../../live/refusal.ts'
import { say } from '../../live/shell-door.ts'
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

/** The ledger as a CSV file, for other programs (U-70). It is read page by page, so that a million rows pass through a small window. */
export function Export() {
  const client = useClient()
  const zone = useReef((facts) => facts.status.timeZone)
  const [format, setFormat] = useState<Format>('calls')
  const [span, setSpan] = useState<Span | 'all'>('30d')
  const [progress, setProgress] = useState<number>()
  const [refusal, setRefusal] = useState<Refusal>()
  const stop = useRef<AbortController>(undefined)
  const save = async () => {
    const abort = new AbortController()
    stop.current = abort
    setRefusal(undefined)
    setProgress(0)
    try {
      const since = span === 'all' ? undefined : (startOf(span, Date.now(), zone) as Instant)
      const pieces = await readPieces(client, { format, ...(since !== undefined && { since }) }, abort.signal, setProgress)
      if (abort.signal.aborted) return
      const name = `reef-${format}-${toDay(Date.now(), zone)}.csv`
      saveFile(name, 'text/csv', pieces)
      say(`${name} is saved.`)
    } catch (error) {
      setRefusal(toRefusal(error))
    } finally {
      setProgress(undefined)
    }
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
            <Button kind="quiet" onClick={() => stop.current?.abort()}>
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

/** Every page of the export in its order. Throws when a page comes a second time: that would never end. */
async function readPieces(
  client: ReefClient,
  input: { readonly format: Format; readonly since?: Instant },
  signal: AbortSignal,
  onRead: (characters: number) => void,
): Promise<readonly string[]> {
  const pieces: string[] = []
  let read = 0
  let after: string | undefined
  while (!signal.aborted) {
    const { text, next } = await client.spend.export({ ...input, ...(after !== undefined && { after }) })
    pieces.push(text)
    read += text.length
    onRead(read)
    if (next === null) break
    if (next === after) throw new RefusalError({ code: 'internal', message: 'The export does not move on.', remedy: 'Try again.' })
    after = next
  }
  return pieces
}

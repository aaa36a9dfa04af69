import type { ReactNode } from 'react'
import { useReef } from '../../live/reef.ts'
import { Card } from '../../parts/card.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { At, Elapsed } from '../../parts/time.tsx'
import styles from './settings.module.css'

/** Where this factory lives: its folder, its addresses and its process. */
export function Factory() {
  const status = useReef((facts) => facts.status)
  return (
    <Card title="Data">
      <dl className={styles.facts}>
        <Fact
          name="data directory"
          text={status.dataDir}
          about="Everything REEF knows. Back up this folder; agent files and settings.json in it may be edited by hand."
        />
        <Fact name="address" text={status.url} about="Of this page, on this machine only." />
        <Fact name="gateway" text={status.gatewayUrl} about="Where agents reach models. Every call is counted there." />
        <Fact name="version" text={status.version} />
        <Fact name="process" text={String(status.pid)} />
        <dt>running</dt>
        <dd>
          <Elapsed from={status.startedAt} />, since <At at={status.startedAt} />
        </dd>
        <dt>events</dt>
        <dd>{status.lastSeq.toLocaleString('en-US')}</dd>
        <dt>lag</dt>
        <dd>{status.lagP99Ms.toFixed(1)} ms, 99th percentile since the start</dd>
      </dl>
    </Card>
  )
}

function Fact({ name, text, about }: { name: string; text: string; about?: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <span className={styles.copied}>
          <code>{text}</code>
          <CopyButton text={text} />
        </span>
        {about ? <p className={styles.muted}>{about}</p> : null}
      </dd>
    </>
  )
}

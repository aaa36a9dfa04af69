import { Fragment, useState } from 'react'
import type { BundleId } from '../../../contract/index.ts'
import { placeHref } from '../../live/place.ts'
import { useAsk, useEvents, useReef } from '../../live/reef.ts'
import { At } from '../../parts/time.tsx'
import { usePaced } from '../../parts/use-paced.ts'
import { showHidden } from '../../parts/visible-text.ts'
import styles from './also-on.module.css'
import { type Told, toTold } from './also-on.select.ts'

const REFRESH_MS = 500

/** Where else a card was told and how far it got (U-55, U-68). Its line is there before the answer is: what is above it never moves. */
export function AlsoOn({ bundleId, open }: { bundleId: BundleId; open: boolean }) {
  const channels = useReef((facts) => facts.channels)
  const wasSetUp = Object.values(channels).some(({ name, config }) => name !== 'desktop' && Object.keys(config).length > 0)
  return wasSetUp ? <Line bundleId={bundleId} open={open} /> : null
}

function Line({ bundleId, open }: { bundleId: BundleId; open: boolean }) {
  const channels = useReef((facts) => facts.channels)
  const [moved, setMoved] = useState(0)
  useEvents((event) => {
    if ((event.type === 'message.written' || event.type === 'message.moved') && event.data.bundleId === bundleId) setMoved(event.seq)
  })
  const { data, refusal } = useAsk((client) => client.channel.messages({ bundleId }), [bundleId, usePaced(moved, REFRESH_MS)])
  const told = data && toTold(data.sent, channels)
  return (
    <p className={styles.line}>
      {told === undefined ? (
        refusal && 'Whether your phone was told is not known.'
      ) : told.length === 0 ? (
        open && 'Your phone was not told.'
      ) : (
        <>
          Also on{' '}
          {told.map((one, i) => (
            <Fragment key={one.name}>
              {i === 0 ? null : ' · '}
              <Where told={one} />
            </Fragment>
          ))}
        </>
      )}
    </p>
  )
}

function Where({ told: { name, messageId, words, at, attention, failed } }: { told: Told }) {
  return (
    <>
      <a href={placeHref('channels', 'messages', messageId)}>{name}</a>:{' '}
      <span className={styles.reach} data-attention={attention}>
        {attention === 'alarm' ? <span aria-hidden="true">▲ </span> : null}
        {showHidden(words)}
        {at === null ? null : (
          <>
            {' '}
            <At at={at} />
          </>
        )}
      </span>
      {failed > 0 ? `, ${failed} more failed` : null}
    </>
  )
}

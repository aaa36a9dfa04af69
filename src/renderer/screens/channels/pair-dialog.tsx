import { useState } from 'react'
import type { ChannelView } from '../../../contract/channels.ts'
import { useAsk, useEvents, useReef } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { CodeBlock } from '../../parts/code-block.tsx'
import { Dialog, DialogActions } from '../../parts/dialog.tsx'
import { useNow } from '../../parts/now.ts'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { formatSpan } from '../../parts/time.tsx'
import { showHidden } from '../../parts/visible-text.ts'
import styles from './channels.module.css'

/** Words to send from the phone. That they arrive proves that replies come back, and whose they are: nothing else can (U-67). */
export function PairDialog({ channel, onClose }: { channel: ChannelView; onClose: () => void }) {
  const { name, title } = channel
  const live = useReef((facts) => facts.channels[name])
  const [paired, setPaired] = useState<string | null>(null)
  useEvents((event) => {
    if (event.type === 'channel.paired' && event.data.name === name) setPaired(event.data.pairedSender)
  })
  const code = useAsk((client) => client.channel.pair({ name }), [name], { keep: false })
  const now = useNow(1000)
  const sender = paired ?? live?.pairedSender ?? null
  const left = code.data ? code.data.until - now : 0
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Pair ${title}`}
      about="Send these words from your own phone. Whoever sends them first is you on this channel, so show them to nobody."
    >
      <RefusalNote refusal={code.refusal} again={code.again} />
      {sender !== null ? (
        <p role="status" className={styles.paired}>
          <strong>✓ Paired with {showHidden(sender)}.</strong> It is proven that a reply comes back here and whose it is: from now on that sender may decide T2
          cards over this channel. T3 stays at the desk.
        </p>
      ) : code.data ? (
        <>
          <CodeBlock text={code.data.words} label="Words to send from the phone" />
          <p role="status" className={styles.muted}>
            {left > 0 ? 'Waiting for them to arrive; ' : 'These words are too old. '}
            {left > 0 ? <span aria-live="off">good for {formatSpan(left)}.</span> : null}
          </p>
        </>
      ) : code.loading ? (
        <Skeleton lines={2} label="Making the words" />
      ) : null}
      <DialogActions>
        {sender === null && code.data && left <= 0 ? (
          <Button large onClick={code.again}>
            New words
          </Button>
        ) : null}
        <Button large kind={sender === null ? 'plain' : 'lead'} onClick={onClose}>
          {sender === null ? 'Not now' : 'Done'}
        </Button>
      </DialogActions>
    </Dialog>
  )
}

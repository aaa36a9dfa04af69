import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import type { IncomingView, MessageView } from '../../../contract/channels.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { CodeBlock } from '../../parts/code-block.tsx'
import { Empty } from '../../parts/empty.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { At } from '../../parts/time.tsx'
import { showHidden } from '../../parts/visible-text.ts'
import styles from './channels.module.css'
import { channelNames, kindWords, type Passed, toMarks, toResult } from './channels.select.ts'

/** One message whole, with every station of its way. What came from outside is fenced and plain (U-26). */
export function MessageDetail({ passed, onClose }: { passed: Passed | undefined; onClose: () => void }) {
  return (
    <Card
      className={styles.detail}
      title={passed === undefined ? 'Message' : passed.way === 'out' ? 'To you' : 'Came in'}
      note={passed ? channelNames[passed.message.channel] : null}
      actions={<Button kind="quiet" aria-label="Close" icon={<X />} hint="Esc" onClick={onClose} />}
    >
      {passed === undefined ? (
        <Empty title="It is not among the messages that were read.">Scroll the list to read older ones.</Empty>
      ) : passed.way === 'out' ? (
        <Sent message={passed.message} />
      ) : (
        <Received message={passed.message} result={toResult(passed)} />
      )}
    </Card>
  )
}

function Sent({ message }: { message: MessageView }) {
  return (
    <>
      <dl className={styles.facts}>
        <Fact name="state">
          <StateMark machine="message" state={message.state} />
        </Fact>
        <Fact name="what">{kindWords[message.kind]}</Fact>
        <Fact name="to">{showHidden(message.to)}</Fact>
        <Time name="written" at={message.createdAt} />
        <Time name="sent" at={message.sentAt} />
        <Time name="delivered" at={message.deliveredAt} />
        <Time name="read" at={message.readAt} />
        <Time name="tried again" at={message.nextAttemptAt} />
        <Time name="too late after" at={message.expiresAt} />
        <Fact name="tries">{message.attempts}</Fact>
        {message.error ? <Fact name="problem">{showHidden(message.error)}</Fact> : null}
        {message.buttons.length > 0 ? <Fact name="buttons">{message.buttons.map(({ title }) => title).join(' · ')}</Fact> : null}
      </dl>
      <CodeBlock text={message.text} label="The message as it was sent" />
    </>
  )
}

function Received({ message, result }: { message: IncomingView; result: string }) {
  const marks = toMarks(message)
  return (
    <>
      <dl className={styles.facts}>
        <Fact name="REEF made of it">{showHidden(result)}</Fact>
        <Fact name="from">{showHidden(message.sender)}</Fact>
        {marks.length > 0 ? (
          <Fact name="careful">
            <span className={styles.high}>▲ {marks.join(', ')}</span>
          </Fact>
        ) : null}
        <Time name="sent" at={message.at} />
        <Time name="received" at={message.receivedAt} />
        {message.button === null ? null : <Fact name="pressed">{showHidden(message.button)}</Fact>}
        {message.reaction === null ? null : <Fact name="reacted">{showHidden(message.reaction)}</Fact>}
        {message.repliesTo === null ? null : (
          <Fact name="answers">
            <a href={`#/channels/messages/${message.repliesTo}`}>the message it quotes</a>
          </Fact>
        )}
      </dl>
      {message.text === null ? null : (
        <>
          <p className={styles.muted}>Content from outside:</p>
          <CodeBlock text={message.text} label="What came in, as it is" />
        </>
      )}
    </>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

const Time = ({ name, at }: { name: string; at: number | null }) =>
  at === null ? null : (
    <Fact name={name}>
      <At at={at} seconds />
    </Fact>
  )

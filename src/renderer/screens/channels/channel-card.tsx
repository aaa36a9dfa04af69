import type { ChannelView } from '../../../contract/channels.ts'
import { placeHref, withQuery } from '../../live/place.ts'
import { useCommand } from '../../live/reef.ts'
import { say } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { StateMark, wordOf } from '../../parts/state-mark.tsx'
import { Ago } from '../../parts/time.tsx'
import { showHidden } from '../../parts/visible-text.ts'
import styles from './channels.module.css'

/** One way to the owner: how it stands, what to do about it, and what passed over it last (U-68). */
export function ChannelCard({ channel, onSetUp, onPair, onChanged }: { channel: ChannelView; onSetUp: () => void; onPair: () => void; onChanged: () => void }) {
  const { name, title, state, detail, remedy, address, pairedSender, since } = channel
  const isOff = state === 'off'
  const test = useCommand((client) => client.channel.test({ name }))
  const off = useCommand((client) => client.channel.off({ name }))
  const unpair = useCommand((client) => client.channel.unpair({ name }))
  const runTest = async () => {
    const message = await test.run()
    if (message) say(`${title}, test: ${message.error ?? wordOf('message', message.state).word}.`, message.state === 'failed' ? 'alarm' : 'quiet')
  }
  const turnOff = async () => {
    if (await off.run()) onChanged()
  }
  const forget = async () => {
    if (!(await unpair.run())) return
    say(`${title}: nobody’s word counts over it until you pair again.`)
    onChanged()
  }
  return (
    <Card
      className={styles.card}
      title={title}
      note={
        <>
          <StateMark machine="channel" state={state} />
          {since === null || isOff ? null : (
            <>
              {' '}
              · since <Ago at={since} />
            </>
          )}
        </>
      }
    >
      <div className={styles.body}>
        <p>{showHidden(detail)}</p>
        {remedy ? (
          <p className={styles.remedy}>
            <span aria-hidden="true">→</span> {showHidden(remedy)}
          </p>
        ) : null}
        <dl className={styles.facts}>
          {address === null ? null : (
            <>
              <dt>to</dt>
              <dd>{showHidden(address)}</dd>
            </>
          )}
          <dt>decides</dt>
          <dd>{toDecides(channel)}</dd>
          {isOff || name === 'desktop' ? null : (
            <>
              <dt>last sent</dt>
              <dd>
                <Last at={channel.lastSentAt} />
              </dd>
              <dt>last delivered</dt>
              <dd>
                <Last at={channel.lastDeliveredAt} />
              </dd>
              {name === 'webhook' ? null : (
                <>
                  <dt>last received</dt>
                  <dd>
                    <Last at={channel.lastReceivedAt} />
                  </dd>
                </>
              )}
              <dt>messages</dt>
              <dd>
                <a href={withQuery(placeHref('channels', 'messages'), { channel: name })}>
                  {channel.waiting.toLocaleString('en-US')} waiting{channel.failed > 0 ? ', ' : ', 0 failed'}
                  {channel.failed > 0 ? <strong className={styles.alarm}>✕ {channel.failed.toLocaleString('en-US')} failed</strong> : null}
                </a>
              </dd>
            </>
          )}
        </dl>
        <RefusalNote refusal={test.refusal ?? off.refusal ?? unpair.refusal} />
        {name === 'desktop' ? null : (
          <div className={styles.acts}>
            <Button onClick={onSetUp} aria-label={`${isOff ? 'Set up' : 'Change'} ${title}`}>
              {isOff ? 'Set up…' : 'Change…'}
            </Button>
            {isOff ? null : (
              <>
                <Button pending={test.pending} onClick={runTest} aria-label={`Send a test over ${title}`}>
                  Send a test
                </Button>
                {name === 'webhook' ? null : pairedSender === null ? (
                  <Button onClick={onPair} aria-label={`Pair ${title}`}>
                    Pair…
                  </Button>
                ) : (
                  <Button kind="quiet" pending={unpair.pending} onClick={forget} aria-label={`Unpair ${title}`}>
                    Unpair
                  </Button>
                )}
                <Button kind="quiet" pending={off.pending} onClick={turnOff} aria-label={`Switch ${title} off`}>
                  Switch off
                </Button>
              </>
            )}
          </div>
        )}
      </div>
    </Card>
  )
}

/** Whether a decision may come back over it, and why not. */
function toDecides({ name, decides, state, pairedSender }: ChannelView): string {
  if (name === 'desktop') return 'no: a press opens the card, which is decided in REEF'
  if (decides) return `yes, by ${showHidden(pairedSender ?? 'the paired sender')}`
  if (state === 'off') return 'no'
  if (name === 'webhook') return 'no: nothing comes back over it'
  return pairedSender === null ? 'no: nobody is paired' : 'not now'
}

const Last = ({ at }: { at: number | null }) => (at === null ? <span className={styles.muted}>never</span> : <Ago at={at} />)

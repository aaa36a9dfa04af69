import { Pause, Play } from 'lucide-react'
import { placeHref } from '../live/place.ts'
import { useCommand, useReef } from '../live/reef.ts'
import { openDialog, say } from '../live/shell-door.ts'
import { Button } from '../parts/button.tsx'
import { toGlance } from '../parts/lost-channel.ts'
import { Money } from '../parts/money.tsx'
import { useNow } from '../parts/now.ts'
import { useZone } from '../parts/zone.ts'
import styles from './strip.module.css'

const modeWords = { running: 'Running', paused: 'Paused', draining: 'Shutting down' } as const

/** The same on every screen (U-15): what mode, who waits, what it costs, what time it is. */
export function Strip() {
  const { mode, running, slots, waiting } = useReef(({ status }) => ({
    mode: status.mode,
    running: status.sessionsRunning,
    slots: status.sessionsMax,
    waiting: status.approvalsOpen,
  }))
  const resume = useCommand((client) => client.factory.resume())
  const onResume = async () => {
    if (!(await resume.run())) say('The factory could not be resumed.', 'alarm')
  }
  return (
    <header className={styles.strip}>
      <a className={styles.name} href={placeHref('overview')} aria-label="REEF, overview">
        REEF
      </a>
      <span className={styles.mode} data-mode={mode}>
        {modeWords[mode]}
      </span>
      {mode === 'paused' ? (
        <Button icon={<Play />} pending={resume.pending} onClick={onResume}>
          Resume
        </Button>
      ) : (
        <Button kind="quiet" icon={<Pause />} disabled={mode === 'draining'} onClick={() => openDialog('pause')}>
          Pause
        </Button>
      )}
      {waiting > 0 ? (
        <a className={styles.waiting} href={placeHref('inbox')}>
          {waiting === 1 ? '1 waits on you' : `${waiting.toLocaleString('en-NZ')} wait on you`}
        </a>
      ) : (
        <span className={styles.quiet}>nothing waits on you</span>
      )}
      <span className={styles.grow} />
      <Channels />
      <a className={styles.running} href={placeHref('sessions')}>
        <span className={styles.label}>running</span> {running} of {slots}
      </a>
      <Spend />
      <Clock />
    </header>
  )
}

/** Whether words reach the phone; nothing where none is set up. */
function Channels() {
  const channels = useReef((facts) => facts.channels)
  const glance = toGlance(Object.values(channels))
  if (!glance) return null
  const { of, word, glyph, lost } = glance
  return (
    <a className={styles.channel} data-attention={lost ? 'alarm' : 'quiet'} href={placeHref('channels')} aria-label={`Channels: ${of} ${word}`}>
      <span aria-hidden="true">{glyph}</span> {of} {word}
    </a>
  )
}

function Spend() {
  const { spent, perHour, target, alert, stop, killedAt } = useReef(({ spend }) => spend)
  const attention = killedAt !== null || spent >= stop ? 'alarm' : spent >= alert ? 'high' : 'quiet'
  return (
    <a className={styles.plain} data-attention={attention} href={placeHref('spend')}>
      <span className={styles.label}>today</span> <Money amount={spent} /> <span className={styles.label}>of</span> <Money amount={target} />
      {attention === 'alarm' ? ' ▲ stopped' : attention === 'high' ? ' ▲ over the alert' : ''}
      <span className={styles.rate}>
        <span className={styles.label}>now</span> <Money amount={perHour} />
        /h
      </span>
    </a>
  )
}

function Clock() {
  const now = useNow(1000)
  const zone = useZone()
  return (
    <span className={styles.clock} title={zone.utc(now)}>
      {zone.time(now)} <span className={styles.label}>{zone.zoneName(now)}</span>
    </span>
  )
}

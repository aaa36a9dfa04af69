import { placeHref } from '../live/place.ts'
import { useReef } from '../live/reef.ts'
import { isLost, toLossText } from '../parts/lost-channel.ts'
import { useZone } from '../parts/zone.ts'
import styles from './bars.module.css'

/** While a phone is out of reach every screen says so, and what holds meanwhile. */
export function ChannelBar() {
  const all = useReef((facts) => facts.channels)
  const zone = useZone()
  const channels = Object.values(all)
  return channels.filter(isLost).map((channel) => {
    const { what, meanwhile } = toLossText(channel, channels)
    return (
      <div key={channel.name} className={styles.bar} data-kind="lost" role="status">
        <span aria-hidden="true">▲</span>
        <p>
          <strong>
            {what}
            {channel.since === null ? '' : ` since ${zone.time(channel.since)}`}
          </strong>
          : {meanwhile}
        </p>
        <a href={placeHref('channels')}>See what to do</a>
      </div>
    )
  })
}

import styles from './meter.module.css'

export type MeterTick = { readonly at: number; readonly label: string }

/**
 * A bar with named marks (U-03). `text` is what a screen reader hears in place of the bare number; `attention` colours the fill only when
 * something must be looked at.
 */
export function Meter({
  label,
  value,
  held = 0,
  max,
  text,
  ticks = [],
  marks = [],
  attention = 'quiet',
}: {
  label: string
  value: number
  /** Promised on top of the value, and not yet used: drawn hatched behind it. */
  held?: number
  max: number
  text: string
  ticks?: readonly MeterTick[]
  /** Marks without a name. */
  marks?: readonly number[]
  attention?: 'quiet' | 'high' | 'alarm'
}) {
  const share = (n: number) => `${max > 0 ? Math.min(100, Math.max(0, (n / max) * 100)) : 0}%`
  return (
    <div className={styles.meter}>
      {/* biome-ignore lint/a11y/useSemanticElements: a native meter cannot carry marks. */}
      <div
        className={styles.track}
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={max}
        aria-valuenow={Math.min(Math.max(value, 0), max)}
        aria-valuetext={text}
      >
        <span className={styles.fill} data-attention={attention} style={{ width: share(value) }} />
        {held > 0 ? <span className={styles.held} style={{ left: share(value), width: share(Math.min(held, max - value)) }} /> : null}
        {[...new Set([...ticks.map((tick) => tick.at), ...marks])].map((at) => (
          <span key={at} className={styles.tick} style={{ left: share(at) }} />
        ))}
      </div>
      {ticks.length > 0 ? (
        <div className={styles.labels} aria-hidden="true">
          {ticks.map((tick) => (
            <span key={tick.label}>{tick.label}</span>
          ))}
        </div>
      ) : null}
    </div>
  )
}

import type { SpendInsight } from '../../../contract/ledger.ts'
import { formatMoney, type Nanodollars } from '../../../contract/money.ts'
import { placeHref, withQuery } from '../../live/place.ts'
import { Card } from '../../parts/card.tsx'
import { Money } from '../../parts/money.tsx'
import { toChange } from './insight.select.ts'
import styles from './spend.module.css'

/** What one thing cost on average (U-77). What is in it is said beside it: models only, no people, no servers. */
export function Units({ insight: { units } }: { insight: SpendInsight }) {
  return (
    <Card title="What one costs" note="models only">
      <dl className={styles.facts}>
        {units.map(({ unit, count, each }) => (
          <div key={unit} className={styles.fact}>
            <dt>
              a {unit} <span>({count.toLocaleString('en-US')})</span>
            </dt>
            <dd>{each === null ? 'none yet' : <Money amount={each} />}</dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}

/** Who spends more or less than in the time of equal length before. */
export function Movers({ insight: { movers, since, until } }: { insight: SpendInsight }) {
  return (
    <Card title="What moved" note="against the time before">
      {movers.length === 0 ? <p className={styles.muted}>Nothing to compare yet.</p> : null}
      <dl className={styles.facts}>
        {movers.map(({ by, key, cost, before }) => (
          <div key={`${by} ${key}`} className={styles.fact}>
            <dt>
              {by} <a href={withQuery(placeHref('spend', 'calls'), { [by]: key, since, until })}>{key}</a>
            </dt>
            <dd>
              <Money amount={before} /> → <Money amount={cost} /> <strong>{toChange(cost, before)}</strong>
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}

/** What was wasted, and how far the figures can be believed (U-72, U-78). */
export function Quality({ insight }: { insight: SpendInsight }) {
  const { cacheHitRate, failedAttempts, retries, estimated, unpriced } = insight
  return (
    <Card title="Waste and certainty">
      <dl className={styles.facts}>
        <Fact name="input that came from a cache">{cacheHitRate === null ? 'no input yet' : `${Math.round(cacheHitRate * 100)} %`}</Fact>
        <Fact name="on attempts that did not succeed">{formatMoney(failedAttempts)}</Fact>
        <Fact name="on attempts after a task’s first">{formatMoney(retries)}</Fact>
        <Fact name="not exact: cut off, or at no listed price">{formatMoney(estimated)}</Fact>
        <Fact name="without a listed price, at the ceiling" attention={unpriced}>
          {formatMoney(unpriced)}
        </Fact>
      </dl>
    </Card>
  )
}

function Fact({ name, attention, children }: { name: string; attention?: Nanodollars; children: string }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd className={attention ? styles.high : undefined}>
        {attention ? '▲ ' : ''}
        {children}
      </dd>
    </div>
  )
}

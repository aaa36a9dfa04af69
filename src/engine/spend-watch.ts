import { hours, minutes, seconds, toNanodollars } from '../contract/index.ts'
import type { Roster } from './agents/index.ts'
import type { Append } from './journal/index.ts'
import type { Clock } from './kernel/clock.ts'
import type { Logger } from './kernel/logger.ts'
import { createVelocity, toVelocityWords } from './ledger/index.ts'
import type { Money } from './money.ts'
import type { SettingsService } from './settings/index.ts'
import { type ReadDb, type WriteDb, write } from './store/index.ts'

export type SpendWatchDeps = {
  readonly db: WriteDb
  readonly reader: ReadDb
  readonly clock: Clock
  readonly append: Append
  readonly logger: Logger
  readonly settings: SettingsService
  readonly roster: Roster
  readonly money: Pick<Money, 'budgets' | 'spend'>
}

const CHECK_MS = seconds(5)
const FORECAST_MS = minutes(5)
const ALARM_MS = hours(1)

/** Looks every few seconds at how fast money goes: an agent out of all proportion is paused, and the owner hears of the rest (C-20, U-73). */
export function watchSpend({ db, reader, clock, append, logger, settings, roster, money }: SpendWatchDeps): () => void {
  const velocity = createVelocity({
    reader,
    clock,
    settings() {
      const { velocityFactor, velocityFloorUsdPerHour, velocityAlarmUsdPerHour } = settings.get()
      return { factor: velocityFactor, floorPerHour: toNanodollars(velocityFloorUsdPerHour), alarmPerHour: toNanodollars(velocityAlarmUsdPerHour) }
    },
  })
  let alarmedAt = Number.NEGATIVE_INFINITY

  function check(): void {
    const { agents, perHour, isRacing } = velocity.check()
    const known = new Set(roster.list().map(({ name }) => name))
    for (const racer of agents) if (known.has(racer.agent)) roster.pause(racer.agent, { by: 'velocity', reason: toVelocityWords(racer) }, 'engine')
    if (!isRacing || clock.now() - alarmedAt < ALARM_MS) return
    alarmedAt = clock.now()
    write(db, () =>
      append({ type: 'velocity.exceeded', subject: 'factory', data: { perHour, threshold: toNanodollars(settings.get().velocityAlarmUsdPerHour) } }),
    )
  }

  function foretell(): void {
    const { dayForecast, monthForecast } = money.spend.forecast(settings.get().timeZone)
    money.budgets.noteForecast('day', dayForecast.middle)
    money.budgets.noteForecast('month', monthForecast.middle)
  }

  const guarded = (act: () => void) => () => {
    try {
      act()
    } catch (error) {
      logger.error({ err: error }, 'spending could not be watched')
    }
  }
  const timers = [setInterval(guarded(check), CHECK_MS), setInterval(guarded(foretell), FORECAST_MS)]
  return () => {
    for (const timer of timers) clearInterval(timer)
  }
}

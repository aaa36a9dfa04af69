import { formatMoney, toNanodollars } from '../../../contract/money.ts'
import type { PlaybookInput, PlaybookOrigin, PlaybookState, PlaybookView, TrustView } from '../../../contract/playbooks.ts'
import { listed } from './listed.ts'

export const originWords: Record<PlaybookOrigin, string> = {
  owner: 'written by you',
  always: 'you said “always”',
  trust: 'earned',
  incident: 'an incident',
}

const order: Record<PlaybookState, number> = { draft: 0, active: 1, used_up: 2, expired: 2, revoked: 2 }

/** Those that wait for a word first, then those in force, then what is over, the newest of each first. */
export const sorted = (playbooks: readonly PlaybookView[]): readonly PlaybookView[] =>
  [...playbooks].sort((a, b) => order[a.state] - order[b.state] || (b.endedAt ?? 0) - (a.endedAt ?? 0) || (a.id < b.id ? 1 : -1))

export const usd = (amount: number): string => formatMoney(toNanodollars(amount))

type Effect = Pick<PlaybookInput, 'scope' | 'maxUses' | 'maxUsdEach' | 'maxUsdTotal'>

/** Whom it lets do what, where: "Rex may deploy.local in shop". */
export function toScopeText({ actions, agents, projects, commands = [] }: PlaybookInput['scope']): string {
  const who = agents.length === 0 ? 'Any agent' : listed(agents, 'or')
  const where = projects.length === 0 ? '' : ` in ${listed(projects, 'or')}`
  const words =
    commands.length === 0
      ? ''
      : `, a command only where it begins ${listed(
          commands.map((beginning) => `“${beginning}”`),
          'or',
        )},`
  return `${who} may ${listed(actions, 'or')}${where}${words}`
}

/** What activating it does, in one sentence. `until` is a day and time in the owner's zone. */
export function toEffectText({ scope, maxUses, maxUsdEach, maxUsdTotal }: Effect, until: string): string {
  const times = maxUses === 1 ? 'once' : `up to ${maxUses.toLocaleString('en-US')} times`
  const money = maxUsdEach === 0 ? 'at no cost' : maxUses === 1 ? `for at most ${usd(maxUsdEach)}` : `${usd(maxUsdEach)} each and ${usd(maxUsdTotal)} together`
  return `${toScopeText(scope)} ${times}, ${money}, until ${until}, without asking.`
}

const DAY_MS = 86_400_000
/** When it ended, or will end: a draft counts its days from the moment it is activated. */
export const toEndOf = ({ endedAt, expiresAt, days }: Pick<PlaybookView, 'endedAt' | 'expiresAt' | 'days'>, now: number): number =>
  endedAt ?? expiresAt ?? now + days * DAY_MS

/** "2 of 5 · $1.20 of $5.00". */
export const toUseText = ({ uses, maxUses, usedUsd, maxUsdTotal }: Pick<PlaybookView, 'uses' | 'maxUses' | 'usedUsd' | 'maxUsdTotal'>): string =>
  `${uses.toLocaleString('en-US')} of ${maxUses.toLocaleString('en-US')} · ${usd(usedUsd)} of ${usd(maxUsdTotal)}`

export const levelWords: Record<TrustView['level'], string> = {
  supervised: 'supervised',
  proven: 'proven: a playbook is proposed',
  trusted: 'trusted: a playbook answers',
}

/** A draft as it is typed. Lists are what is ticked; numbers are text until they are checked. */
export type Typed = {
  readonly name: string
  readonly actions: readonly string[]
  readonly agents: readonly string[]
  readonly projects: readonly string[]
  /** One beginning of a command a line. */
  readonly commands: string
  readonly maxUses: string
  readonly maxUsdEach: string
  readonly maxUsdTotal: string
  readonly days: string
}
export const emptyTyped: Typed = { name: '', actions: [], agents: [], projects: [], commands: '', maxUses: '5', maxUsdEach: '1', maxUsdTotal: '5', days: '7' }

export type Checked = { readonly input: PlaybookInput | undefined; readonly errors: Partial<Record<keyof Typed, string>> }

function number(text: string, least: number, most: number, whole: boolean): number | undefined {
  const value = Number(text.trim())
  return text.trim() !== '' && Number.isFinite(value) && value >= least && value <= most && (!whole || Number.isInteger(value)) ? value : undefined
}

/** The draft as the engine takes it, or what is wrong at which field. Fields that are still empty are wanting, not wrong. */
export function checkTyped(typed: Typed): Checked {
  const maxUses = number(typed.maxUses, 1, 1000, true)
  const maxUsdEach = number(typed.maxUsdEach, 0, 1000, false)
  const maxUsdTotal = number(typed.maxUsdTotal, 0, 10_000, false)
  const days = number(typed.days, 0.01, 30, false)
  const name = typed.name.trim()
  const runs = typed.actions.includes('command.run')
  const commands = typed.commands
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  const errors: Checked['errors'] = {
    ...(name !== '' && (name.length < 3 || name.length > 80) && { name: 'Between 3 and 80 characters.' }),
    ...(maxUses === undefined && { maxUses: 'A whole number from 1 to 1,000.' }),
    ...(maxUsdEach === undefined && { maxUsdEach: 'US dollars, from 0 to 1,000.' }),
    ...(maxUsdTotal === undefined && { maxUsdTotal: 'US dollars, from 0 to 10,000.' }),
    ...(days === undefined && { days: 'At most 30 days.' }),
    ...(runs && commands.length === 0 && { commands: 'How does the command have to begin?' }),
    ...(typed.actions.length > 20 && { actions: 'At most 20 kinds of action.' }),
    ...(maxUsdEach !== undefined && maxUsdTotal !== undefined && maxUsdTotal < maxUsdEach && { maxUsdTotal: 'Less than a single one may cost.' }),
  }
  const whole = name !== '' && typed.actions.length > 0 && Object.keys(errors).length === 0
  if (!whole || maxUses === undefined || maxUsdEach === undefined || maxUsdTotal === undefined || days === undefined) return { input: undefined, errors }
  return {
    input: {
      name,
      scope: { actions: [...typed.actions], agents: [...typed.agents], projects: [...typed.projects], ...(runs && { commands }) },
      maxUses,
      maxUsdEach,
      maxUsdTotal,
      days,
    },
    errors,
  }
}

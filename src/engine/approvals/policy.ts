import { type ActionFacts, actionClasses, type ClassRule, type KnownAction, type PolicyFile, type PolicyView, type Tier, tiers } from '../../contract/index.ts'

export type NamedFile = { readonly name: string; readonly file: PolicyFile }
export type PolicyClass = PolicyView['classes'][number]
/** All files as one. */
export type Policy = { readonly classes: ReadonlyMap<string, PolicyClass>; readonly raise: PolicyView['raise'] }

export const rollback = 'release.rollback' satisfies KnownAction
export const BUILT_IN = 'built in'

/** What a class needs that no file names, where that is more than its floor. */
const builtInTiers: Readonly<Record<string, Tier>> = { 'deploy.local': 'T2', 'money.spend': 'T2' } satisfies Partial<Record<KnownAction, Tier>>

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** "30m", "4h" or "2d" in milliseconds; the schema has checked its form. */
export const toMs = (span: string): number => Math.round(Number(span.slice(0, -1)) * unitMs[span.slice(-1) as keyof typeof unitMs])

/** The lowest tier that any file may give: that of the contract, none for a class of the owner's own. */
export const floorOf = (action: string): Tier => knownOf(action)?.floor ?? 'T0'

export const isKnown = (action: string): action is KnownAction => Object.hasOwn(actionClasses, action)
const knownOf = (action: string): { floor: Tier; what: string } | undefined => (isKnown(action) ? actionClasses[action] : undefined)

export const isBelow = (tier: Tier, other: Tier): boolean => tiers.indexOf(tier) < tiers.indexOf(other)
const higher = (tier: Tier, other: Tier): Tier => (isBelow(tier, other) ? other : tier)

/** One policy of all files. They are good: no class or rule twice, none below its floor. */
export function mergePolicy(files: readonly NamedFile[]): Policy {
  const classes = new Map<string, PolicyClass>()
  for (const action of Object.keys(actionClasses))
    classes.set(action, toClass(action, { tier: higher(floorOf(action), builtInTiers[action] ?? 'T0') }, BUILT_IN))
  for (const { name, file } of files) for (const [action, rule] of Object.entries(file.classes)) classes.set(action, toClass(action, rule, name))
  return { classes, raise: files.flatMap(({ name, file }) => file.raise.map((rule) => ({ ...rule, from: name }))) }
}

function toClass(action: string, rule: Partial<ClassRule> & { tier: Tier }, from: string): PolicyClass {
  const known = knownOf(action)
  return {
    action,
    what: rule.what ?? known?.what ?? action,
    tier: rule.tier,
    floor: floorOf(action),
    deadlineMs: rule.deadline === undefined ? null : toMs(rule.deadline),
    ifSilent: rule.ifSilent ?? 'deny',
    template: rule.template ?? null,
    quietHours: rule.quietHours ?? 'hold',
    irreversible: rule.irreversible ?? false,
    from,
  }
}

/**
 * How much of the owner's say an action needs, and every rule that spoke, the class first. What nobody named is T3. Rules only raise:
 * first to the highest tier that one of them names, then by one for each that says `up`. A rollback is raised by nothing.
 */
export function classify(policy: Policy, facts: ActionFacts): { readonly tier: Tier; readonly because: string[]; readonly of: PolicyClass | undefined } {
  const of = policy.classes.get(facts.action)
  if (!of) return { tier: 'T3', because: [`nobody has said what ${facts.action} needs, and what is unknown is T3`], of }
  if (facts.action === rollback) return { tier: 'T0', because: ['putting the version before back is never made to wait'], of }
  const speaking = policy.raise.filter(({ when }) => holds(when, facts))
  const named = speaking.reduce((tier, rule) => (rule.tier === 'up' ? tier : higher(tier, rule.tier)), higher(of.tier, of.floor))
  const ups = speaking.filter((rule) => rule.tier === 'up').length
  const tier = tiers[Math.min(tiers.indexOf(named) + ups, tiers.length - 1)] ?? 'T3'
  return { tier, because: [`to ${of.what} is ${higher(of.tier, of.floor)}`, ...speaking.map((rule) => rule.because)], of }
}

function holds(when: Policy['raise'][number]['when'], facts: ActionFacts): boolean {
  if (when.action && !when.action.some((pattern) => fitsPattern(pattern, facts.action))) return false
  if (when.amountUsdOver !== undefined && !(amountOf(facts) > when.amountUsdOver)) return false
  if (when.mentions && !mentionsAny(facts.text, when.mentions)) return false
  if (when.tainted && facts.taintedBy === null) return false
  if (when.agent && !when.agent.includes(facts.agent)) return false
  return !when.project || (facts.project !== null && when.project.includes(facts.project))
}

/** A name, or the beginning of one with `*` at its end. */
export const fitsPattern = (pattern: string, action: string): boolean => (pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : pattern === action)

/** US dollars. A payment that does not say how much may be any amount; whatever else names none costs nothing. */
export function amountOf({ action, amountUsd }: Pick<ActionFacts, 'action' | 'amountUsd'>): number {
  return amountUsd ?? (action === ('money.spend' satisfies KnownAction) ? Number.POSITIVE_INFINITY : 0)
}

function mentionsAny(text: string | null, words: readonly string[]): boolean {
  const plain = toPlain(text ?? '')
  return words.some((word) => plain.includes(toPlain(word)))
}

/** Letters that look alike to a reader look alike here: wide forms, letters with invisible marks between them, line breaks in the middle of a phrase. */
const toPlain = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\s+/g, ' ')
    .toLowerCase()

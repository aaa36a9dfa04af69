import { type DryRun, type PolicyProblem, type PolicyView, type RaiseRule, type Tier, tiers } from '../../../contract/policies.ts'
import { Settings, type SettingView } from '../../../contract/settings.ts'
import { tierWords } from '../../../contract/words.ts'
import { formatSpan } from '../../parts/time.tsx'
import { listed } from './listed.ts'

export type ClassRow = PolicyView['classes'][number]
export type ChangedRow = DryRun['changed'][number]

const HOUR_MS = 3_600_000

const timesSet = Settings.pick({ approvalHours: true, approvalGraceSeconds: true, irreversibleGraceSeconds: true }).strip()
/** The owner's times, for every class that names none of its own; what is not set is as REEF comes. */
export type SetTimes = Pick<Settings, 'approvalHours' | 'approvalGraceSeconds' | 'irreversibleGraceSeconds'>
export const toSetTimes = (settings: readonly SettingView[]): SetTimes => timesSet.parse(Object.fromEntries(settings.map(({ key, value }) => [key, value])))

/** Nobody is asked: what follows from asking does not apply. */
const asksNobody = (tier: Tier): boolean => tier === 'T0' || tier === 'T1'

/** "T2, asks you first". */
export const toTierText = (tier: Tier): string => `${tier}, ${tierWords[tier]}`

/** How long there is to answer; where the class says nothing, the owner's setting holds. */
export function toDeadlineText({ tier, deadlineMs }: Pick<ClassRow, 'tier' | 'deadlineMs'>, { approvalHours }: SetTimes): string {
  if (asksNobody(tier)) return '–'
  return deadlineMs === null ? `${formatSpan(approvalHours * HOUR_MS)}, as set` : formatSpan(deadlineMs)
}

/** What silence means. Never "yes". */
export function toSilenceText({ tier, ifSilent, template }: Pick<ClassRow, 'tier' | 'ifSilent' | 'template'>): string {
  if (asksNobody(tier)) return '–'
  return ifSilent === 'deny' ? 'denied' : `sends “${template ?? 'a template'}”`
}

export const toQuietText = ({ tier, quietHours }: Pick<ClassRow, 'tier' | 'quietHours'>): string =>
  asksNobody(tier) ? '–' : quietHours === 'hold' ? 'till morning' : 'runs on'

/** What is in earnest can be taken back for so long, whatever is set (U-51). */
const EARNEST_UNDO_S = 60

/** How long a yes can be taken back, and whether it can be after that. */
export function toUndoText(
  { tier, irreversible }: Pick<ClassRow, 'tier' | 'irreversible'>,
  { approvalGraceSeconds, irreversibleGraceSeconds }: SetTimes,
): string {
  if (asksNobody(tier)) return '–'
  const seconds = tier === 'T3' ? EARNEST_UNDO_S : irreversible ? irreversibleGraceSeconds : approvalGraceSeconds
  return `${seconds} s${irreversible ? ', then final' : ''}`
}

/** A rule that raises, as a sentence: "When the action is mail.* and the text says “cancel”: one tier more." */
export function toRuleText({ when, tier }: Pick<RaiseRule, 'when' | 'tier'>): string {
  const conditions = [
    when.action ? `the action is ${listed(when.action)}` : '',
    when.amountUsdOver === undefined ? '' : `it costs more than $${when.amountUsdOver.toLocaleString('en-US')}`,
    when.mentions ? `the text says ${listed(when.mentions.map((word) => `“${word}”`))}` : '',
    when.tainted ? 'untrusted text is in the chain' : '',
    when.agent ? `${listed(when.agent)} asks` : '',
    when.project ? `it is for ${listed(when.project)}` : '',
  ].filter(Boolean)
  return `When ${listed(conditions, 'and')}: ${tier === 'up' ? 'one tier more' : `at least ${toTierText(tier)}`}.`
}

/** Problems by the line they stand at; those of the whole file at 0. */
export function byLine(problems: readonly PolicyProblem[]): ReadonlyMap<number, readonly PolicyProblem[]> {
  const lines = new Map<number, PolicyProblem[]>()
  for (const problem of problems) {
    const line = problem.line ?? 0
    lines.set(line, [...(lines.get(line) ?? []), problem])
  }
  return lines
}

/** The names of files end alike, and stand in the order in which they are read. */
export const fileNamePattern: RegExp = /^[a-z0-9][a-z0-9_-]{0,58}\.yaml$/
export const newFileText = 'version: 1\nclasses: {}\nraise: []\n'

/** More of the owner's say, or less. */
export const isRaised = ({ from, to }: Pick<ChangedRow, 'from' | 'to'>): boolean => tiers.indexOf(to) > tiers.indexOf(from)

/** What the trial found, in a sentence. */
export function toTrialText({ actions, changed, problems }: Pick<DryRun, 'actions' | 'changed' | 'problems'>): string {
  if (problems.length > 0) return 'It cannot be tried while the file has problems.'
  if (actions === 0) return 'Nothing has been asked for yet: there is nothing to try it on.'
  const of = actions === 1 ? 'Of the last action' : `Of the last ${actions.toLocaleString('en-US')} actions`
  if (changed.length === 0) return `${of} every one would have needed what it needed.`
  const raised = changed.filter(isRaised).length
  const lowered = changed.length - raised
  const count = (n: number) => n.toLocaleString('en-US')
  const parts = [raised > 0 ? `${count(raised)} would have needed more of you` : '', lowered > 0 ? `${count(lowered)} would have needed less` : '']
  return `${of}, ${parts.filter(Boolean).join(' and ')}.`
}

/** What an agent may never be given beforehand is not offered. */
export const isOffered = ({ tier, floor }: Pick<ClassRow, 'tier' | 'floor'>): boolean => tier !== 'T3' && floor !== 'T3'

/** The classes that a playbook may answer, those that ask first. */
export const toOffered = (classes: readonly ClassRow[]): readonly ClassRow[] =>
  [...classes].filter(isOffered).sort((a, b) => tiers.indexOf(b.tier) - tiers.indexOf(a.tier) || a.action.localeCompare(b.action))

import type { Policy, PolicyClass } from './policy.ts'

const MOST_NAMED = 5

/** What a new policy changes, in a line: "deploy.local T2 → T1, without rule spend-above-20". */
export function toNote(before: Policy, after: Policy): string {
  const rulesBefore = new Map(before.raise.map((rule) => [rule.id, rule]))
  const rulesAfter = new Map(after.raise.map((rule) => [rule.id, rule]))
  const changes = [
    ...[...new Set([...before.classes.keys(), ...after.classes.keys()])].sort().flatMap((action) => {
      const change = toClassChange(before.classes.get(action), after.classes.get(action))
      return change ? [`${action} ${change}`] : []
    }),
    ...[...rulesBefore.keys()].filter((id) => !rulesAfter.has(id)).map((id) => `without rule ${id}`),
    ...[...rulesAfter].flatMap(([id, rule]) => {
      const old = rulesBefore.get(id)
      if (!old) return [`new rule ${id}`]
      return isSame(old, rule) ? [] : [`rule ${id} changed`]
    }),
  ]
  const more = changes.length > MOST_NAMED ? ` and ${changes.length - MOST_NAMED} more` : ''
  return changes.length === 0 ? 'the same rules in other words' : `${changes.slice(0, MOST_NAMED).join(', ')}${more}`
}

function toClassChange(before: PolicyClass | undefined, after: PolicyClass | undefined): string | undefined {
  if (!before) return `new, ${after?.tier}`
  if (!after) return 'unnamed now: T3'
  if (before.tier !== after.tier) return `${before.tier} → ${after.tier}`
  return isSame({ ...before, from: '' }, { ...after, from: '' }) ? undefined : 'changed'
}

const isSame = (a: object, b: object): boolean => JSON.stringify({ ...a, from: '' }) === JSON.stringify({ ...b, from: '' })

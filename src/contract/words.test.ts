import { expect, it } from 'vitest'
import { budgetKinds, budgetScopes } from './budgets.ts'
import {
  approvalWords,
  attemptWords,
  channelWords,
  circuitWords,
  messageWords,
  planWords,
  playbookWords,
  sessionWords,
  taskWords,
  toBudgetName,
} from './words.ts'

const all = [taskWords, attemptWords, planWords, sessionWords, approvalWords, circuitWords, playbookWords, channelWords, messageWords].flatMap((words) =>
  Object.entries(words),
)

it('asks for attention only where the owner can do something: success and routine are quiet or active (U-02)', () => {
  const calm = ['draft', 'pending', 'ready', 'claimed', 'running', 'review', 'done', 'succeeded', 'approved', 'executed', 'launching', 'ended', 'interrupted']
  // An attempt that was interrupted goes on by itself; of an effect that was, only the owner can find out whether it happened.
  const routine = all.filter(([, words]) => words !== approvalWords.interrupted)
  const loud = routine.filter(([state, { attention }]) => calm.includes(state) && attention !== 'quiet' && attention !== 'active' && state !== 'draft')
  expect(loud).toEqual([])
})

it('names every wait for the owner alike and lets nothing else use that shape (U-82)', () => {
  expect(all.filter(([, { glyph }]) => glyph === '◆').map(([, { word, attention }]) => `${word}/${attention}`)).toEqual([
    'waits for you/waiting',
    'waits for you/waiting',
  ])
})

it('says states in plain words, not in the engine’s', () => {
  expect(all.filter(([, { word }]) => /_|dead.letter|awaiting/.test(word))).toEqual([])
})

it('names every kind of limit there is, and no two alike', () => {
  const kinds = budgetScopes.flatMap((scope) => budgetKinds[scope].flatMap((period) => ['*', 'x'].map((subject) => ({ scope, subject, period }))))
  const names = kinds.filter(({ scope, subject }) => subject === '*' || (scope !== 'global' && scope !== 'call')).map((one) => toBudgetName(one, (id) => id))
  expect(new Set(names).size).toBe(names.length)
  expect(toBudgetName({ scope: 'global', subject: '*', period: 'month' }, (id) => id)).toBe('the whole factory, a month')
  expect(toBudgetName({ scope: 'task', subject: 'task_1', period: 'total' }, () => 'T3')).toBe('task T3, in all')
})

import { describe, expect, it } from 'vitest'
import { toNanodollars } from '../contract/money.ts'
import { nameIn } from './agent.ts'
import { toReply } from './ask.ts'
import { isAttended } from './attended.ts'
import { toBudgetWords } from './budget-words.ts'
import { chooseDataDir } from './data-dir.ts'
import { toExactMoney } from './exact-money.ts'
import { type CliFailure, toRefusal, toSentence } from './failure.ts'
import { findId } from './find.ts'
import { toPlanFile } from './plan-file.ts'
import { nounOf } from './program.ts'
import { toValue } from './settings.ts'

const failure = (act: () => unknown): CliFailure => {
  try {
    act()
  } catch (error) {
    return error as CliFailure
  }
  throw new Error('It was not refused.')
}

describe('the data directory', () => {
  it('is the flag, else REEF_DATA_DIR, else the XDG data home when that is absolute, else its default', () => {
    const home = '/home/o'
    expect([
      chooseDataDir('/a', { REEF_DATA_DIR: '/b' }, home),
      chooseDataDir(undefined, { REEF_DATA_DIR: '/b', XDG_DATA_HOME: '/c' }, home),
      chooseDataDir(undefined, { XDG_DATA_HOME: '/c' }, home),
      chooseDataDir(undefined, { XDG_DATA_HOME: 'c' }, home),
    ]).toEqual(['/a', '/b', '/c/reef', '/home/o/.local/share/reef'])
  })
})

describe('somebody can answer', () => {
  const nobody = { stdinTty: false, stdoutTty: false, json: false, env: {} }
  it('at a terminal or a screen; with JSON only when a person is at standard input', () => {
    expect([
      isAttended(nobody),
      isAttended({ ...nobody, stdinTty: true, stdoutTty: true }),
      isAttended({ ...nobody, stdinTty: true }),
      isAttended({ ...nobody, env: { WAYLAND_DISPLAY: 'w' } }),
      isAttended({ ...nobody, json: true, stdoutTty: true, env: { DISPLAY: ':0' } }),
      isAttended({ ...nobody, json: true, stdinTty: true }),
    ]).toEqual([false, true, false, true, false, true])
  })

  it('with yes or no; everything else is no answer', () => {
    expect(['y', ' YES ', 'n', 'No', '', 'maybe', 'yy'].map(toReply)).toEqual(['yes', 'yes', 'no', 'no', 'nothing', 'nothing', 'nothing'])
  })
})

describe('an id', () => {
  const rows = (count: number, from = 0) => Array.from({ length: count }, (_, n) => ({ id: `plan_${String(from + n).padStart(26, '0')}` }))
  const all = rows(2500)
  const read = ({ limit, before }: { limit: number; before?: string }) => {
    const start = before ? all.findIndex((row) => row.id === before) + 1 : 0
    return Promise.resolve(all.slice(start, start + limit))
  }

  it('is found by its end over all pages, in either case, with or without its prefix', async () => {
    expect([await findId('plan', '002400', read), await findId('plan', 'plan_002400', read)]).toEqual([all[2400]?.id, all[2400]?.id])
  })

  it('is not asked for when it is given in full', async () => {
    const full = `plan_${'0'.repeat(26)}`
    expect(await findId('plan', full.toUpperCase().replace('PLAN', 'plan'), () => Promise.reject(new Error('not needed')))).toBe(full)
  })

  it('is refused when its end fits several, with their longer ends', async () => {
    await expect(findId('plan', '99', read)).rejects.toMatchObject({ exit: 2, refusal: { code: 'input/invalid', field: 'plan' } })
  })
})

describe('a refusal', () => {
  it('reads as one sentence with its field and its remedy', () => {
    expect([
      toSentence({ code: 'x', message: 'The queue is full.' }),
      toSentence({ code: 'x', message: 'It is bad.', field: 'text', remedy: 'mend it' }),
      toSentence({ code: 'x', message: 'tasks[1].key is bad.', field: 'tasks[1].key' }),
    ]).toEqual(['The queue is full.', 'It is bad (text) — mend it', 'tasks[1].key is bad.'])
  })

  it('is made from whatever the engine answers', () => {
    const error = { code: 'BAD_REQUEST', status: 400, message: 'Input validation failed' }
    expect([
      toRefusal({ ...error, data: { code: 'plan/unknown', message: 'Gone.' } }),
      toRefusal({ ...error, data: { issues: [{ message: 'Too small', path: ['tasks', 2, 'budgetUsd'] }] } }),
      toRefusal({ ...error, data: undefined }),
      toRefusal({ code: 'UNAUTHORIZED', status: 401, message: 'x', data: {} }).code,
    ]).toEqual([
      { code: 'plan/unknown', message: 'Gone.' },
      { code: 'input/invalid', message: 'Too small', field: 'tasks[2].budgetUsd' },
      { code: 'input/invalid', message: 'Input validation failed' },
      'auth/refused',
    ])
  })
})

describe('a plan file', () => {
  it('is refused with the field at fault first', () => {
    const { exit, refusal } = failure(() => toPlanFile('{"title":"x","tasks":[],"extra":1}', 'p.json'))
    expect({ exit, code: refusal.code, field: refusal.field }).toEqual({ exit: 2, code: 'plan/invalid', field: 'tasks' })
    expect(refusal.message).toContain('extra')
  })
})

describe('a limit', () => {
  it('is scope, subject and period; what can be only one may be left out', () => {
    const typed: Record<string, string> = {
      'global day': 'global * day',
      'global * month': 'global * month',
      call: 'call * call',
      'agent day': 'agent * day',
      'agent Rex day': 'agent Rex day',
      'project shop total': 'project shop total',
      'task ABC': 'task ABC total',
      'task ABC total': 'task ABC total',
      'team day day': 'team day day',
    }
    const read = (text: string) => {
      const { scope, subject, period } = toBudgetWords(text.split(' '))
      return `${scope} ${subject} ${period}`
    }
    expect(Object.fromEntries(Object.keys(typed).map((text) => [text, read(text)]))).toEqual(typed)
  })

  it('is refused with the word at fault', () => {
    const fields = ['', 'everyone day', 'agent', 'agent Rex', 'agent Rex week', 'global Rex day', 'call Rex', 'agent Rex Max day'].map(
      (text) => failure(() => toBudgetWords(text.split(' '))).refusal.field,
    )
    expect(fields).toEqual(['scope', 'scope', 'period', 'period', 'period', 'subject', 'subject', 'subject'])
  })
})

describe('money on a bill', () => {
  it('has every digit that counts', () => {
    const amounts = [0, 1e-9, 0.0037505, 0.5, 1, -3.2, 1234567.891]
    expect(amounts.map((usd) => toExactMoney(toNanodollars(usd)))).toEqual([
      '$0.00',
      '$0.000000001',
      '$0.0037505',
      '$0.50',
      '$1.00',
      '−$3.20',
      '$1,234,567.891',
    ])
  })
})

describe('small readings', () => {
  it('the noun is found behind the flags', () => {
    expect([nounOf(['--data-dir', 'task', 'plan', 'list']), nounOf(['--json', 'task']), nounOf(['help', 'task']), nounOf(['--help'])]).toEqual([
      'plan',
      'task',
      'task',
      undefined,
    ])
  })

  it('a setting is JSON where it is JSON', () => {
    expect(['8', 'true', 'Pacific/Auckland', '"8"'].map(toValue)).toEqual([8, true, 'Pacific/Auckland', '8'])
  })

  it('an agent’s name comes from its frontmatter alone', () => {
    expect([nameIn('---\nrole: x\nname: "Rex"\n---\nname: Max'), nameIn('name: Max'), nameIn('\uFEFF---\r\nname: Rex\r\n---\r\n')]).toEqual([
      'Rex',
      undefined,
      'Rex',
    ])
  })
})

import { getEventIteratorSchemaDetails, isContractProcedure } from '@orpc/contract'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import * as surface from '../src/contract/index.ts'
import { contract, errorCodes, eventData, eventTypes, PlanDraft, PlanFile, Refusal, Settings, SubmitInput } from '../src/contract/index.ts'

type Procedure = {
  readonly name: string
  readonly input: z.ZodType | undefined
  readonly output: z.ZodType | undefined
  readonly streamed: z.ZodType | undefined
}

const procedures: Procedure[] = Object.entries(contract).flatMap(([noun, verbs]) =>
  Object.entries(verbs).map(([verb, procedure]) => {
    if (!isContractProcedure(procedure)) throw new Error(`${noun}.${verb} is no procedure`)
    const { inputSchema, outputSchema } = procedure['~orpc']
    const output = outputSchema as z.ZodType | undefined
    return {
      name: `${noun}.${verb}`,
      input: inputSchema as z.ZodType | undefined,
      output,
      streamed: getEventIteratorSchemaDetails(output)?.yields as z.ZodType | undefined,
    }
  }),
)

/** JSON Schema of the wire form; throws for anything that JSON cannot carry (Date, Map, bigint, undefined …). */
const onTheWire = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'throw' })

function problem(schema: z.ZodType | undefined): string | undefined {
  try {
    if (schema) onTheWire(schema)
    return undefined
  } catch (error) {
    return String(error)
  }
}

describe('the contract', () => {
  it('declares an output for every procedure, in JSON', () => {
    expect(procedures.length).toBeGreaterThan(30)
    expect(
      procedures.flatMap(({ name, output, streamed }) =>
        output ? (problem(streamed ?? output) ? [`${name}: ${problem(streamed ?? output)}`] : []) : [`${name} has no output`],
      ),
    ).toEqual([])
  })

  it('takes every input as one JSON object with described or named fields', () => {
    const wrong = procedures.flatMap(({ name, input }) => {
      if (!input) return []
      const broken = problem(input)
      if (broken) return [`${name}: ${broken}`]
      return onTheWire(input).type === 'object' ? [] : [`${name} takes no object`]
    })
    expect(wrong).toEqual([])
  })

  it('names procedures noun.verb, one word each', () => {
    expect(procedures.map(({ name }) => name).filter((name) => !/^[a-z]+\.[a-z]+$/.test(name))).toEqual([])
  })

  it('carries every named schema as JSON', () => {
    const wrong = Object.entries(surface).flatMap(([name, value]) => (value instanceof z.ZodType && problem(value) ? [`${name}: ${problem(value)}`] : []))
    expect(wrong).toEqual([])
  })

  it('answers the same value after a trip through JSON', () => {
    const plan = { title: 'Two steps', tasks: [{ key: 'T1', title: 'One', instructions: 'Do it', agent: 'Rex', kind: 'build', budgetUsd: 1 }] }
    const parsed = PlanFile.parse(plan)
    expect(PlanFile.parse(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed)
    expect(PlanDraft.safeParse({ ...plan, tasks: [{ ...plan.tasks[0], review: 'waived' }] }).success).toBe(false)
  })
})

describe('refusals', () => {
  const codes = Object.entries(errorCodes)

  it('have unique codes noun/reason with an HTTP status of the 4xx or 5xx kind', () => {
    expect(new Set(codes.map(([code]) => code)).size).toBe(codes.length)
    expect(codes.filter(([code, status]) => !(code === 'internal' || /^[a-z]+\/[a-z]+(-[a-z]+)*$/.test(code)) || status < 400 || status > 599)).toEqual([])
  })

  it('travel with code, sentence, field and remedy', () => {
    expect(Object.keys(Refusal.shape)).toEqual(['code', 'message', 'field', 'remedy'])
  })
})

describe('events', () => {
  // English has irregular ones; a new irregular participle is added here on purpose.
  const irregular = ['chosen', 'proven', 'undone', 'superseded', 'lost', 'written']

  it('are called noun.past-participle', () => {
    const wrong = eventTypes.filter((type) => {
      const [, noun, verb] = /^([a-z]+)\.([a-z-]+)$/.exec(type) ?? []
      return !noun || !verb || !(verb.endsWith('ed') || irregular.includes(verb))
    })
    expect(wrong).toEqual([])
  })

  it('carry data that JSON can hold', () => {
    expect(Object.entries(eventData).flatMap(([type, schema]) => (problem(schema) ? [`${type}: ${problem(schema)}`] : []))).toEqual([])
  })
})

describe('defaults', () => {
  it('ship the money the owner agreed to: target 30, alert 50, stop 100, never above 3,000 dollars a day (C-11)', () => {
    const { spendTargetUsd, spendAlertUsd, spendStopUsd } = Settings.parse({})
    expect({ spendTargetUsd, spendAlertUsd, spendStopUsd }).toEqual({ spendTargetUsd: 30, spendAlertUsd: 50, spendStopUsd: 100 })
    expect(Settings.safeParse({ spendStopUsd: 3001 }).success).toBe(false)
  })

  it('give an attempt three tries, a T2 approval four hours, and New Zealand’s zone (C-14, C-16, C-25)', () => {
    const { maxAttempts, approvalHours, timeZone } = Settings.parse({})
    expect({ maxAttempts, approvalHours, timeZone }).toEqual({ maxAttempts: 3, approvalHours: 4, timeZone: 'Pacific/Auckland' })
  })

  it('explain every setting that has no unit in its name', () => {
    const silent = Object.entries(Settings.shape).flatMap(([key, schema]) =>
      schema.description || /Usd$|Minutes$|Seconds$|Zone$|UsdPerMTok$|^theme$|^singleKeyActions$/.test(key) ? [] : [key],
    )
    expect(silent).toEqual([])
  })

  it('refuse an unknown setting by its name (R-348)', () => {
    expect(Settings.safeParse({ maxSesions: 3 }).error?.issues[0]).toMatchObject({ code: 'unrecognized_keys', keys: ['maxSesions'] })
  })

  it('accept a request of plain words alone', () => {
    expect(SubmitInput.parse({ text: 'Build me a price comparison API' })).toEqual({ text: 'Build me a price comparison API', review: false })
  })
})

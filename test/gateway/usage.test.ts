import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { Instant } from '../../src/contract/index.ts'
import { createFold } from '../../src/engine/gateway/usage/fold.ts'
import { createEventFrames } from '../../src/engine/gateway/usage/frames.ts'
import { countText } from '../../src/engine/gateway/usage/read.ts'
import { countPlain, findPlain } from '../../src/engine/gateway/usage/skim.ts'
import { createPrices, type MeteredUsage } from '../../src/engine/ledger/index.ts'
import { anthropic } from './usage/anthropic.ts'
import { compatible } from './usage/compatible.ts'
import { used } from './usage/golden.ts'
import { local } from './usage/local.ts'
import { openai } from './usage/openai.ts'
import { ceiling } from './world.ts'

const golden = [...anthropic, ...openai, ...compatible, ...local]
const asked = { hourCache: false }
const dir = mkdtempSync(join(tmpdir(), 'reef-usage-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

function fold(type: string, pieces: readonly Buffer[]) {
  const reader = createFold(type)
  const raw = pieces.flatMap((piece) => reader.push(piece)).concat(reader.end())
  return { reading: reader.read(asked), raw: Buffer.concat(raw.map((frame) => frame.raw)) }
}

const toInput = ({ input, cacheRead, cacheWrite }: MeteredUsage): number => input + cacheRead + cacheWrite

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...at].map((from, i) => bytes.subarray(from, at[i] ?? bytes.length))
}

/** Bytes of text in a frame that says nothing else; undefined for one that is read as a whole. */
function skim(frame: string): number | undefined {
  const json = findPlain(frame)
  return json === undefined ? undefined : countPlain(frame, json)
}

describe('usage as providers report it (R-124, R-130, U-71)', () => {
  it.each(golden)('$name', ({ type, text, usage, final, usd }) => {
    const { reading } = fold(type, [Buffer.from(text)])
    expect({ usage: reading.usage, final: reading.final, usd: reading.reportedUsd }).toEqual({ usage, final: final ?? true, usd: usd ?? null })
  })

  it.each(golden.flatMap(({ name, usage, bill }) => (usage && bill ? [{ name, usage, bill }] : [])))(
    'bills to the nanodollar, $bill: $name (R-206, R-218)',
    ({ usage, bill: [model, cost] }) => {
      const overrideFile = join(dir, 'prices.json')
      const tier = { above: 200_000, input: 6, output: 22.5, cacheRead: 0.6, cacheWrite: 7.5 }
      const long = { model: 'long/claude-sonnet-4-5', input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, tiers: [tier] }
      writeFileSync(overrideFile, JSON.stringify({ asOf: '2026-01-01', prices: [long] }))
      const prices = createPrices({ file: join(import.meta.dirname, '../../assets/prices.json'), overrideFile, ceiling })
      const slash = model.indexOf('/')
      expect(prices.price(model.slice(0, slash), model.slice(slash + 1), usage, Date.now() as Instant).cost).toBe(cost)
    },
  )

  it('does not depend on how the bytes were split on their way', () => {
    fc.assert(
      fc.property(fc.constantFrom(...golden), fc.array(fc.nat(4000), { maxLength: 40 }), ({ type, text }, cuts) => {
        const bytes = Buffer.from(text)
        expect(fold(type, split(bytes, cuts)).reading).toEqual(fold(type, [bytes]).reading)
      }),
      { numRuns: 300 },
    )
    const differs: string[] = []
    for (const { name, type, text } of golden) {
      const bytes = Buffer.from(text)
      const whole = JSON.stringify(fold(type, [bytes]).reading)
      const alone = [...bytes].map((byte) => Buffer.from([byte]))
      const inTwo = Array.from(bytes, (_, cut) => [bytes.subarray(0, cut), bytes.subarray(cut)])
      for (const pieces of [alone, ...inTwo]) if (JSON.stringify(fold(type, pieces).reading) !== whole) differs.push(`${name} at ${pieces[0]?.length}`)
    }
    expect(differs).toEqual([])
  })

  it('can be cut at any byte: it never throws, never claims to be final too early, and never says more than the whole', () => {
    const wrong: string[] = []
    for (const { name, type, text, usage } of golden) {
      const bytes = Buffer.from(text)
      const most = usage ?? used({})
      for (let end = 0; end < bytes.length; end++) {
        const { reading } = fold(type, [bytes.subarray(0, end)])
        const early = reading.usage ?? used({})
        // Which part of the input was cached may come to light later than the input.
        const isMore = toInput(early) > toInput(most) || (['output', 'reasoning', 'webSearches'] as const).some((figure) => early[figure] > most[figure])
        if (isMore || (reading.final && JSON.stringify(reading.usage) !== JSON.stringify(usage))) wrong.push(`${name}, cut at ${end}`)
      }
    }
    expect(wrong).toEqual([])
  })

  it('counts what a model says without reading every frame of it: never less than there is, and all but what escapes are longer', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'ü', '世', '😀', '"', '\\', '\n', '\u0007', '{', '}', '[', ',', ':', '"delta":', '"usage":{', 'data:'),
    })
    const frames = (said: string) => [
      { delta: { type: 'text_delta', text: said }, type: 'content_block_delta', index: 0 },
      { delta: { type: 'input_json_delta', partial_json: said }, type: 'content_block_delta', index: 1 },
      { delta: { type: 'signature_delta', signature: said }, type: 'content_block_delta', index: 1 },
      { delta: said, type: 'response.output_text.delta', item_id: 'msg_1', obfuscation: 'xyz' },
      { choices: [{ index: 0, delta: { role: 'assistant', content: said }, finish_reason: null }], usage: null, obfuscation: 'xyz' },
      { choices: [{ index: 0, delta: { tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { arguments: said } }] }, finish_reason: null }] },
    ]
    fc.assert(
      fc.property(text, fc.nat(5), (said, which) => {
        const { type, ...rest } = { type: undefined, ...frames(said)[which] } as { type?: string; delta?: unknown; choices?: Array<{ delta: unknown }> }
        const json = JSON.stringify(type === undefined ? rest : { type, ...rest })
        const exact = countText(rest.delta ?? rest.choices?.[0]?.delta)
        const found = skim(Buffer.from(`data: ${json}\n\n`).toString('latin1'))
        expect(found).toBeGreaterThanOrEqual(exact)
        expect(found).toBeLessThanOrEqual(exact * 3)
        if (!json.includes('\\u')) expect(found).toBe(exact)
      }),
      { numRuns: 2000 },
    )
  })

  it('reads as a whole whatever frame tells more than text', () => {
    const chunk = (more: object) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: null }], ...more })}\n\n`
    expect([
      skim(chunk({ usage: null })),
      skim(chunk({ usage: { prompt_tokens: 1 } })),
      skim(chunk({ error: { message: 'no' } })),
      skim(chunk({ timings: {} })),
      skim(chunk({ x_groq: {} })),
      skim(chunk({}).replace('"finish_reason":null', '"finish_reason":"stop"')),
      skim('data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":3}}\n\n'),
      skim('data: {"type":"response.completed","response":{}}\n\n'),
      skim('data: [DONE]\n\n'),
      skim(': a comment\n\n'),
    ]).toEqual([2, ...Array.from({ length: 9 })])
  })

  it('cuts a stream into frames that put together are the stream', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('\n', '\r\n', 'data: {"a":1}', ': note', 'ü', '\n\n'), { maxLength: 60 }),
        fc.array(fc.nat(300), { maxLength: 20 }),
        (parts, cuts) => {
          const bytes = Buffer.from(parts.join(''))
          const whole = createEventFrames()
          const pieces = createEventFrames()
          const expected = [...whole.push(bytes), ...whole.end()]
          const found = [...split(bytes, cuts).flatMap((piece) => pieces.push(piece)), ...pieces.end()]
          expect(Buffer.concat(found.map((frame) => frame.raw))).toEqual(bytes)
          expect(found.map((frame) => frame.data).filter(Boolean)).toEqual(expected.map((frame) => frame.data).filter(Boolean))
        },
      ),
      { numRuns: 500 },
    )
  })

  it('survives any bytes at all', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('text/event-stream', 'application/x-ndjson', 'application/json', ''),
        fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 }),
        (type, chunks) => {
          fold(
            type,
            chunks.map((chunk) => Buffer.from(chunk)),
          )
        },
      ),
      { numRuns: 500 },
    )
  })

  it('bills an unsplit cache write at the dearest time that was asked for', () => {
    const reader = createFold('application/json')
    reader.push(Buffer.from(JSON.stringify({ type: 'message', usage: { input_tokens: 1, cache_creation_input_tokens: 500, output_tokens: 1 } })))
    reader.end()
    expect([reader.read({ hourCache: true }).usage?.cacheWrite1h, reader.read({ hourCache: false }).usage?.cacheWrite1h]).toEqual([500, 0])
  })

  it('takes nothing for a figure that is none', () => {
    const reader = createFold('application/json')
    reader.push(Buffer.from('{"object":"chat.completion","usage":{"prompt_tokens":-5,"completion_tokens":1.5,"total_tokens":"9","cost":-1}}'))
    reader.end()
    expect(reader.read(asked)).toMatchObject({ usage: { input: 0, output: 0 }, final: false, reportedUsd: null })
  })

  it('hears an error inside an answer that began well', () => {
    const reader = createFold('text/event-stream')
    reader.push(Buffer.from('event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'))
    expect(reader.read(asked)).toMatchObject({ error: 'Overloaded', final: false })
  })
})

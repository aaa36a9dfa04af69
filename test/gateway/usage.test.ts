import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFold } from '../../src/engine/gateway/usage/fold.ts'
import { createEventFrames } from '../../src/engine/gateway/usage/frames.ts'
import { golden } from './streams.ts'

const asked = { hourCache: false }

function fold(type: string, pieces: readonly Buffer[]) {
  const reader = createFold(type)
  const raw = pieces.flatMap((piece) => reader.push(piece)).concat(reader.end())
  return { reading: reader.read(asked), raw: Buffer.concat(raw.map((frame) => frame.raw)) }
}

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...at].map((from, i) => bytes.subarray(from, at[i] ?? bytes.length))
}

describe('usage as providers report it (R-124, R-130, U-71)', () => {
  it.each(golden)('$name', ({ type, text, usage, final, usd }) => {
    const { reading } = fold(type, [Buffer.from(text)])
    expect({ usage: reading.usage, final: reading.final, usd: reading.reportedUsd }).toEqual({ usage, final: final ?? true, usd: usd ?? null })
  })

  it('does not depend on how the bytes were split on their way', () => {
    fc.assert(
      fc.property(fc.constantFrom(...golden), fc.array(fc.nat(4000), { maxLength: 40 }), ({ type, text }, cuts) => {
        const bytes = Buffer.from(text)
        expect(fold(type, split(bytes, cuts)).reading).toEqual(fold(type, [bytes]).reading)
      }),
      { numRuns: 300 },
    )
    for (const { type, text } of golden) {
      const bytes = Buffer.from(text)
      expect(
        fold(
          type,
          [...bytes].map((byte) => Buffer.from([byte])),
        ).reading,
      ).toEqual(fold(type, [bytes]).reading)
    }
  })

  it('can be cut at any byte: it never throws, never claims to be final too early, and never says more than the whole', () => {
    for (const { type, text, usage } of golden.filter((stream) => stream.type.startsWith('text/'))) {
      const bytes = Buffer.from(text)
      for (let end = 0; end < bytes.length; end++) {
        const { reading } = fold(type, [bytes.subarray(0, end)])
        if (reading.final) expect(reading.usage).toEqual(usage)
        expect(reading.usage?.output ?? 0).toBeLessThanOrEqual(usage.output)
      }
    }
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

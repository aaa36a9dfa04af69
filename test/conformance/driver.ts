import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DriverName, SessionId, WireFormat } from '../../src/contract/index.ts'
import type { LaunchOrder } from '../../src/engine/sessions/index.ts'
import { type Script, type ScriptedModel, type Step, startScriptedModel } from '../programs/scripted-model.ts'
import { openWorkshop, TOKEN, type Workshop } from '../programs/workshop.ts'

export type DriverUnderTest = {
  readonly driver: DriverName
  readonly wire: WireFormat
  /** A step that makes the program write "hello" into out.txt. */
  readonly work: Step
  /** It runs tools in a loop; a driver without makes one call. */
  readonly tools: boolean
  /** Answers that the program asks for once the work is done. */
  readonly answers: number
  readonly env?: () => Promise<Record<string, string>>
  /** Without bubblewrap: what must hold then too. */
  readonly uncaged?: true
}

export const shellWork: Step = { kind: 'shell', command: `echo hello > out.txt; echo 'it is '"$REEF_TOKEN$ANTHROPIC_API_KEY"; cat out.txt` }
const text: Step = { kind: 'text', text: 'All done.' }
const refusal: Step = { kind: 'status', status: 402, headers: { 'x-should-retry': 'false' } }

/** What every driver must do, whatever program is behind it; each case is one scripted model and one real launch. */
export function describeDriver(under: DriverUnderTest): void {
  const { driver, tools, wire } = under

  describe(`${driver} over ${wire}${under.uncaged ? ' without a cage' : ''}`, () => {
    let shop: Workshop
    beforeAll(async () => {
      shop = await openWorkshop({ ...(await under.env?.()), ...(under.uncaged && { REEF_CAGE: 'off' }) })
    }, 120_000)
    afterAll(() => shop?.[Symbol.asyncDispose]())

    async function run(script: Script, order: Partial<LaunchOrder> = {}) {
      await using model = await startScriptedModel(script)
      const id = await launch(model, order)
      const end = await shop.sessions.ended(id)
      return { id, end, model, record: shop.sessions.log(id, 0, 1_000_000).text }
    }
    const launch = (model: Pick<ScriptedModel, 'url'>, order: Partial<LaunchOrder> = {}) =>
      shop.sessions.launch(shop.order({ driver, provider: { wire }, gatewayUrl: model.url, ...order }))
    const dirOf = (id: SessionId) => join(shop.dataDir, 'sessions', id)

    it('does the work, shows it live in the record, and every token of it was metered (R-084, R-069)', async () => {
      rmSync(join(shop.worktree, 'out.txt'), { force: true })
      const { end, model, record } = await run([under.work, text], { outputs: ['out.txt'] })
      expect({ ...end, id: '' }).toMatchObject({ outcome: 'succeeded', exitCode: 0, message: 'ended well' })
      expect(readFileSync(join(shop.worktree, 'out.txt'), 'utf8')).toBe('hello\n')
      expect(record).toContain(tools ? '$ echo hello > out.txt' : '✎ out.txt')
      const sums = under.answers === 2 ? { input: 2001, output: 201 } : { input: 1000, output: 100 }
      expect(model.total()).toEqual(sums)
    })

    it('tells its model who it is and what to do, and shows its one token to nobody else', async () => {
      const { id, model, record } = await run([under.work, text], { outputs: ['out.txt'] })
      const first = model.requests[0]
      expect(JSON.stringify(first?.body)).toMatch(/SYSTEM-MARK[\s\S]*PROMPT-MARK|PROMPT-MARK[\s\S]*SYSTEM-MARK/)
      expect([first?.headers['x-api-key'], first?.headers.authorization]).toContain(wire === 'anthropic' ? TOKEN : `Bearer ${TOKEN}`)
      expect(record).not.toContain(TOKEN)
      const files = readdirSync(dirOf(id), { withFileTypes: true }).filter((entry) => entry.isFile())
      expect(files.map((file) => file.name)).toEqual(expect.arrayContaining(['events.jsonl', 'exit.json', 'intent.json', 'record.cast', 'result.json']))
      expect(files.filter((file) => readFileSync(join(dirOf(id), file.name)).includes(TOKEN))).toEqual([])
    })

    it('hands back the last thing that was said', async () => {
      const { end } = await run([text])
      expect(end).toMatchObject({ outcome: 'succeeded', text: 'All done.' })
    })

    it('fails when its first call is refused for its budget, and does not insist (R-078)', async () => {
      const { end, model } = await run([refusal])
      expect(end).toMatchObject({ outcome: 'failed', message: expect.stringContaining('budget of this task is used up') })
      expect(model.requests.length).toBeLessThanOrEqual(3)
    })

    if (tools)
      it('that goes round in circles ends at its budget (R-078)', async () => {
        const { end, model } = await run((n) => (n < 6 ? { kind: 'shell', command: `echo round ${n}` } : refusal))
        expect(end).toMatchObject({ outcome: 'failed', message: expect.stringContaining('budget of this task is used up') })
        expect(model.requests.length).toBeLessThanOrEqual(9)
      })

    it('gets over a server that stumbles once', async () => {
      const { end } = await run([{ kind: 'status', status: 500 }, text])
      expect(end).toMatchObject({ outcome: 'succeeded', text: 'All done.' })
    })

    it('is stopped when its model says nothing for too long, with nothing left', async () => {
      await using model = await startScriptedModel([{ kind: 'hang' }])
      const id = await launch(model, { timeoutMs: 1500 })
      const end = await shop.sessions.ended(id)
      expect(end).toMatchObject({ outcome: 'timed_out' })
      expect(shop.left(id)).toEqual([])
    })

    it('fails when the line is cut in mid-answer while the gateway lives', async () => {
      const { end } = await run([{ kind: 'cut' }])
      expect(end.outcome).toBe('failed')
    })

    it('is interrupted, not failed, when the gateway is gone (R-080)', async () => {
      const gone = await startScriptedModel([text])
      await gone[Symbol.asyncDispose]()
      const id = await launch(gone)
      expect(await shop.sessions.ended(id)).toMatchObject({ outcome: 'interrupted', message: expect.stringContaining('the gateway went away') })
    })

    if (tools)
      it('leaves no process when it is stopped with a tool at work, however deep that hid (R-080)', async () => {
        await using model = await startScriptedModel([{ kind: 'shell', command: '(setsid sleep 987 &) ; touch busy; sleep 986' }])
        const id = await launch(model)
        await expect.poll(() => existsSync(join(shop.worktree, 'busy')), { timeout: 15_000 }).toBe(true)
        rmSync(join(shop.worktree, 'busy'))
        expect(await shop.sessions.stop(id, 'cancelled')).toEqual({ survivors: 0 })
        expect(await shop.sessions.ended(id)).toMatchObject({ outcome: 'cancelled' })
        expect(shop.left(id)).toEqual([])
        expect(shop.sessions.get(id)).toMatchObject({ state: 'ended' })
      })
  })
}

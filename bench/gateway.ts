import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Books } from './gateway.child.ts'
import { type Caller, createCaller, type Load, type Measured } from './gateway.load.ts'
import { busyNote, median, quantile } from './measure.ts'
import { type BenchRow, toRow } from './row.ts'

const ROUNDS = 5
const paced: Load = { connections: 64, pace: 10, seconds: 3 }
const saturated: Load = { connections: 64, pace: 0, seconds: 1.5 }
const alone: Load = { connections: 1, pace: 0, seconds: 1 }
/** Nanodollars: 12 tokens in and 20 out of claude-haiku-4-5. */
const PRICE = 112_000

const ways = ['direct', 'bare', 'gateway'] as const
type Way = (typeof ways)[number]
/** With what the proxy's process used for each call; the provider's own, where it is asked directly, is not looked at. */
type Round = Record<Way, Measured & { readonly cpuMicros: number }>

/**
 * What the gateway adds to a call beside what a bare proxy adds, in one run: the same callers and the same provider, directly, through
 * a proxy that only passes bytes on, and through REEF's gateway with its reservation and its books. All in processes of their own.
 */
export async function benchGateway(): Promise<BenchRow[]> {
  const upstream = await start('gateway.upstream.child.ts')
  const bare = await start('gateway.bare.child.ts', upstream.url)
  const gateway = await start('gateway.child.ts', upstream.url)
  const callers: Record<Way, Caller> = {
    direct: createCaller(upstream.url, ''),
    bare: createCaller(bare.url, ''),
    gateway: createCaller(gateway.url, gateway.token),
  }
  const children: Partial<Record<Way, ChildProcess>> = { bare: bare.child, gateway: gateway.child }
  let answered = 0
  const run = async (way: Way, load: Load): Promise<Round[Way]> => {
    const before = await cpuOf(children[way])
    const measured = await callers[way].run(load)
    return { ...measured, cpuMicros: ((await cpuOf(children[way])) - before) / measured.firstByteMs.length }
  }
  // One way after the other and again, so that what else the machine does falls on all of them.
  const measure = async (load: Load, rounds: number): Promise<Round[]> => {
    const measured: Round[] = []
    for (let i = 0; i < rounds; i++) {
      const round = { direct: await run('direct', load), bare: await run('bare', load), gateway: await run('gateway', load) }
      answered += round.gateway.firstByteMs.length
      measured.push(round)
    }
    return measured
  }
  try {
    // An engine runs for weeks: the time until the code is compiled is nobody's.
    await measure(saturated, 1)
    const rows = [...toPacedRows(await measure(paced, ROUNDS)), toSaturatedRow(await measure(saturated, ROUNDS)), toAloneRow(await measure(alone, ROUNDS))]
    gateway.child.send('books')
    const [books] = (await once(gateway.child, 'message')) as [Books]
    return [...rows, toBooksRow(books, answered)]
  } finally {
    await Promise.all(ways.map((way) => callers[way].close()))
    for (const { child } of [gateway, bare, upstream]) await stop(child)
  }
}

async function start(file: string, ...args: string[]): Promise<{ child: ChildProcess; url: string; token: string }> {
  const child = fork(join(import.meta.dirname, file), args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [ready] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error(`${file} did not start`)
    }),
  ])) as [{ url: string; token: string }]
  return { child, ...ready }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exited = once(child, 'exit')
  child.disconnect()
  await exited
}

async function cpuOf(child: ChildProcess | undefined): Promise<number> {
  if (!child) return 0
  child.send('cpu')
  const [micros] = (await once(child, 'message')) as [number]
  return micros
}

const middle = (rounds: readonly Round[], pick: (round: Round) => number): number => median(rounds.map(pick))
const firstByte = (way: Way, q: number) => (round: Round) => quantile(round[way].firstByteMs, q)
/** What a way takes longer than the direct one, each the middle of its rounds. */
const added = (rounds: readonly Round[], way: Way, q: number): number => middle(rounds, firstByte(way, q)) - middle(rounds, firstByte('direct', q))
const list = (rounds: readonly Round[], pick: (way: Way) => (round: Round) => number, digits = 2): string =>
  ways.map((way) => `${way} ${middle(rounds, pick(way)).toFixed(digits)}`).join(', ')

/** What holds still when the machine does not: time of the processor, not of the clock. */
const cpuNote = (rounds: readonly Round[]): string => {
  const [bare, gateway] = (['bare', 'gateway'] as const).map((way) => middle(rounds, (round) => round[way].cpuMicros)) as [number, number]
  return `processor time a call: bare ${bare.toFixed(0)}, gateway ${gateway.toFixed(0)} us (${(gateway / bare).toFixed(2)}x)`
}

function toPacedRows(rounds: readonly Round[]): BenchRow[] {
  const at = (q: number) => ({
    value: added(rounds, 'gateway', q),
    unit: 'ms',
    floor: added(rounds, 'bare', q),
    gate: 1.5,
    moonshot: 1.1,
    judge: 'ratio' as const,
    better: 'lower' as const,
    note: `floor: what a bare proxy adds; ${list(rounds, (way) => firstByte(way, q))} ms, gateway/bare ${(middle(rounds, firstByte('gateway', q)) / middle(rounds, firstByte('bare', q))).toFixed(2)}, ${middle(rounds, (round) => round.gateway.perSecond).toFixed(0)} calls/s, ${cpuNote(rounds)}${busyNote(availableParallelism())}`,
  })
  return [
    toRow({ id: 'G1', goal: 'time to first byte that the gateway adds at 64 paced streams, p50', ...at(0.5) }),
    toRow({ id: 'G1t', goal: 'time to first byte that the gateway adds at 64 paced streams, p99', ...at(0.99) }),
  ]
}

function toSaturatedRow(rounds: readonly Round[]): BenchRow {
  return toRow({
    id: 'G2',
    goal: 'calls through the gateway at 64 connections, every one reserved and billed',
    value: middle(rounds, (round) => round.gateway.perSecond),
    unit: 'calls/s',
    floor: middle(rounds, (round) => round.bare.perSecond),
    gate: 0.6,
    moonshot: 0.8,
    judge: 'ratio',
    better: 'higher',
    note: `floor: a bare proxy; ${list(rounds, (way) => (round) => round[way].perSecond, 0)} calls/s; first byte p99 ${list(rounds, (way) => firstByte(way, 0.99), 1)} ms; ${cpuNote(rounds)}`,
  })
}

function toAloneRow(rounds: readonly Round[]): BenchRow {
  return toRow({
    id: 'G3',
    goal: 'time to first byte that the gateway adds to a caller who is alone, p50',
    value: added(rounds, 'gateway', 0.5),
    unit: 'ms',
    floor: added(rounds, 'bare', 0.5),
    gate: 2,
    moonshot: 1,
    judge: 'value',
    better: 'lower',
    note: `floor: what a bare proxy adds; p50 ${list(rounds, (way) => firstByte(way, 0.5))} ms; p99 ${list(rounds, (way) => firstByte(way, 0.99))} ms`,
  })
}

/** A fast gateway that loses a bill has not been measured: whatever does not add up counts here. */
function toBooksRow(books: Books, answered: number): BenchRow {
  const due = answered * PRICE
  const wrong =
    Math.abs(books.calls - answered) +
    Math.abs(books.settled - answered) +
    Math.abs(books.exact - answered) +
    [books.cost, books.hourly, books.daily, books.told].filter((sum) => sum !== due).length +
    (books.held === 0 ? 0 : 1) +
    (books.chain ? 0 : 1)
  return toRow({
    id: 'G4',
    goal: 'calls answered and not billed exactly once, sums that are not their price, money left reserved, breaks of the journal',
    value: wrong,
    unit: 'calls',
    floor: null,
    gate: 0,
    moonshot: 0,
    judge: 'value',
    better: 'lower',
    note: `${answered} answered; ${JSON.stringify(books)}, ${due} nanodollars due`,
  })
}

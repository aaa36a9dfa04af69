import { encodeTime } from 'ulid'
import { type WriteDb, write } from '../src/engine/store/index.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const TASK_CALLS = 25
const TASKS_A_PLAN = 8

const agents = ['Rex', 'Scout', 'Hawk', 'Forge', 'Kev', 'Dash', 'Pixel', 'Quill', 'Sage', 'Atlas', 'Echo', 'Nova']
const models = [
  ['anthropic', 'claude-opus-4-5', 5000],
  ['anthropic', 'claude-sonnet-4-5', 3000],
  ['anthropic', 'claude-haiku-4-5', 1000],
  ['openai', 'gpt-5', 1250],
  ['openai', 'gpt-5-mini', 250],
  ['openai', 'gpt-5-codex', 1250],
  ['google', 'gemini-2.5-pro', 1250],
  ['google', 'gemini-2.5-flash', 300],
  ['cerebras', 'qwen-3-coder-480b', 2000],
  ['cerebras', 'llama-3.3-70b', 850],
  ['ollama', 'qwen3-coder:30b', 0],
  ['ollama', 'gpt-oss:20b', 0],
] as const
const PROJECTS = 40

export type Seeded = {
  readonly calls: number
  /** First and last instant that a call was made. */
  readonly since: number
  readonly until: number
  readonly agent: string
  readonly rareModel: string
  readonly taskId: string
  readonly planId: string
  /** A call in the middle of the history. */
  readonly middle: string
}

/**
 * Writes a long history past the verbs: tasks of 25 calls within an hour and a half, by one agent with one model, now and then with a
 * second; busier by day than by night. One call in 50 is estimated, one task in 8 needed a second attempt. Always the same.
 */
export function seedLedger(db: WriteDb, { calls, days, now }: { calls: number; days: number; now: number }): Seeded {
  const random = toRandom(1)
  const tasks = Math.ceil(calls / TASK_CALLS)
  const since = now - days * DAY
  db.exec(`INSERT INTO price (id, provider, model, source, version, rates, at)
           VALUES (1, 'bench', 'bench', 'catalogue', 'bench', '{"input":1,"output":5,"cacheRead":0.1,"cacheWrite":1.25,"contextWindow":null,"tiers":[]}', 0)`)
  const request = db.prepare(
    "INSERT INTO request (id, text, project, budget, review, rehearsal, state, actor, created_at) VALUES (?, 'bench', ?, 1, 0, 0, 'planned', 'owner', ?)",
  )
  const plan = db.prepare(
    `INSERT INTO plan (id, request_id, project_id, project, title, text, state, rehearsal, source, branch, budget, created_at)
     VALUES (?, ?, 'prj_bench', ?, 'bench', 'bench', 'done', 0, 'file', 'reef/bench', 1000000000, ?)`,
  )
  const task = db.prepare(
    `INSERT INTO task (id, plan_id, key, title, instructions, agent, kind, tier, options, outputs, depends_on, unmet, priority, state, budget, spent, created_at)
     VALUES (?, ?, ?, 'A task of the bench', 'bench', ?, 'build', 'mid', '{}', '[]', '[]', 0, 2, 'done', 1000000000, ?, ?)`,
  )
  const attempt = db.prepare(
    `INSERT INTO attempt (id, task_id, n, state, step, agent, driver, model, spent, started_at, ended_at)
     VALUES (?, ?, ?, ?, 'same model', ?, 'pi', 'bench/none', ?, ?, ?)`,
  )
  const call = db.prepare(
    `INSERT INTO call (id, at, attempt_id, task_id, plan_id, project, agent, provider, model, wire, state, input, cache_read, cache_write, output, cost,
                       computed_cost, price_source, confidence, status, latency_ms, request_id, list_cost, price_id, reserved, reserved_list, envelopes)
     VALUES (:id, :at, :attempt, :task, :plan, :project, :agent, :provider, :model, 'anthropic', 'settled', :input, :cacheRead, :cacheWrite, :output, :cost,
             :cost, 'catalogue', :confidence, 200, 4000, :request, :list, 1, :reserved, :reserved, '[1,2,3,4,5,6,7]')`,
  )
  let made = 0
  let planId = ''
  let middle = ''
  let taskId = ''
  write(db, () => {
    for (let t = 0; t < tasks; t++) {
      const begun = toWaking(since + Math.floor((t / tasks) * (days * DAY - 2 * HOUR)), random)
      const project = `project-${Math.min(PROJECTS - 1, Math.floor((t / tasks) * PROJECTS * 0.9 + random() * 5))}`
      const agent = pick(agents, random)
      if (t % TASKS_A_PLAN === 0) {
        planId = toId('plan', begun, t)
        request.run(toId('req', begun, t), project, begun)
        plan.run(planId, toId('req', begun, t), project, begun)
      }
      taskId = toId('task', begun, t)
      task.run(taskId, planId, `T${t}`, agent, 1_000_000_000, begun)
      const twice = t % 8 === 0
      attempt.run(toId('att', begun, t * 2), taskId, 1, twice ? 'failed' : 'succeeded', agent, 500_000_000, begun, begun + HOUR)
      if (twice) attempt.run(toId('att', begun + HOUR, t * 2 + 1), taskId, 2, 'succeeded', agent, 500_000_000, begun + HOUR, begun + 2 * HOUR)
      const main = pick(models, random)
      const other = pick(models, random)
      for (let c = 0; c < TASK_CALLS && made < calls; c++, made++) {
        const [provider, model, price] = c % 12 === 11 ? other : main
        const at = begun + Math.floor((c + random()) * (1.5 / TASK_CALLS) * HOUR)
        const [input, cacheRead, cacheWrite, output] = [200 + rounded(random, 2000), rounded(random, 40_000), rounded(random, 4000), 50 + rounded(random, 1500)]
        const list = (price || 300) * (input + output * 5) + Math.round((price || 300) * 0.1) * cacheRead + Math.round((price || 300) * 1.25) * cacheWrite
        const cost = provider === 'ollama' ? 0 : list
        const id = toId('call', at, made)
        if (made === calls / 2) middle = id
        call.run({
          id,
          at,
          attempt: toId('att', begun, t * 2),
          task: taskId,
          plan: planId,
          project,
          agent,
          provider,
          model,
          input,
          cacheRead,
          cacheWrite,
          output,
          cost,
          list,
          confidence: made % 50 === 0 ? 'estimated' : 'exact',
          request: `req_${made}`,
          reserved: cost * 3,
        })
      }
    }
    db.exec(`INSERT INTO spend_hour (hour, agent, provider, model, project, task_id, calls, input, cache_read, cache_write, output, cost, list_cost)
             SELECT at - at % ${HOUR}, agent, provider, model, project, task_id, count(*), sum(input), sum(cache_read), sum(cache_write), sum(output), sum(cost), sum(list_cost)
               FROM call GROUP BY 1, 2, 3, 4, 5, 6`)
  })
  db.pragma('wal_checkpoint(TRUNCATE)')
  return { calls: made, since, until: now, agent: 'Rex', rareModel: 'gpt-oss:20b', taskId, planId, middle }
}

const pick = <T>(from: readonly T[], random: () => number): T => from[Math.floor(random() * from.length)] as T
const rounded = (random: () => number, most: number) => Math.floor(random() * most)
const toId = (prefix: string, at: number, n: number): string =>
  `${prefix}_${encodeTime(at)}${n.toString(32).toUpperCase().padStart(16, '0').replaceAll('I', 'W').replaceAll('L', 'X').replaceAll('O', 'Y').replaceAll('U', 'Z')}`

/** Three quarters of what falls into the night is put off to the day. */
const toWaking = (at: number, random: () => number): number => (at % DAY < 8 * HOUR && random() < 0.75 ? at + 8 * HOUR + rounded(random, 4 * HOUR) : at)

/** The same numbers in every run (mulberry32). */
function toRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

import type { IdPrefix, PlanId, TaskId } from '../contract/ids.ts'
import type { Client } from './connect.ts'
import { CliFailure, usageFailure } from './failure.ts'

const words: Partial<Record<IdPrefix, string>> = {
  plan: 'plan',
  task: 'task',
  ses: 'session',
  apr: 'approval',
  pbk: 'playbook',
  rel: 'release',
  art: 'artifact',
  call: 'call',
}
const lists: Partial<Record<IdPrefix, string>> = { call: 'spend calls' }
const PAGE = 1000
/** Older things are still reached by their full id. */
const PAGES = 20

/** What a table shows of an id; accepted back wherever an id is expected. */
export const shortId = (id: string): string => id.slice(-6)

type Row = { readonly id: string }
type ReadPage = (page: { limit: number; before?: string }) => Promise<readonly Row[]>

/** A full id as it is; otherwise the one id that ends in what was given. */
export async function findId<P extends IdPrefix>(prefix: P, given: string, read: ReadPage): Promise<`${P}_${string}`> {
  const word = words[prefix] ?? prefix
  const full = /^([a-z]{3,4})_([0-9A-HJKMNP-TV-Z]{26})$/i.exec(given)
  if (full?.[1] && full[2]) {
    if (full[1].toLowerCase() !== prefix)
      throw usageFailure(`${given} is not the id of ${article(word)}.`, { field: word, remedy: `${article(word)} id starts with ${prefix}_` })
    return `${prefix}_${full[2].toUpperCase()}`
  }
  const suffix = (given.toLowerCase().startsWith(`${prefix}_`) ? given.slice(prefix.length + 1) : given).toUpperCase()
  if (!/^[0-9A-HJKMNP-TV-Z]{1,25}$/.test(suffix))
    throw usageFailure(`"${given}" is not the id of ${article(word)}.`, {
      field: word,
      remedy: `give the full id or its last characters, as \`reef ${lists[prefix] ?? `${word} list`}\` shows them`,
    })
  return oneOf(prefix, word, given, await readMatches(suffix, read)) as `${P}_${string}`
}

async function readMatches(suffix: string, read: ReadPage): Promise<Set<string>> {
  const found = new Set<string>()
  let before: string | undefined
  for (let n = 0; n < PAGES; n++) {
    const rows = await read({ limit: PAGE, ...(before ? { before } : {}) })
    for (const { id } of rows) if (id.endsWith(suffix)) found.add(id)
    const last = rows.at(-1)?.id
    if (rows.length < PAGE || last === before) break
    before = last
  }
  return found
}

function oneOf(prefix: IdPrefix, word: string, given: string, found: ReadonlySet<string>): string {
  const [first] = found
  if (first === undefined) {
    const remedy =
      word === 'task' && isTaskKey(given) ? 'a key like T3 needs its plan: --plan PLAN' : `\`reef ${lists[prefix] ?? `${word} list`}\` shows what there is`
    throw new CliFailure(1, { code: `${word}/unknown`, message: `No ${word} has an id that ends in ${given}.`, field: word, remedy })
  }
  if (found.size > 1)
    throw usageFailure(`${given} is the end of ${found.size} ${word} ids.`, {
      field: word,
      remedy: `give more of it: ${[...found]
        .slice(0, 3)
        .map((id) => id.slice(prefix.length + 1).slice(-12))
        .join(', ')}`,
    })
  return first
}

const article = (word: string): string => `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`
const isTaskKey = (text: string): boolean => /^[A-Z][A-Z0-9]{0,7}$/i.test(text)

export const findPlan = (client: Client, given: string): Promise<PlanId> => findId('plan', given, async (page) => (await client.plan.list(page)).plans)

export const findSession = (client: Client, given: string) => findId('ses', given, async (page) => (await client.session.list(page)).sessions)

export const findApproval = (client: Client, given: string) => findId('apr', given, async (page) => (await client.approval.list(page)).approvals)

export const findPlaybook = (client: Client, given: string) => findId('pbk', given, async () => (await client.playbook.list()).playbooks)

export const findRelease = (client: Client, given: string) => findId('rel', given, async (page) => (await client.release.list(page)).releases)

export const findCall = (client: Client, given: string) => findId('call', given, async (page) => (await client.spend.calls(page)).calls)

/** With its plan a task is also known by its key. */
export async function findTask(client: Client, given: string, plan?: string): Promise<TaskId> {
  if (plan === undefined) return findId('task', given, async (page) => (await client.task.list(page)).tasks)
  const { tasks } = await client.plan.get({ id: await findPlan(client, plan) })
  const named = tasks.find((task) => task.key === given.toUpperCase())
  return named ? named.id : findId('task', given, async () => tasks)
}

/** Artifacts are listed by plan; without one, the plans are looked through, newest first. */
export function findArtifact(client: Client, given: string, plan?: string) {
  const read = async (planId: PlanId) => (await client.artifact.list({ planId })).artifacts
  return findId('art', given, async () => {
    if (plan !== undefined) return read(await findPlan(client, plan))
    const { plans } = await client.plan.list({ limit: 50 })
    return (await Promise.all(plans.map((one) => read(one.id)))).flat()
  })
}

/** Which of these plans are rehearsals: a task or session carries only its plan's id. */
export async function findRehearsals(client: Client, planIds: Iterable<string | null>): Promise<ReadonlySet<string>> {
  const wanted = new Set([...planIds].filter((id) => id !== null))
  if (wanted.size === 0) return wanted
  const { plans } = await client.plan.list({ limit: PAGE })
  return new Set(plans.filter((plan) => plan.rehearsal && wanted.has(plan.id)).map((plan) => plan.id))
}

import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { RPCHandler } from '@orpc/server/node'
import { describe, expect, it } from 'vitest'
import { os } from '../../src/engine/api/context.ts'
import { toPlaybooks, toTemplates } from '../../src/engine/api/playbooks.ts'
import { toPolicies } from '../../src/engine/api/policies.ts'
import { toRefused } from '../../src/engine/api/refusal.ts'
import { createLogger } from '../../src/engine/kernel/logger.ts'
import { MINUTE, openRules, START } from '../approvals/rules-world.ts'
import * as canned from './canned.ts'
import { reef } from './command.ts'

/** Real rules on a real database, and the command line as a process before them. */
async function openFace() {
  const world = openRules()
  const { rules, dir } = world
  const logger = createLogger(join(dir, 'engine.log'))
  const router = {
    policy: toPolicies(rules),
    playbook: toPlaybooks(rules),
    template: toTemplates(rules),
    approval: { oversight: os.approval.oversight.handler(({ input }) => rules.oversight.health(input.days)) },
    factory: { status: os.factory.status.handler(() => canned.status(dir, '')) },
  }
  const handler = new RPCHandler(router, {
    clientInterceptors: [({ next }) => next().catch((error: unknown) => Promise.reject(toRefused(error, logger)))],
  })
  const server = createServer((incoming, outgoing) => {
    void handler.handle(incoming, outgoing, { prefix: '/rpc', context: { actor: 'owner', channel: 'cli' } })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  mkdirSync(join(dir, 'run'), { recursive: true })
  writeFileSync(join(dir, 'run', 'engine.json'), JSON.stringify({ pid: process.pid, url, token: 't', startedAt: 1 }), { mode: 0o600 })
  return {
    world,
    rules,
    run: (args: readonly string[], input = '') => reef([...args, '--data-dir', dir], { input }),
    file(name: string, text: string): string {
      const path = join(dir, name)
      writeFileSync(path, text)
      return path
    },
    async [Symbol.asyncDispose](): Promise<void> {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      world[Symbol.dispose]()
    },
  }
}

describe('reef policy', { timeout: 60_000 }, () => {
  it('says where a file is wrong, tries a good one on what has happened, and puts it into force once its name is typed (R-188)', async () => {
    await using face = await openFace()
    const { rules, run, file, world } = face
    world.put()
    const own = (tier: string) => file('own.yaml', `version: 1\nraise:\n  - { id: shop, when: { project: [shop] }, tier: ${tier}, because: it is the shop }\n`)
    const bad = await run(['policy', 'check', own('T9')])
    expect({ code: bad.code, stdout: bad.stdout }).toEqual({ code: 1, stdout: 'own.yaml:3: expected one of T0, T1, T2, T3 and up (raise[0].tier)\n' })
    const path = own('T3')
    expect((await run(['policy', 'check', path])).stdout).toBe('own.yaml is good.\n')
    const tried = await run(['policy', 'dry-run', path])
    expect(tried.stdout).toContain('T2      1        0')
    expect(tried.stdout).toMatch(/deploy\.local\s+T2 → T3\s+Release shop at abc\s+to deploy on this machine is T2; it is the shop/)
    const left = [await run(['policy', 'save', path]), await run(['policy', 'save', path, '--confirm', 'yes'])]
    expect(left.map(({ code }) => code)).toEqual([2, 2])
    expect(left[0]?.stderr).toContain('--confirm own.yaml')
    expect(rules.policies.get().version).toBe(1)
    expect((await run(['policy', 'save', path, '--confirm', 'own.yaml'])).stdout).toMatch(/^Version 2 holds since /)
    const shown = await run(['policy', 'show'])
    expect(shown.stdout).toMatch(/^policy\s+version 2, since .*, by owner\nfiles\s+default\.yaml, own\.yaml\n/)
    expect(shown.stdout).toMatch(/mail\.customer\s+T2\s+T2\s+2:00:00\s+sends aware-and-investigating\s+default\.yaml\s+write to a customer/)
    expect(shown.stdout).toMatch(/shop\s+at least T3\s+project shop\s+it is the shop/)
    expect((await run(['policy', 'show', 'own.yaml'])).stdout).toContain('id: shop')
    expect((await run(['policy', 'versions'])).stdout).toMatch(/2 {2}.* owner {3}new rule shop\n/)
  })

  it('wants a name for what comes through standard input', async () => {
    await using face = await openFace()
    const text = 'version: 1\n'
    const [nameless, named, unknown] = [
      await face.run(['policy', 'check', '-'], text),
      await face.run(['policy', 'check', '-', '--name', 'own.yaml'], text),
      await face.run(['policy', 'show', 'own.yaml']),
    ]
    expect([nameless.code, named.code, unknown.code]).toEqual([2, 0, 2])
    expect(unknown.stderr).toContain('there is: default.yaml')
  })
})

describe('reef playbook', { timeout: 60_000 }, () => {
  it('drafts, puts into force, shows and revokes; T3 is refused', async () => {
    await using face = await openFace()
    const { rules, run } = face
    const draft = ['playbook', 'draft', 'Releases of the shop', '--uses', '5', '--each', '2', '--days', '3', '--agent', 'Rex', '--action']
    const refused = await run([...draft, 'data.delete'])
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('data.delete is T3')])
    const drafted = await run([...draft, 'deploy.local', '--action', 'deploy.staging'])
    expect(drafted.stdout).toMatch(/Put it into force with: reef playbook activate \w{6}\n$/)
    expect(rules.playbooks.list()).toMatchObject([
      { scope: { actions: ['deploy.local', 'deploy.staging'], agents: ['Rex'], projects: [] }, maxUses: 5, maxUsdEach: 2, maxUsdTotal: 10, days: 3 },
    ])
    const id = rules.playbooks.list()[0]?.id.slice(-6) ?? ''
    expect((await run(['playbook', 'activate', id])).stdout).toContain('● in force')
    expect((await run(['playbook', 'list'])).stdout).toMatch(/in force\s+deploy\.local deploy\.staging\s+Rex\s+0 of 5\s+\$0 of \$10\s+\$2/)
    expect((await run(['playbook', 'revoke', id])).stdout).toContain('⊘ revoked')
    expect((await run(['playbook', 'override', 'shop is down', '--action', 'deploy.production', '--hours', '13'])).code).toBe(2)
    expect((await run(['playbook', 'override', 'shop is down', '--action', 'deploy.production'])).stdout).toMatch(
      /When it is over: reef playbook revoke \w{6}\n$/,
    )
  })
})

describe('reef template', { timeout: 60_000 }, () => {
  it('takes its words from a file or from standard input, and keeps those that the policy sends', async () => {
    await using face = await openFace()
    const { rules, run, file } = face
    await run(['template', 'save', 'sorry'], 'We are sorry.\n')
    await run(['template', 'save', 'soon', file('soon.txt', 'Soon.')])
    expect(rules.templates.list().map(({ name, text }) => [name, text])).toEqual([
      ['aware-and-investigating', "We're aware and investigating."],
      ['soon', 'Soon.'],
      ['sorry', 'We are sorry.'],
    ])
    expect((await run(['template', 'list'])).stdout).toMatch(/sorry\s+.*We are sorry\.\n$/)
    expect((await run(['template', 'remove', 'sorry'])).stdout).toBe('sorry is removed.\n')
    const used = await run(['template', 'remove', 'aware-and-investigating'])
    expect([used.code, used.stderr]).toEqual([1, expect.stringContaining('mail.customer')])
  })
})

describe('reef oversight', { timeout: 60_000 }, () => {
  it('shows rates, the class that could be a playbook, and what is too fast (U-118)', async () => {
    await using face = await openFace()
    for (let n = 0; n < 30; n++) face.world.put({ at: START - n * MINUTE, seenMs: 900, decidedAfter: 65_000 })
    const { code, stdout } = await face.run(['oversight', '--days', '7'])
    expect(code).toBe(0)
    expect(stdout).toContain('cards           30 asked, 30 approved, 0 denied, 0 expired, 0 open; 0 answered by playbooks')
    expect(stdout).toContain('time to decide  1:05, half of them sooner')
    expect(stdout).toContain('You decide faster than a card can be read')
    expect(stdout).toContain('Rex gets no new work that would ask: 30 cards in an hour, more than 6')
    expect(stdout).toContain('you approved 30 of 30 and regretted none')
  })
})

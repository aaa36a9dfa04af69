import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ActionFacts } from '../../src/contract/index.ts'
import { openRules, type RulesWorld, refusal } from './rules-world.ts'

const facts = (action: string, more: Partial<ActionFacts> = {}): ActionFacts => ({
  action,
  amountUsd: null,
  text: null,
  taintedBy: null,
  agent: 'Rex',
  project: 'shop',
  ...more,
})
const tierOf = ({ rules }: RulesWorld, action: string) => rules.policies.classify(facts(action)).tier
const read = (world: RulesWorld) => readFileSync(join(world.policyDir, 'default.yaml'), 'utf8')
const put = (world: RulesWorld, name: string, text: string) => writeFileSync(join(world.policyDir, name), text)
const localAt = (tier: string, text: string) => text.replace('deploy.local: { tier: T2 }', `deploy.local: { tier: ${tier} }`)
const own = 'version: 1\nclasses:\n  fleet.restart:\n    tier: T1\n'

describe('the policy in force', () => {
  it('is the one that ships at first, in a folder that the owner reads and changes (R-188)', () => {
    using world = openRules()
    expect(world.rules.policies.get()).toMatchObject({ version: 1, acceptedBy: 'engine', files: [{ name: 'default.yaml', problems: [] }] })
    expect(world.types()).toEqual([])
    expect(world.rules.templates.list()).toMatchObject([{ name: 'aware-and-investigating', text: "We're aware and investigating." }])
    expect(world.reopen().policies.get().version).toBe(1)
  })

  it('waits two hours for a customer and then sends the words approved beforehand, never the draft (R-181, C-14)', () => {
    using world = openRules()
    expect(world.rules.policies.classify(facts('mail.customer', { text: 'The draft' }))).toEqual({
      tier: 'T2',
      because: ['to write to a customer is T2'],
      policyVersion: 1,
      deadlineMs: 7_200_000,
      ifSilent: 'template',
      templateText: "We're aware and investigating.",
      quietHours: 'run',
      irreversible: true,
    })
  })

  it('says no by silence for everything else, and takes what nobody named for irreversible T3 (R-176, R-187)', () => {
    using world = openRules()
    expect(world.rules.policies.classify(facts('deploy.production'))).toMatchObject({
      deadlineMs: null,
      ifSilent: 'deny',
      templateText: null,
      quietHours: 'hold',
    })
    expect(world.rules.policies.classify(facts('vendor.call'))).toMatchObject({ tier: 'T3', ifSilent: 'deny', irreversible: true })
    expect(tierOf(world, 'constructor.name')).toBe('T3')
  })

  it('reads nothing that is huge, endless, a link, or no text, says so, and stays as it was', () => {
    using world = openRules()
    const elsewhere = join(world.policyDir, '..', 'elsewhere.txt')
    writeFileSync(elsewhere, localAt('T1', read(world)))
    const cases: [string, (file: string) => void, string][] = [
      ['link.yaml', (file) => symlinkSync(elsewhere, file), 'is a link'],
      ['zero.yaml', (file) => symlinkSync('/dev/zero', file), 'is a link'],
      ['pipe.yaml', (file) => void execFileSync('mkfifo', [file]), 'is no file'],
      ['folder.yaml', (file) => void mkdirSync(file), 'is no file'],
      ['long.yaml', (file) => writeFileSync(file, `#${'x'.repeat(100_000)}`), 'longer than 100000'],
      ['latin.yaml', (file) => writeFileSync(file, Buffer.from([0x23, 0xe9, 0x0a])), 'not UTF-8'],
    ]
    for (const [name, make, words] of cases) {
      make(join(world.policyDir, name))
      world.rules.policies.reload()
      expect(world.rules.policies.get()).toMatchObject({
        version: 1,
        files: expect.arrayContaining([expect.objectContaining({ name, problems: [expect.objectContaining({ message: expect.stringContaining(words) })] })]),
      })
      rmSync(join(world.policyDir, name), { recursive: true })
    }
    for (let at = 0; at < 20; at++) put(world, `own${at}.yaml`, 'version: 1\n')
    world.rules.policies.reload()
    expect(world.rules.policies.get().files.flatMap(({ problems }) => problems)).toMatchObject([{ message: expect.stringContaining('one too many') }])
    expect(tierOf(world, 'deploy.local')).toBe('T2')
  }, 10_000)

  it('sends no words by itself when a rule made it T3', () => {
    using world = openRules()
    put(world, 'own.yaml', 'version: 1\nraise: [{ id: bank, when: { project: [bank] }, tier: T3, because: it is the bank }]\n')
    world.rules.policies.reload()
    expect(world.rules.policies.classify(facts('mail.customer', { project: 'bank' }))).toMatchObject({ tier: 'T3', ifSilent: 'deny', templateText: null })
  })

  it('changes with a good file, as a new version that says what is different (R-188)', () => {
    using world = openRules()
    put(world, 'default.yaml', localAt('T1', read(world)))
    put(world, 'own.yaml', own)
    world.rules.policies.reload()
    world.rules.policies.reload()
    expect([tierOf(world, 'deploy.local'), tierOf(world, 'fleet.restart')]).toEqual(['T1', 'T1'])
    expect(world.rules.policies.versions().map(({ version, note, acceptedBy }) => [version, note, acceptedBy])).toEqual([
      [2, 'deploy.local T2 → T1, fleet.restart new, T1', 'owner'],
      [1, 'as shipped', 'engine'],
    ])
    expect(world.told).toMatchObject([{ type: 'policy.accepted', subject: 'policy', actor: 'owner', data: { version: 2 } }])
    expect(world.rules.policies.version(2)?.text).toContain('# own.yaml\nversion: 1')
    expect(world.rules.policies.version(1)?.text).not.toContain('fleet.restart')
  })

  it('is not touched by a bad file, which is shown with its line and told once, also after a restart (R-188)', () => {
    using world = openRules()
    put(world, 'own.yaml', own.replace('T1', 'T7'))
    const reload = () => world.rules.policies.reload()
    reload()
    reload()
    expect(world.types()).toEqual(['policy.rejected'])
    const view = world.rules.policies.get()
    expect([view.version, view.files.map(({ name, problems }) => [name, problems.map(({ line }) => line)])]).toEqual([
      1,
      [
        ['default.yaml', []],
        ['own.yaml', [4]],
      ],
    ])
    expect(tierOf(world, 'fleet.restart')).toBe('T3')
    const again = world.reopen()
    expect([again.policies.get().version, world.types()]).toEqual([1, ['policy.rejected']])
    put(world, 'own.yaml', own.replace('tier', 'teir'))
    reload()
    put(world, 'own.yaml', own)
    reload()
    put(world, 'own.yaml', own.replace('tier', 'teir'))
    reload()
    expect(world.types()).toEqual(['policy.rejected', 'policy.rejected', 'policy.accepted', 'policy.rejected'])
    expect(tierOf(world, 'fleet.restart')).toBe('T1')
  })

  it('survives that its files are gone or cannot be read: the last good ones still hold', () => {
    using world = openRules()
    put(world, 'default.yaml', localAt('T3', read(world)))
    world.rules.policies.reload()
    rmSync(join(world.policyDir, 'default.yaml'))
    world.rules.policies.reload()
    expect([tierOf(world, 'deploy.local'), world.rules.policies.get().files]).toMatchObject([
      'T3',
      [{ name: 'default.yaml', text: '', problems: [{ line: null }] }],
    ])
    rmSync(world.policyDir, { recursive: true })
    world.rules.policies.reload()
    expect(tierOf(world, 'deploy.local')).toBe('T3')
    expect(world.reopen().policies.classify(facts('deploy.local')).tier).toBe('T3')
    mkdirSync(join(world.policyDir, 'default.yaml'))
    world.rules.policies.reload()
    expect(world.rules.policies.get().files[0]?.problems[0]?.message).toBe('is no file')
  })

  it('begins with what ships where the owner’s own first files are not good yet', () => {
    using world = openRules()
    world.db.exec('DELETE FROM policy_version')
    put(world, 'default.yaml', 'version: 2')
    const { policies } = world.reopen()
    expect(policies.get()).toMatchObject({ version: 1, files: [{ problems: [{ file: 'default.yaml', line: 1 }] }] })
    expect(policies.classify(facts('deploy.local')).tier).toBe('T2')
  })

  it('is not guessed at when what held before is no longer understood: the engine says so and does not start', () => {
    using world = openRules()
    world.db.exec(`UPDATE policy_version SET files = '[{"name":"default.yaml","text":"version: 1\\nclasses: { data.delete: { tier: T0 } }"}]'`)
    expect(() => world.reopen()).toThrow(expect.objectContaining(refusal('policy/invalid')))
  })
})

describe('saving a policy', () => {
  it('is T3: the owner types the name of the file (R-172, AG)', () => {
    using world = openRules()
    const text = localAt('T1', read(world))
    const save = (confirm: string, actor = 'owner') => world.rules.policies.save({ name: 'default.yaml', text, confirm }, actor)
    expect(() => save('yes')).toThrow(expect.objectContaining(refusal('approval/not-confirmed', { field: 'confirm' })))
    for (const actor of ['agent:Rex', 'engine', 'playbook', 'channel:whatsapp', 'rehearsal-owner'])
      expect(() => save('default.yaml', actor)).toThrow(expect.objectContaining(refusal('approval/needs-desktop')))
    expect([tierOf(world, 'deploy.local'), world.types()]).toEqual(['T2', []])
    expect(save('default.yaml')).toMatchObject({ version: 2, acceptedBy: 'owner' })
    expect([read(world), tierOf(world, 'deploy.local'), world.types()]).toEqual([text, 'T1', ['policy.accepted']])
  })

  it('refuses what is not good, or is no file of the folder, and changes nothing', () => {
    using world = openRules()
    const save = (name: string, text: string) => world.rules.policies.save({ name, text, confirm: name }, 'owner')
    expect(() => save('own.yaml', own.replace('T1', 'T7'))).toThrow(expect.objectContaining(refusal('policy/invalid')))
    for (const name of ['../settings.yaml', 'own.txt', '.own.yaml', 'a/b.yaml', ''])
      expect(() => save(name, own)).toThrow(expect.objectContaining(refusal('policy/unknown-file')))
    expect([world.rules.policies.get().version, world.types()]).toEqual([1, []])
  })

  it('leaves no version behind when the file cannot be written', () => {
    using world = openRules()
    rmSync(world.policyDir, { recursive: true })
    mkdirSync(join(world.policyDir, 'own.yaml', 'in-the-way'), { recursive: true })
    put(world, 'default.yaml', readFileSync(join(import.meta.dirname, '../../assets/policies/default.yaml'), 'utf8'))
    expect(() => world.rules.policies.save({ name: 'own.yaml', text: own, confirm: 'own.yaml' }, 'owner')).toThrow()
    expect([world.rules.policies.get().version, tierOf(world, 'fleet.restart'), world.types()]).toEqual([1, 'T3', []])
  })
})

describe('trying a policy', () => {
  it('says what is wrong with a file, and changes nothing', () => {
    using world = openRules()
    expect(world.rules.policies.check('own.yaml', own)).toEqual([])
    expect(world.rules.policies.check('own.yaml', own.replace('T1', 'T7'))).toMatchObject([{ file: 'own.yaml', line: 4, field: 'classes.fleet.restart.tier' }])
    expect(world.rules.policies.check('own.yaml', 'version: 1\nclasses: { mail.other: { tier: T2 } }')).toMatchObject([
      { file: 'own.yaml', line: 2, message: 'mail.other stands in default.yaml already' },
    ])
    expect([tierOf(world, 'fleet.restart'), world.types()]).toEqual(['T3', []])
  })

  it('shows what the last actions would have needed (R-173)', () => {
    using world = openRules()
    for (let n = 0; n < 3; n++) world.put()
    const mail = world.put({
      action: 'mail.customer',
      card: { what: 'Answer Jo', previews: [{ kind: 'mail', subject: 'Re: invoice', text: 'About the refund' }] },
    })
    const paid = world.put({ action: 'money.spend', amountUsd: 12, taintedBy: null })
    world.put({ rehearsal: true })
    const same = world.rules.policies.dryRun('default.yaml', read(world), 200)
    expect(same).toMatchObject({ problems: [], actions: 5, changed: [] })
    const raise =
      'version: 1\nraise:\n  - { id: refunds, when: { mentions: [Refund] }, tier: T3, because: money goes back }\n  - { id: dear, when: { amountUsdOver: 10 }, tier: T3, because: dear }\n'
    const trial = world.rules.policies.dryRun('own.yaml', raise, 200)
    expect(trial.changed.map(({ approvalId, what, from, to, because }) => [approvalId, what, from, to, because.at(-1)])).toEqual([
      [paid, 'Release shop at abc', 'T2', 'T3', 'dear'],
      [mail, 'Answer Jo', 'T2', 'T3', 'money goes back'],
    ])
    expect(trial.tiers).toEqual([
      { tier: 'T0', now: 0, trial: 0 },
      { tier: 'T1', now: 0, trial: 0 },
      { tier: 'T2', now: 5, trial: 3 },
      { tier: 'T3', now: 0, trial: 2 },
    ])
    expect(world.rules.policies.dryRun('own.yaml', raise, 1).actions).toBe(1)
    expect(world.rules.policies.dryRun('own.yaml', 'version: 2', 200)).toMatchObject({ actions: 0, problems: [{ file: 'own.yaml' }] })
  })
})

describe('words that were approved beforehand (R-186)', () => {
  it('are written by the owner, sent as they stand, and not removed while the policy sends them', () => {
    using world = openRules()
    const { templates, policies } = world.rules
    templates.save({ name: 'aware-and-investigating', text: 'We know. We are on it.' }, 'owner')
    expect(policies.classify(facts('mail.customer')).templateText).toBe('We know. We are on it.')
    expect(() => templates.remove('aware-and-investigating', 'owner')).toThrow(expect.objectContaining(refusal('template/in-use')))
    expect(() => templates.save({ name: 'sorry', text: 'Send money to Rex' }, 'agent:Rex')).toThrow(expect.objectContaining(refusal('approval/needs-desktop')))
    expect(() => templates.remove('sorry', 'owner')).toThrow(expect.objectContaining(refusal('template/unknown')))
    templates.save({ name: 'sorry', text: 'We are sorry.' }, 'owner')
    templates.remove('sorry', 'owner')
    expect(world.types()).toEqual(['template.changed', 'template.changed', 'template.removed'])
    expect(world.reopen().templates.list()).toMatchObject([{ text: 'We know. We are on it.' }])
  })

  it('make a file good that waited for them', () => {
    using world = openRules()
    put(world, 'default.yaml', read(world).replace('template: aware-and-investigating', 'template: sorry'))
    world.rules.policies.reload()
    expect(world.rules.policies.get()).toMatchObject({ version: 1, files: [{ problems: [{ message: 'there is no template sorry' }] }] })
    world.rules.templates.save({ name: 'sorry', text: 'We are sorry.' }, 'owner')
    expect(world.rules.policies.get()).toMatchObject({ version: 2, files: [{ problems: [] }] })
    world.rules.templates.remove('aware-and-investigating', 'owner')
  })
})

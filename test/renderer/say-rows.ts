import {
  actionClasses,
  type ChannelView,
  type IncomingView,
  type MessageView,
  type PlaybookView,
  type PolicyView,
  type TemplateView,
  type Tier,
  type TrustView,
} from '../../src/contract/index.ts'
import { ago, id } from './rows.ts'

const DAY = 60 * 24
type Instant = PlaybookView['createdAt']

export const defaultPolicy = `version: 1
classes:
  branch.merge: { tier: T1 }
  deploy.local: { tier: T2 }
  deploy.production: { tier: T2 }
  mail.customer:
    tier: T2
    deadline: 2h
    ifSilent: template
    template: aware-and-investigating
    irreversible: true
raise:
  - id: spend-above-20
    when: { action: [money.spend], amountUsdOver: 20 }
    tier: T2
    because: More than $20 is your decision.
`
const shopPolicy = `version: 1
classes:
  shop.reprice: { tier: T1, what: change a price in the shop }
raise:
  - id: angry-customer
    when: { action: ["mail.*"], mentions: [cancel, refund, lawyer] }
    tier: T2
    because: An angry customer hears from you.
  - id: untrusted
    when: { tainted: true }
    tier: up
    because: Untrusted text led to it.
`

const tierOf = (action: string, floor: Tier): Tier => (({ 'deploy.local': 'T2', 'money.spend': 'T1' }) as Record<string, Tier>)[action] ?? floor

export function policy(change: Partial<PolicyView> = {}): PolicyView {
  return {
    version: 4,
    acceptedAt: ago(DAY * 6),
    acceptedBy: 'owner',
    files: [
      { name: 'default.yaml', text: defaultPolicy, problems: [] },
      { name: 'shop.yaml', text: shopPolicy, problems: [] },
    ],
    classes: [
      ...Object.entries(actionClasses).map(([action, { floor, what }]) => ({
        action,
        what,
        tier: tierOf(action, floor),
        floor,
        deadlineMs: action === 'mail.customer' ? 2 * 3_600_000 : null,
        ifSilent: action === 'mail.customer' ? ('template' as const) : ('deny' as const),
        template: action === 'mail.customer' ? 'aware-and-investigating' : null,
        quietHours: action === 'mail.customer' ? ('run' as const) : ('hold' as const),
        irreversible: action.startsWith('mail.') || action === 'post.public' || action === 'data.delete',
        from: ['branch.merge', 'deploy.local', 'deploy.production', 'mail.customer'].includes(action) ? 'default.yaml' : 'built in',
      })),
      {
        action: 'shop.reprice',
        what: 'change a price in the shop',
        tier: 'T1',
        floor: 'T0',
        deadlineMs: null,
        ifSilent: 'deny',
        template: null,
        quietHours: 'hold',
        irreversible: false,
        from: 'shop.yaml',
      },
    ],
    raise: [
      {
        id: 'spend-above-20',
        when: { action: ['money.spend'], amountUsdOver: 20 },
        tier: 'T2',
        because: 'More than $20 is your decision.',
        from: 'default.yaml',
      },
      {
        id: 'angry-customer',
        when: { action: ['mail.*'], mentions: ['cancel', 'refund', 'lawyer'] },
        tier: 'T2',
        because: 'An angry customer hears from you.',
        from: 'shop.yaml',
      },
      { id: 'untrusted', when: { tainted: true }, tier: 'up', because: 'Untrusted text led to it.', from: 'shop.yaml' },
    ],
    ...change,
  }
}

export const policyVersions = (many: boolean) =>
  Array.from({ length: many ? 1000 : 4 }, (_, i, n = many ? 1000 : 4) => ({
    version: n - i,
    acceptedAt: ago(DAY * (6 + i * 3)),
    acceptedBy: 'owner' as const,
    note: ['deploy.local T1 → T2', 'new rule untrusted', 'mail.customer changed', 'what REEF came with'][i % 4] ?? '',
  }))

export const playbook = (n: number, change: Partial<PlaybookView> = {}): PlaybookView => ({
  id: id('pbk', n),
  name: `Deploy shop ${n} on this machine`,
  scope: { actions: ['deploy.local'], agents: ['Rex'], projects: ['shop'] },
  maxUses: 5,
  maxUsdEach: 1,
  maxUsdTotal: 5,
  state: 'active',
  origin: 'owner',
  because: 'written by you',
  createdAt: ago(DAY * 3),
  createdBy: 'owner',
  activatedAt: ago(DAY * 2),
  days: 14,
  expiresAt: ago(-DAY * 12),
  endedAt: null,
  uses: 2,
  usedUsd: 1.2,
  lastUsedAt: ago(190),
  ...change,
})

const draft = { state: 'draft', activatedAt: null, expiresAt: null, uses: 0, usedUsd: 0, lastUsedAt: null } as const
export const playbooks = (): PlaybookView[] => [
  playbook(1, { name: 'Shop goes live by itself' }),
  playbook(2, {
    ...draft,
    name: 'Merges of Forge',
    origin: 'trust',
    because: 'Forge has merged 104 times, approved each time and never regretted.',
    scope: { actions: ['accept.unreviewed', 'deploy.local'], agents: ['Forge'], projects: [] },
    maxUses: 20,
    maxUsdEach: 0.5,
    maxUsdTotal: 10,
    days: 30,
  }),
  playbook(3, { ...draft, name: 'Deploy price-api', origin: 'always', because: 'You said “always” on “Deploy price-api v13 on this machine”.', days: 12 }),
  playbook(4, {
    name: 'Incident: checkout answers 502',
    origin: 'incident',
    because: 'checkout answers 502',
    scope: { actions: ['deploy.local', 'deploy.production'], agents: [], projects: [] },
    maxUses: 100,
    maxUsdEach: 5,
    maxUsdTotal: 100,
    days: 0.08,
    uses: 7,
    usedUsd: 0.31,
    expiresAt: ago(-68),
  }),
  playbook(5, { state: 'used_up', uses: 5, usedUsd: 3.1, endedAt: ago(DAY) }),
  playbook(6, { state: 'revoked', name: 'Posts of Echo', scope: { actions: ['post.public'], agents: ['Echo'], projects: [] }, endedAt: ago(DAY * 2) }),
  playbook(7, { state: 'expired', name: 'A week of reprices', scope: { actions: ['shop.reprice'], agents: [], projects: ['shop'] }, endedAt: ago(DAY * 4) }),
]

export const trust = (many: boolean): TrustView[] => [
  {
    agent: 'Forge',
    action: 'deploy.local',
    tasks: 104,
    approved: 104,
    denied: 0,
    regretted: 0,
    level: 'proven',
    sentence: '104 deploys, all approved and none regretted.',
  },
  {
    agent: 'Rex',
    action: 'deploy.local',
    tasks: 61,
    approved: 57,
    denied: 3,
    regretted: 1,
    level: 'supervised',
    sentence: '61 of 100 tasks, and one was regretted on 14 November.',
  },
  { agent: 'Echo', action: 'mail.customer', tasks: 12, approved: 9, denied: 3, regretted: 0, level: 'supervised', sentence: '12 of 100 tasks.' },
  ...(many
    ? Array.from({ length: 1000 }, (_, i) => ({
        agent: `Agent-${i}`,
        action: 'shop.reprice',
        tasks: i % 100,
        approved: i % 100,
        denied: 0,
        regretted: 0,
        level: 'supervised' as const,
        sentence: `${i % 100} of 100 tasks.`,
      }))
    : []),
]

export const templates = (): TemplateView[] => [
  { name: 'aware-and-investigating', text: "We're aware of this and are investigating. We will write again within four hours.", changedAt: ago(DAY * 9) },
  { name: 'refund-received', text: 'Your request for a refund has arrived. You will hear from us within two working days.', changedAt: ago(DAY * 2) },
]

export const channel = (name: ChannelView['name'], change: Partial<ChannelView> = {}): ChannelView => ({
  name,
  title: {
    desktop: 'Notices on this machine',
    openclaw: 'WhatsApp through OpenClaw',
    whatsapp: 'WhatsApp Business Cloud API',
    webhook: 'Webhook',
  }[name],
  state: 'off',
  detail: 'Not set up.',
  remedy: null,
  address: null,
  pairedSender: null,
  decides: false,
  since: null,
  lastSentAt: null,
  lastDeliveredAt: null,
  lastReceivedAt: null,
  waiting: 0,
  failed: 0,
  config: {},
  secrets: [],
  ...change,
})

const desktop = channel('desktop', { state: 'ready', detail: 'Text only; a press opens the card.' })
const openclaw = channel('openclaw', {
  state: 'ready',
  detail: 'The gateway 2026.9.1 answers, and a phone is linked.',
  address: '+64211234567',
  pairedSender: '+64211234567',
  decides: true,
  since: ago(60 * 30),
  lastSentAt: ago(18),
  lastDeliveredAt: ago(18),
  lastReceivedAt: ago(41),
  waiting: 1,
  config: { url: 'ws://127.0.0.1:18789', to: '+64211234567' },
  secrets: ['token'],
})
const whatsapp = channel('whatsapp', {
  state: 'unproven',
  detail: 'Meta takes messages; no reply of yours has come back yet.',
  remedy: 'Pair it: send the words it gives from your phone.',
  address: '64211234567',
  since: ago(220),
  lastSentAt: ago(200),
  lastDeliveredAt: ago(200),
  failed: 2,
  config: {
    graphUrl: 'https://graph.facebook.com/v25.0',
    phoneNumberId: '106540352242922',
    to: '64211234567',
    template: 'reef_approval',
    templateLanguage: 'en_US',
  },
  secrets: ['accessToken'],
})

const wordy = `Meta answers with an error: {"error":{"message":"(#200) You do not have the necessary permissions","fbtrace_id":"${'A1b2C3d4'.repeat(12)}"}}`
const webhook = channel('webhook', {
  state: 'ready',
  detail: 'The last message was taken.',
  address: `https://hooks.example.com/services/${'0123456789abcdef'.repeat(6)}`,
  since: ago(60 * 24 * 400),
  lastSentAt: ago(3),
  waiting: 12_345,
  failed: 1_234,
  config: { url: `https://hooks.example.com/services/${'0123456789abcdef'.repeat(6)}` },
  secrets: ['signingSecret'],
})

/** Channels of a world: nothing set up, one that carries, or one that is lost while another holds. */
export function channels(of: 'none' | 'carrying' | 'lost'): ChannelView[] {
  if (of === 'none') return [desktop, channel('openclaw'), channel('whatsapp'), channel('webhook')]
  if (of === 'carrying') return [desktop, openclaw, whatsapp, channel('webhook')]
  const down = { state: 'down' as const, decides: false, detail: 'Nothing answers on ws://127.0.0.1:18789.', remedy: 'openclaw gateway start', since: ago(30) }
  return [desktop, { ...openclaw, ...down, waiting: 14 }, { ...whatsapp, detail: wordy }, webhook]
}

export const message = (n: number, change: Partial<MessageView> = {}): MessageView => ({
  id: id('msg', n),
  channel: 'openclaw',
  to: '+64211234567',
  kind: 'approval',
  text: 'REEF #K7Q2 · T2 · Deploy price-api v14 on this machine.\nReversible, $0.05. No reply by 16:10: denied.\n👍 approve once / 👎 deny / reply K7Q2 yes|no|why',
  buttons: [
    { id: 'yes', title: 'Approve' },
    { id: 'no', title: 'Deny' },
  ],
  bundleId: id('bun', 11),
  replyTo: null,
  state: 'delivered',
  attempts: 1,
  error: null,
  createdAt: at(n),
  expiresAt: ago(-98),
  sentAt: at(n),
  deliveredAt: at(n),
  readAt: null,
  nextAttemptAt: null,
  ...change,
})
const at = (n: number): Instant => ago((2000 - n) * 3)

export const incoming = (n: number, change: Partial<IncomingView> = {}): IncomingView => ({
  id: id('msg', n),
  channel: 'openclaw',
  sender: '+64211234567',
  allowed: true,
  text: 'K7Q2 yes',
  button: null,
  reaction: null,
  repliesTo: null,
  forwarded: false,
  edited: false,
  at: at(n),
  receivedAt: at(n),
  state: 'answered',
  outcome: 'Approved “Deploy invoice-lint v3 on this machine”.',
  ...change,
})

export const sent = (many: boolean): MessageView[] => [
  message(1999, { readAt: ago(2), state: 'read' }),
  message(1996, { kind: 'brief', text: 'Good morning. 2 plans moved, 1 thing was released, 3 cards wait for you.', buttons: [], bundleId: null }),
  message(1993, {
    channel: 'whatsapp',
    kind: 'test',
    state: 'failed',
    error: 'Meta: (#131047) more than 24 hours have passed',
    buttons: [],
    deliveredAt: null,
    attempts: 3,
  }),
  message(1990, { state: 'queued_remote', deliveredAt: null }),
  message(1988, { state: 'pending', sentAt: null, deliveredAt: null, attempts: 0, nextAttemptAt: ago(-1) }),
  message(1986, { bundleId: id('bun', 12), state: 'accepted', deliveredAt: null }),
  message(1984, { bundleId: id('bun', 13), state: 'queued_remote', deliveredAt: null }),
  message(1983, { bundleId: id('bun', 20), state: 'pending', sentAt: null, deliveredAt: null, attempts: 0, nextAttemptAt: ago(-1) }),
  message(1982, {
    bundleId: id('bun', 20),
    channel: 'whatsapp',
    state: 'failed',
    error: 'Meta: (#131026) the number cannot be reached',
    deliveredAt: null,
    attempts: 3,
  }),
  ...(many ? Array.from({ length: 1000 }, (_, i) => message(1900 - i, { kind: 'notice', text: `Service ${i} is up.`, buttons: [] })) : []),
]

export const received = (many: boolean): IncomingView[] => [
  incoming(1998, { repliesTo: id('msg', 1996) }),
  incoming(1995, { sender: '+1555010999', allowed: false, text: 'K7Q2 yes\u202Eon', state: 'ignored', outcome: null }),
  incoming(1992, { text: null, reaction: '👍', outcome: 'The card had expired: nothing was done, and you were told.' }),
  incoming(1989, { text: 'sure, whatever', forwarded: true, outcome: 'Unclear: you were asked which card is meant.' }),
  ...(many ? Array.from({ length: 400 }, (_, i) => incoming(890 - i, { text: `status ${i}`, outcome: 'Answered with what runs.' })) : []),
]

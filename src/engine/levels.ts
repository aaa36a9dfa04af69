/**
 * Who may import whom, and who may write what. The import checker, the architecture test and the documentation read this file;
 * nothing at run time does. There is no list of exceptions: an exception is a decision record that moves a module to another level.
 */
export type Level = {
  readonly level: number
  /** Folders below src/engine, except where `where` says otherwise. */
  readonly modules: readonly string[]
  /** Modules of one level know each other only where this is true. */
  readonly siblings: boolean
  readonly what: string
}

export const levels: readonly Level[] = [
  { level: 1, modules: ['kernel'], siblings: true, what: 'clock, ids, errors, processes: no knowledge of REEF' },
  { level: 2, modules: ['store'], siblings: true, what: 'the database file, transactions, migrations' },
  { level: 3, modules: ['journal', 'settings'], siblings: false, what: 'what everything else writes to or asks' },
  {
    level: 4,
    modules: ['queue', 'agents', 'ledger', 'router', 'workspaces', 'approvals', 'channels', 'health'],
    siblings: false,
    what: 'the facts: one owner for each',
  },
  { level: 5, modules: ['planner', 'gateway', 'sessions', 'quality', 'delivery', 'conversation'], siblings: false, what: 'the acts that use several facts' },
  { level: 6, modules: ['dispatch', 'rehearsal'], siblings: false, what: 'the one loop: claim, run, judge, settle, recover; and the rehearsal of it' },
  { level: 7, modules: ['api', 'mcp'], siblings: false, what: 'the contract, answered; and what agents may ask' },
]

/** Modules without an index.ts: a box of independent single-purpose files, each of which is its own door. */
export const doorless: readonly string[] = ['kernel']

/** Every table and the one folder below src/engine that may write it. Triggers in migrations act for the owner of the table that fires them. */
export const tableOwners: Readonly<Record<string, string>> = {
  migration: 'store',
  event: 'journal',
  request: 'queue',
  plan: 'queue',
  task: 'queue',
  task_count: 'queue',
  dependency: 'queue',
  attempt: 'queue',
  agent_version: 'agents',
  agent_pause: 'agents',
  call: 'ledger',
  reservation: 'ledger',
  spend_hour: 'ledger',
  spend_sum: 'ledger',
  price: 'ledger',
  budget: 'ledger',
  envelope: 'ledger',
  adjustment: 'ledger',
  spend_kill: 'ledger',
  provider: 'router',
  model_rule: 'router',
  route_choice: 'router',
  circuit: 'router',
  project: 'workspaces',
  worktree: 'workspaces',
  artifact: 'workspaces',
  evidence: 'quality',
  release: 'delivery',
  session: 'sessions',
  approval: 'approvals',
  bundle: 'approvals',
  approver: 'approvals',
  policy_version: 'approvals',
  playbook: 'approvals',
  template: 'approvals',
  channel: 'channels',
  message_out: 'channels',
  message_in: 'channels',
  announcement: 'conversation',
  card: 'conversation',
  reply_code: 'conversation',
  card_message: 'conversation',
  asked: 'conversation',
  news_read: 'conversation',
}

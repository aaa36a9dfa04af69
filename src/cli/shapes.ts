import { z } from 'zod'
import { ApprovalView, contract, EvidenceView, LogChunk, PlanView, Refusal, ReleaseView, RequestView, TaskView } from '../contract/index.ts'

/** What `submit --wait --json` and `rehearse --wait --json` print, whatever the outcome. */
export const WaitReport = z.object({
  ok: z.boolean().describe('the exit code is 0 exactly when this is true'),
  ending: z.enum(['done', 'failed', 'cancelled', 'stuck', 'planned']).describe('planned: --review was given and the plan waits for it'),
  problems: z.array(z.string()).describe('why it is not ok, one sentence each'),
  request: RequestView,
  plan: PlanView.nullable().describe('null when planning failed'),
  tasks: z.array(TaskView),
  evidence: z.array(EvidenceView),
  releases: z.array(ReleaseView),
  endpoint: z
    .object({
      url: z.string(),
      status: z.int().describe('0 when there was no answer'),
      ms: z.int(),
      body: z.string().describe('the first 2 KiB, or why there was no answer'),
    })
    .nullable(),
  approvals: z.array(ApprovalView),
  audit: z.object({ ok: z.boolean(), rows: z.int(), head: z.string() }),
  spend: z.object({ total: z.int().describe('nanodollars'), calls: z.int() }),
  durationMs: z.int(),
  rehearsal: z.boolean(),
})

export const StartReport = z.object({ pid: z.int(), url: z.string(), startedAt: z.int(), dataDir: z.string() })

/** What `spend export --json` and `audit export --json` print. */
export const ExportReport = z.object({
  format: z.enum(['calls', 'focus', 'jsonl', 'csv']),
  file: z.string().nullable().describe('null when nothing was written to one'),
  bytes: z.int(),
  text: z.string().nullable().describe('the rows themselves; null when it was written to a file'),
})

/** What every verb prints when it is refused or fails. */
export const ErrorReport = z.object({ error: Refusal })

type Procedure = { readonly '~orpc': { readonly outputSchema?: unknown } }
const outputOf = (procedure: Procedure): z.ZodType => {
  const schema = procedure['~orpc'].outputSchema
  if (!(schema instanceof z.ZodType)) throw new Error('A procedure of the contract has no output schema.')
  return schema
}

/** The JSON of every verb. Most print the engine's answer as it came. Loaded by the documentation and the tests, never by a command. */
export const shapes: Readonly<Record<string, z.ZodType>> = {
  start: StartReport,
  submit: outputOf(contract.request.submit),
  say: outputOf(contract.conversation.say),
  brief: outputOf(contract.conversation.brief),
  rehearse: outputOf(contract.rehearsal.start),
  status: outputOf(contract.factory.status),
  pause: outputOf(contract.factory.pause),
  resume: outputOf(contract.factory.resume),
  doctor: outputOf(contract.factory.doctor),
  'plan list': outputOf(contract.plan.list),
  'plan show': outputOf(contract.plan.get),
  'plan start': outputOf(contract.plan.start),
  'plan cancel': outputOf(contract.plan.cancel),
  'task list': outputOf(contract.task.list),
  'task show': outputOf(contract.task.get),
  'task retry': outputOf(contract.task.retry),
  'task cancel': outputOf(contract.task.cancel),
  'session list': outputOf(contract.session.list),
  'session log': LogChunk,
  'session stop': outputOf(contract.session.stop),
  'approval list': outputOf(contract.approval.list),
  'approval show': outputOf(contract.approval.get),
  'approval approve': outputOf(contract.approval.approve),
  'approval deny': outputOf(contract.approval.deny),
  'approval undo': outputOf(contract.approval.undo),
  'approval ask': outputOf(contract.approval.question),
  'approval snooze': outputOf(contract.approval.snooze),
  'approval regret': outputOf(contract.approval.regret),
  'approval explain': outputOf(contract.approval.explain),
  'channel list': outputOf(contract.channel.list),
  'channel set': outputOf(contract.channel.set),
  'channel off': outputOf(contract.channel.off),
  'channel test': outputOf(contract.channel.test),
  'channel pair': outputOf(contract.channel.pair),
  'channel unpair': outputOf(contract.channel.unpair),
  'channel messages': outputOf(contract.channel.messages),
  'spend summary': outputOf(contract.spend.summary),
  'spend insight': outputOf(contract.spend.insight),
  'spend calls': outputOf(contract.spend.calls),
  'spend call': outputOf(contract.spend.call),
  'spend export': ExportReport,
  'spend adjust': outputOf(contract.spend.adjust),
  'spend adjustments': outputOf(contract.spend.adjustments),
  'spend reconcile': outputOf(contract.spend.reconcile),
  'spend kill': outputOf(contract.spend.kill),
  'spend allow': outputOf(contract.spend.allow),
  'budget list': outputOf(contract.budget.list),
  'budget set': outputOf(contract.budget.set),
  'budget clear': outputOf(contract.budget.clear),
  'budget explain': outputOf(contract.budget.explain),
  'policy show': outputOf(contract.policy.get),
  'policy check': outputOf(contract.policy.check),
  'policy dry-run': outputOf(contract.policy.try),
  'policy save': outputOf(contract.policy.save),
  'policy versions': outputOf(contract.policy.versions),
  'playbook list': outputOf(contract.playbook.list),
  'playbook draft': outputOf(contract.playbook.draft),
  'playbook activate': outputOf(contract.playbook.activate),
  'playbook revoke': outputOf(contract.playbook.revoke),
  'playbook override': outputOf(contract.playbook.override),
  'template list': outputOf(contract.template.list),
  'template save': outputOf(contract.template.save),
  'template remove': outputOf(contract.template.remove),
  oversight: outputOf(contract.approval.oversight),
  'audit list': outputOf(contract.audit.list),
  'audit verify': outputOf(contract.audit.verify),
  'audit export': ExportReport,
  'agent list': outputOf(contract.agent.list),
  'agent show': outputOf(contract.agent.get),
  'agent set': outputOf(contract.agent.set),
  'agent edit': outputOf(contract.agent.save),
  'agent pause': outputOf(contract.agent.pause),
  'agent resume': outputOf(contract.agent.resume),
  'provider add': outputOf(contract.provider.add),
  'provider list': outputOf(contract.provider.list),
  'provider presets': outputOf(contract.provider.presets),
  'provider discover': outputOf(contract.provider.discover),
  'provider remove': outputOf(contract.provider.remove),
  'provider test': outputOf(contract.provider.test),
  'key set': outputOf(contract.provider.rotate),
  'key list': outputOf(contract.provider.list),
  'key rotate': outputOf(contract.provider.rotate),
  'model list': outputOf(contract.model.list),
  'model set': outputOf(contract.model.set),
  'model test': outputOf(contract.model.test),
  'model explain': outputOf(contract.model.explain),
  'model health': outputOf(contract.model.health),
  'project list': outputOf(contract.project.list),
  'project add': outputOf(contract.project.add),
  'release list': outputOf(contract.release.list),
  'release stop': outputOf(contract.release.stop),
  'artifact list': outputOf(contract.artifact.list),
  'artifact read': outputOf(contract.artifact.read),
  'settings list': outputOf(contract.settings.list),
  'settings set': outputOf(contract.settings.set),
}

/** Verbs that print another document with --wait. */
export const waitShapes: Readonly<Record<string, z.ZodType>> = { submit: WaitReport, rehearse: WaitReport }

import type { Rules } from '../approvals/index.ts'
import { ok, os } from './context.ts'

export const toPlaybooks = ({ playbooks, trust }: Pick<Rules, 'playbooks' | 'trust'>) =>
  os.playbook.router({
    list: os.playbook.list.handler(() => ({ playbooks: playbooks.list(), trust: trust.list() })),
    draft: os.playbook.draft.handler(({ input, context }) => playbooks.draft(input, context.actor)),
    activate: os.playbook.activate.handler(({ input, context }) => playbooks.activate(input.id, context.actor)),
    revoke: os.playbook.revoke.handler(({ input, context }) => playbooks.revoke(input.id, context.actor)),
    override: os.playbook.override.handler(({ input, context }) => playbooks.override(input, context.actor)),
  })

export const toTemplates = ({ templates }: Pick<Rules, 'templates'>) =>
  os.template.router({
    list: os.template.list.handler(() => ({ templates: templates.list() })),
    save: os.template.save.handler(({ input, context }) => templates.save(input, context.actor)),
    remove: os.template.remove.handler(({ input, context }) => {
      templates.remove(input.name, context.actor)
      return ok
    }),
  })

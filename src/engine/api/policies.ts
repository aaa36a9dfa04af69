import type { Rules } from '../approvals/index.ts'
import { os } from './context.ts'

export const toPolicies = ({ policies }: Pick<Rules, 'policies'>) =>
  os.policy.router({
    get: os.policy.get.handler(() => policies.get()),
    versions: os.policy.versions.handler(() => ({ versions: policies.versions() })),
    check: os.policy.check.handler(({ input }) => ({ problems: policies.check(input.name, input.text) })),
    try: os.policy.try.handler(({ input }) => policies.dryRun(input.name, input.text, input.limit)),
    save: os.policy.save.handler(({ input, context }) => policies.save(input, context.actor)),
  })

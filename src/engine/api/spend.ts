import { ok, os } from './context.ts'
import type { ApiParts } from './parts.ts'

export const toSpend = ({ spend, adjust, exportSpend, killSpend, allowSpend, settings }: ApiParts) =>
  os.spend.router({
    summary: os.spend.summary.handler(({ input }) => spend.summary({ ...input, zone: settings.get().timeZone })),
    insight: os.spend.insight.handler(({ input }) => spend.insight({ ...input, zone: settings.get().timeZone })),
    calls: os.spend.calls.handler(({ input }) => ({ calls: spend.calls(input) })),
    call: os.spend.call.handler(({ input }) => spend.call(input.id)),
    export: os.spend.export.handler(({ input }) => exportSpend(input)),
    kill: os.spend.kill.handler(async ({ context }) => ({ aborted: await killSpend(context.actor) })),
    allow: os.spend.allow.handler(({ context }) => {
      allowSpend(context.actor)
      return ok
    }),
    adjust: os.spend.adjust.handler(({ input, context }) => adjust.adjust(input, context.actor)),
    adjustments: os.spend.adjustments.handler(({ input }) => ({ adjustments: adjust.list(input) })),
    reconcile: os.spend.reconcile.handler(({ input, context }) => adjust.reconcile(input, context.actor)),
  })

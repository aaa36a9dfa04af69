import { useMemo, useState } from 'react'
import { type OversightHealth, Settings } from '../../../contract/index.ts'
import { useAsk, useEvents } from '../../live/reef.ts'
import { usePaced } from '../../parts/use-paced.ts'
import type { Rules } from './on-card.ts'

const moves = new Set(['approval.requested', 'approval.approved', 'approval.denied', 'approval.undone', 'approval.expired', 'approval.regretted'])
const others = new Set(['playbook.activated', 'playbook.ended', 'settings.changed'])

/** How well the owner's say works (U-52, U-53): asked when the inbox opens and after decisions, at most every two seconds. */
export function useOversight(): OversightHealth | undefined {
  const [version, setVersion] = useState(0)
  useEvents((event) => {
    if (moves.has(event.type)) setVersion(event.seq)
  })
  return useAsk((client) => client.approval.oversight({}), [usePaced(version, 2000)]).data
}

/** What holds for every card: the brake, the incident that lasts, the owner's settings. Defaults hold until they are known. */
export function useRules(brake: boolean): Rules {
  const [version, setVersion] = useState(0)
  useEvents((event) => {
    if (others.has(event.type)) setVersion(event.seq)
  })
  const playbooks = useAsk((client) => client.playbook.list(), [version]).data?.playbooks
  const settings = useAsk((client) => client.settings.list(), [version]).data?.settings
  return useMemo(() => {
    const incident = playbooks?.find((one) => one.origin === 'incident' && one.state === 'active')
    const known = Settings.pick({ approvalGraceSeconds: true, irreversibleGraceSeconds: true, quietTo: true })
      .strip()
      .parse(Object.fromEntries((settings ?? []).map(({ key, value }) => [key, value])))
    return {
      brake,
      incident: incident ? { name: incident.because, actions: incident.scope.actions } : null,
      graceSeconds: known.approvalGraceSeconds,
      irreversibleGraceSeconds: known.irreversibleGraceSeconds,
      morning: known.quietTo,
    }
  }, [brake, playbooks, settings])
}

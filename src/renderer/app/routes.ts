import { type ComponentType, lazy } from 'react'
import type { ScreenName } from '../live/place.ts'
import { OverviewScreen } from '../screens/overview/overview.tsx'

export type Screen = ComponentType<{ params: readonly string[] }>
type Route = { readonly title: string; readonly Screen: Screen }

/** Every screen but the first is its own file on the wire: the first picture waits for nothing it does not show. */
export const routes: Readonly<Record<ScreenName, Route>> = {
  overview: { title: 'Overview', Screen: OverviewScreen },
  plans: { title: 'Plans', Screen: lazy(async () => ({ default: (await import('../screens/plan/plan.tsx')).PlanScreen })) },
  inbox: { title: 'Inbox', Screen: lazy(async () => ({ default: (await import('../screens/inbox/inbox.tsx')).InboxScreen })) },
  sessions: { title: 'Sessions', Screen: lazy(async () => ({ default: (await import('../screens/sessions/sessions.tsx')).SessionsScreen })) },
  spend: { title: 'Spend', Screen: lazy(async () => ({ default: (await import('../screens/spend/spend.tsx')).SpendScreen })) },
  agents: { title: 'Agents', Screen: lazy(async () => ({ default: (await import('../screens/agents/agents.tsx')).AgentsScreen })) },
  rules: { title: 'Rules', Screen: lazy(async () => ({ default: (await import('../screens/rules/rules.tsx')).RulesScreen })) },
  channels: { title: 'Channels', Screen: lazy(async () => ({ default: (await import('../screens/channels/channels.tsx')).ChannelsScreen })) },
  audit: { title: 'Audit', Screen: lazy(async () => ({ default: (await import('../screens/audit/audit.tsx')).AuditScreen })) },
  settings: { title: 'Settings', Screen: lazy(async () => ({ default: (await import('../screens/settings/settings.tsx')).SettingsScreen })) },
  parts: { title: 'Parts', Screen: lazy(async () => ({ default: (await import('../parts/parts.page.tsx')).PartsPage })) },
}

/** The keys that go to a screen, after `g` (U-17), in the order of the rail. */
export const screenKeys: ReadonlyArray<readonly [ScreenName, string]> = [
  ['overview', 'o'],
  ['plans', 'p'],
  ['inbox', 'i'],
  ['sessions', 't'],
  ['spend', 's'],
  ['agents', 'a'],
  ['rules', 'r'],
  ['channels', 'c'],
  ['audit', 'u'],
  ['settings', ','],
]

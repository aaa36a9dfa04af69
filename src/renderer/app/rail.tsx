import { Activity, Bot, ChartNoAxesColumn, GitFork, Inbox, LayoutDashboard, MessageSquare, Scale, ScrollText, Settings, SquareTerminal } from 'lucide-react'
import type { ReactNode } from 'react'
import { placeHref, type ScreenName } from '../live/place.ts'
import { useReef } from '../live/reef.ts'
import { Kbd } from '../parts/kbd.tsx'
import styles from './rail.module.css'
import { routes, screenKeys } from './routes.ts'

const icons: Record<ScreenName, ReactNode> = {
  overview: <LayoutDashboard />,
  plans: <GitFork />,
  inbox: <Inbox />,
  sessions: <SquareTerminal />,
  spend: <ChartNoAxesColumn />,
  agents: <Bot />,
  rules: <Scale />,
  channels: <MessageSquare />,
  audit: <ScrollText />,
  settings: <Settings />,
  parts: <Activity />,
}

export function Rail({ screen }: { screen: ScreenName }) {
  const waiting = useReef((facts) => facts.status.approvalsOpen)
  return (
    <nav className={styles.rail} aria-label="Screens">
      {screenKeys.map(([name, key]) => (
        <a
          key={name}
          href={placeHref(name)}
          aria-current={name === screen ? 'page' : undefined}
          aria-keyshortcuts={`g ${key}`}
          title={routes[name].title}
          data-gap={name === 'spend' || name === 'settings'}
        >
          {icons[name]}
          <span className={styles.words}>{routes[name].title}</span>
          {name === 'inbox' && waiting > 0 ? <span className={styles.count}>{waiting > 999 ? '999+' : waiting}</span> : <Kbd>g {key}</Kbd>}
        </a>
      ))}
    </nav>
  )
}

import type { TrustView } from '../../../contract/playbooks.ts'
import { placeHref } from '../../live/place.ts'
import { useAsk } from '../../live/reef.ts'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Meter } from '../../parts/meter.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { fitted } from './fitted.ts'
import { levelWords } from './playbooks.select.ts'
import styles from './rules.module.css'

const DEFAULT_TASKS = 100

/** What each agent has shown with each kind of action. A hundred tasks done well propose a playbook; only the owner's word makes one. */
export function Trust({ rows }: { rows: readonly TrustView[] }) {
  const { data } = useAsk((client) => client.settings.list(), [])
  const wanted = data?.settings.find(({ key }) => key === 'trustTasks')?.value
  const needed = typeof wanted === 'number' ? wanted : DEFAULT_TASKS
  return (
    <Card title="Trust" note="by agent and kind of action">
      <div className={styles.table} style={fitted(rows.length, 48)}>
        <Table
          label="Trust by agent and kind of action"
          columns={columns(needed)}
          rows={rows}
          rowKey={({ agent, action }) => `${agent} ${action}`}
          rowHeight={48}
          empty={<Empty title="No agent has asked for anything yet.">Every agent is supervised until it has done {needed} tasks of a kind well.</Empty>}
        />
      </div>
    </Card>
  )
}

const columns = (needed: number): readonly Column<TrustView>[] => [
  { id: 'agent', head: 'agent', width: 'minmax(72px, 0.8fr)', cell: ({ agent }) => <a href={placeHref('agents', agent)}>{agent}</a> },
  { id: 'action', head: 'action', width: 'minmax(110px, 1fr)', cell: ({ action }) => <code>{action}</code> },
  {
    id: 'tasks',
    head: `tasks of ${needed}`,
    width: 'minmax(130px, 1.2fr)',
    cell: ({ agent, action, tasks }) => (
      <span className={styles.two}>
        <Meter label={`Tasks of ${agent} with ${action}`} value={tasks} max={needed} text={`${tasks} of ${needed}`} />
        <span className={styles.muted}>
          {tasks.toLocaleString('en-US')} of {needed}
        </span>
      </span>
    ),
  },
  { id: 'approved', head: 'approved', width: '76px', align: 'end', cell: ({ approved }) => approved.toLocaleString('en-US') },
  { id: 'denied', head: 'denied', width: '64px', align: 'end', cell: ({ denied }) => denied.toLocaleString('en-US') },
  {
    id: 'regretted',
    head: 'regretted',
    width: '76px',
    align: 'end',
    cell: ({ regretted }) => <span className={regretted > 0 ? styles.high : undefined}>{regretted > 0 ? `▲ ${regretted}` : 0}</span>,
  },
  {
    id: 'level',
    head: 'stands as',
    width: 'minmax(170px, 2.4fr)',
    cell: ({ level, sentence }) => (
      <span className={styles.two} title={sentence}>
        <strong>{levelWords[level]}</strong>
        <span className={styles.muted}>{sentence}</span>
      </span>
    ),
  },
]

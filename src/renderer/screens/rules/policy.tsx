import type { PolicyVersionView, PolicyView } from '../../../contract/policies.ts'
import { tierWords } from '../../../contract/words.ts'
import { useAsk } from '../../live/reef.ts'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { Ago, At } from '../../parts/time.tsx'
import { useZone } from '../../parts/zone.ts'
import { fitted } from './fitted.ts'
import { type ClassRow, type SetTimes, toDeadlineText, toQuietText, toRuleText, toSetTimes, toSilenceText, toUndoText } from './policy.select.ts'
import { PolicyEditor } from './policy-editor.tsx'
import styles from './rules.module.css'

/** What needs the owner's word (C-14, C-15): every kind of action with its tier, what raises it, and the files that say so. */
export function Policy({ version, opened }: { version: string; opened: string | undefined }) {
  const answer = useAsk(
    async (client) => {
      const [policy, { versions }, { settings }] = await Promise.all([client.policy.get(), client.policy.versions(), client.settings.list()])
      return { policy, versions, times: toSetTimes(settings) }
    },
    [version],
  )
  const { data, refusal } = answer
  return (
    <>
      <RefusalNote refusal={refusal} again={answer.again} />
      {data ? (
        <div className={styles.answer} data-stale={refusal !== undefined}>
          {refusal && answer.at ? (
            <p className={styles.muted}>
              as of <At at={answer.at} seconds />
            </p>
          ) : null}
          <Classes policy={data.policy} times={data.times} />
          <div className={styles.halves}>
            <Raises policy={data.policy} />
            <Versions policy={data.policy} versions={data.versions} />
          </div>
          <PolicyEditor files={data.policy.files} opened={opened} version={data.policy.version} onSaved={answer.again} />
        </div>
      ) : answer.loading ? (
        <Card title="What needs your word">
          <Skeleton lines={10} label="Loading the policy" />
        </Card>
      ) : null}
    </>
  )
}

function Classes({ policy, times }: { policy: PolicyView; times: SetTimes }) {
  return (
    <Card title="What needs your word" note={`version ${policy.version}`}>
      <p className={styles.muted}>An action that is not in this list needs a T3 word. Rules below may raise a tier, never lower it.</p>
      <div className={styles.table} style={fitted(policy.classes.length)}>
        <Table
          label="Kinds of action and their tiers"
          columns={columns(times)}
          rows={policy.classes}
          rowKey={({ action }) => action}
          empty={<Empty title="No kind of action is known.">Everything is T3 then: REEF asks before each.</Empty>}
        />
      </div>
    </Card>
  )
}

const columns = (times: SetTimes): readonly Column<ClassRow>[] => [
  { id: 'action', head: 'action', width: 'minmax(146px, 1fr)', cell: ({ action }) => <code title={action}>{action}</code> },
  { id: 'what', head: 'what it is', width: 'minmax(150px, 2fr)', cell: ({ what }) => <span title={what}>{what}</span> },
  {
    id: 'tier',
    head: 'tier',
    width: 'minmax(208px, 1.6fr)',
    cell: ({ tier }) => (
      <span title={tierWords[tier]}>
        <strong className={styles.tier}>{tier}</strong> <span className={styles.muted}>{tierWords[tier]}</span>
      </span>
    ),
  },
  {
    id: 'floor',
    head: 'never below',
    width: '84px',
    cell: ({ tier, floor }) =>
      tier === floor ? (
        <span title="No file can give it a lower tier.">
          {floor} <span className={styles.muted}>lowest</span>
        </span>
      ) : (
        <span className={styles.muted}>{floor}</span>
      ),
  },
  { id: 'deadline', head: 'to answer', width: '80px', cell: (row) => toDeadlineText(row, times) },
  { id: 'silent', head: 'if silent', width: 'minmax(80px, 1fr)', cell: (row) => <span title={toSilenceText(row)}>{toSilenceText(row)}</span> },
  { id: 'quiet', head: 'at night', width: '84px', cell: (row) => toQuietText(row) },
  {
    id: 'undo',
    head: 'to undo',
    width: '112px',
    cell: (row) => (row.irreversible ? <strong title="It cannot be taken back once it is done.">{toUndoText(row, times)}</strong> : toUndoText(row, times)),
  },
  { id: 'from', head: 'says', width: '88px', cell: ({ from }) => <span title={from}>{from}</span> },
]

function Raises({ policy }: { policy: PolicyView }) {
  return (
    <Card title="What raises a tier" note={policy.raise.length.toLocaleString('en-US')}>
      {policy.raise.length === 0 ? <Empty title="Nothing raises a tier.">Every action has the tier of its kind.</Empty> : null}
      <ul className={styles.rules}>
        {policy.raise.map((rule) => (
          <li key={rule.id}>
            <p>{toRuleText(rule)}</p>
            <p className={styles.muted}>
              {rule.because} <span className={styles.from}>{`${rule.id}, ${rule.from}`}</span>
            </p>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Versions({ policy, versions }: { policy: PolicyView; versions: readonly PolicyVersionView[] }) {
  const zone = useZone()
  return (
    <Card
      title="Versions"
      note={
        <>
          in force since <Ago at={policy.acceptedAt} />
        </>
      }
    >
      <div className={styles.short} style={fitted(versions.length)}>
        <Table
          label="Versions of the policy, newest first"
          columns={[
            { id: 'version', head: 'no.', width: '48px', align: 'end', cell: (row) => row.version },
            { id: 'at', head: 'accepted', width: '150px', cell: (row) => <time title={zone.utc(row.acceptedAt)}>{zone.full(row.acceptedAt)}</time> },
            { id: 'by', head: 'by', width: '80px', cell: (row) => row.acceptedBy },
            { id: 'note', head: 'what changed', cell: (row) => <span title={row.note}>{row.note}</span> },
          ]}
          rows={versions}
          rowKey={(row) => String(row.version)}
          empty={<Empty title="No version yet." />}
        />
      </div>
    </Card>
  )
}

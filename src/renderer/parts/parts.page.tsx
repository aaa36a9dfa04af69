import { useState } from 'react'
import {
  approvalStates,
  attemptStates,
  channelStates,
  circuitStates,
  incomingStates,
  messageStates,
  planStates,
  playbookStates,
  releaseStates,
  sessionStates,
  taskStates,
  toNanodollars,
} from '../../contract/index.ts'
import { Button } from './button.tsx'
import { Card } from './card.tsx'
import { CodeBlock } from './code-block.tsx'
import { Confirm } from './confirm.tsx'
import { Diff } from './diff.tsx'
import { Empty } from './empty.tsx'
import { Checkbox, Input, Select, TextArea } from './field.tsx'
import { Kbd } from './kbd.tsx'
import { Menu } from './menu.tsx'
import { Meter } from './meter.tsx'
import { Money } from './money.tsx'
import styles from './parts.page.module.css'
import { RefusalNote } from './refusal-note.tsx'
import { RehearsalLabel } from './rehearsal-label.tsx'
import { Skeleton } from './skeleton.tsx'
import { type Machine, StateMark } from './state-mark.tsx'
import { Table } from './table.tsx'
import { Tabs } from './tabs.tsx'
import { Ago, At, Elapsed } from './time.tsx'
import { Tooltip } from './tooltip.tsx'

const machines: ReadonlyArray<readonly [Machine, readonly string[]]> = [
  ['task', taskStates],
  ['attempt', attemptStates],
  ['plan', planStates],
  ['session', sessionStates],
  ['approval', approvalStates],
  ['release', releaseStates],
  ['health', ['ok', 'warn', 'bad', 'absent']],
  ['verdict', ['passed', 'failed', 'waived']],
  ['request', ['planning', 'planned', 'failed']],
  ['circuit', circuitStates],
  ['playbook', playbookStates],
  ['channel', channelStates],
  ['message', messageStates],
  ['incoming', incomingStates],
]
const diff = `diff --git a/a.ts b/a.ts\n--- a/a.ts\n+++ b/a.ts\n@@ -1,3 +1,3 @@\n const one = 1\n-const two = 3\n+const two = 2\n export { one, two }\n`
const rows = Array.from({ length: 5000 }, (_, i) => ({ id: `row-${i}`, name: `Row ${i + 1}`, cost: toNanodollars(i / 100) }))

/** Every part, to look at and to test against. Reached by its address only: `#/parts`. */
export function PartsPage() {
  const [tab, setTab] = useState<'one' | 'two'>('one')
  const [asking, setAsking] = useState(false)
  const [picked, setPicked] = useState<string>()
  const [start] = useState(() => Date.now() - 75_000)
  return (
    <div className={styles.page}>
      <h1 className={styles.unseen}>Parts</h1>
      <Card title="States" note="the words of the contract">
        {machines.map(([machine, states]) => (
          <p key={machine} className={styles.line}>
            <span className={styles.name}>{machine}</span>
            {states.map((state) => (
              <StateMark key={state} machine={machine} state={state} />
            ))}
          </p>
        ))}
      </Card>
      <Card title="Buttons" actions={<Button kind="quiet">in a heading</Button>}>
        <p className={styles.line}>
          <Button>Plain</Button>
          <Button kind="lead">Lead</Button>
          <Button kind="danger">Danger</Button>
          <Button kind="quiet">Quiet</Button>
          <Button large hint="a">
            Large with a key
          </Button>
          <Button pending>Pending</Button>
          <Button disabled>Disabled</Button>
          <Button onClick={() => setAsking(true)}>Confirm…</Button>
          <Menu
            label="More"
            items={[
              { label: 'Retry', act: () => setAsking(true) },
              { label: 'Cancel', danger: true, act: () => setAsking(true) },
            ]}
          >
            <Button>Menu</Button>
          </Menu>
          <Tooltip text="Words on hover and on focus">
            <Button>Tooltip</Button>
          </Tooltip>
          <Kbd>Ctrl K</Kbd> <RehearsalLabel />
        </p>
      </Card>
      <Card title="Figures">
        <p className={styles.line}>
          <Money amount={toNanodollars(0)} /> <Money amount={toNanodollars(0.001)} /> <Money amount={toNanodollars(1234.5)} /> <Ago at={start} />{' '}
          <At at={start} seconds /> <Elapsed from={start} />
        </p>
        <Meter
          label="Spent"
          value={32}
          max={100}
          text="$32 of $100"
          ticks={[
            { at: 30, label: 'target $30' },
            { at: 50, label: 'alert $50' },
            { at: 100, label: 'stop $100' },
          ]}
        />
        <Meter label="Nearly full" value={92} max={100} text="92 %" attention="high" marks={[50, 90]} />
        <Meter label="Over" value={100} max={100} text="100 %" attention="alarm" />
      </Card>
      <Card title="Fields">
        <Input label="Name" hint="What it is for." placeholder="price-api" />
        <Input label="Budget" defaultValue="ten" error="Write a number of dollars." />
        <Select
          label="Tier"
          options={[
            ['fast', 'fast'],
            ['mid', 'mid'],
          ]}
        />
        <TextArea label="Instructions" rows={3} />
        <Checkbox label="Look at the plan first" hint="Nothing starts before you say so." />
      </Card>
      <Card title="Panels">
        <RefusalNote refusal={{ code: 'queue/full', message: 'The queue is full.', remedy: 'Wait until some of it is done.' }} again={() => setAsking(true)} />
        <Empty title="Nothing here yet." action={<Button>Do the one thing</Button>}>
          What would stand here, and why it does not.
        </Empty>
        <Skeleton />
        <Tabs
          label="Two"
          value={tab}
          onChange={setTab}
          tabs={[
            { id: 'one', label: 'One', count: 3 },
            { id: 'two', label: 'Two' },
          ]}
        >
          <p>Panel {tab}</p>
        </Tabs>
      </Card>
      <Card title="Text">
        <CodeBlock label="Command" text={'$ npm test\n\u202e48 passed'} />
        <Diff text={diff} />
      </Card>
      <Card title="Table" note={`${rows.length.toLocaleString('en-NZ')} rows`}>
        <div className={styles.table}>
          <Table
            label="Rows"
            rows={rows}
            rowKey={(row) => row.id}
            selected={picked}
            onOpen={(row) => setPicked(row.id)}
            columns={[
              { id: 'name', head: 'name', cell: (row) => row.name },
              { id: 'cost', head: 'cost', align: 'end', width: '120px', cell: (row) => <Money amount={row.cost} /> },
            ]}
          />
        </div>
      </Card>
      <Confirm open={asking} danger title="Cancel three tasks?" verb="Cancel 3 tasks" onClose={() => setAsking(false)} onConfirm={() => setAsking(false)}>
        What they did so far stays.
      </Confirm>
    </div>
  )
}

import { Command } from 'cmdk'
import { useMemo } from 'react'
import { goTo, type ScreenName } from '../live/place.ts'
import { useReef } from '../live/reef.ts'
import { closeDialog, openDialog } from '../live/shell-door.ts'
import { Kbd } from '../parts/kbd.tsx'
import { wordOf } from '../parts/state-mark.tsx'
import styles from './palette.module.css'
import { routes, screenKeys } from './routes.ts'

/** Sections that are looked for by their own name. */
const sections: ReadonlyArray<readonly [ScreenName, section: string, words: string]> = [
  ['rules', 'playbooks', 'Playbooks and trust'],
  ['rules', 'templates', 'Templates'],
  ['rules', 'oversight', 'Oversight health'],
  ['channels', 'messages', 'Messages to and from the phone'],
]

type Entry = { readonly id: string; readonly words: string; readonly note: string; readonly key?: string; readonly act: () => void }

/** Everything that can be done or gone to, by typing a piece of its name (U-17). */
export function Palette() {
  const { plans, tasks, approvals, sessions, agents, paused, killed } = useReef((facts) => ({
    plans: facts.plans,
    tasks: facts.tasks,
    approvals: facts.approvals,
    sessions: facts.sessions,
    agents: facts.agents,
    paused: facts.status.mode === 'paused',
    killed: facts.spend.killedAt !== null,
  }))
  const groups = useMemo(() => {
    const acts: Entry[] = [
      { id: 'new', words: 'New request', note: '', key: 'n', act: () => openDialog('new-request') },
      { id: 'pause', words: paused ? 'Resume the factory' : 'Pause the factory', note: '', key: 'Ctrl Shift P', act: () => openDialog('pause') },
      ...(killed ? [] : [{ id: 'kill', words: 'Kill spend: stop every model call now', note: 'asks first', act: () => openDialog('kill-spend') }]),
      { id: 'connect', words: 'Connect a model', note: '', act: () => openDialog('connect-model') },
      { id: 'keys', words: 'Show keys', note: '', key: '?', act: () => openDialog('keys') },
    ]
    const screens: Entry[] = screenKeys.map(([name, key]) => ({
      id: name,
      words: `Go to ${routes[name].title}`,
      note: '',
      key: `g ${key}`,
      act: () => goTo(name),
    }))
    screens.push(
      ...sections.map(([screen, section, words]) => ({
        id: `${screen}/${section}`,
        words: `Go to ${words}`,
        note: routes[screen].title,
        act: () => goTo(screen, section),
      })),
    )
    const waiting: Entry[] = Object.values(approvals)
      .filter((one) => one.state === 'requested')
      .map((one) => ({ id: one.id, words: one.what, note: wordOf('approval', one.state).word, act: () => goTo('inbox', one.id) }))
    const things: Entry[] = [
      ...newest(plans).map((plan) => ({ id: plan.id, words: plan.title, note: `plan, ${wordOf('plan', plan.state).word}`, act: () => goTo('plans', plan.id) })),
      ...newest(tasks).map((task) => ({
        id: task.id,
        words: `${task.key} ${task.title}`,
        note: `task, ${wordOf('task', task.state).word}`,
        act: () => goTo('plans', task.planId, task.id),
      })),
      ...newest(sessions).map((session) => ({
        id: session.id,
        words: session.title,
        note: `session of ${session.agent}`,
        act: () => goTo('sessions', session.id),
      })),
      ...Object.values(agents).map((agent) => ({ id: agent.name, words: agent.name, note: agent.role, act: () => goTo('agents', agent.name) })),
    ]
    return [
      ['Actions', acts],
      ['Waits on you', waiting],
      ['Screens', screens],
      ['Things', things],
    ] as const
  }, [plans, tasks, approvals, sessions, agents, paused, killed])
  const take = (entry: Entry) => {
    closeDialog()
    entry.act()
  }
  return (
    <Command.Dialog
      open
      onOpenChange={(open) => (open ? undefined : closeDialog())}
      label="Commands"
      overlayClassName={styles.shade ?? ''}
      contentClassName={styles.box ?? ''}
    >
      <Command.Input className={styles.input} placeholder="What do you want to do, or find?" />
      <Command.List className={styles.list}>
        <Command.Empty className={styles.empty}>Nothing of that name.</Command.Empty>
        {groups.map(([title, entries]) =>
          entries.length === 0 ? null : (
            <Command.Group key={title} heading={title} className={styles.group}>
              {entries.map((entry) => (
                <Command.Item
                  key={entry.id}
                  value={`${entry.id} ${entry.words}`}
                  keywords={[entry.words, entry.note]}
                  className={styles.item}
                  onSelect={() => take(entry)}
                >
                  <span className={styles.words}>{entry.words}</span>
                  <span className={styles.note}>{entry.note}</span>
                  {entry.key ? <Kbd>{entry.key}</Kbd> : null}
                </Command.Item>
              ))}
            </Command.Group>
          ),
        )}
      </Command.List>
    </Command.Dialog>
  )
}

/** A hundred of a kind are enough to type into; ids are sorted by birth. */
function newest<Row extends { readonly id: string }>(rows: Readonly<Record<string, Row>>): readonly Row[] {
  return Object.values(rows)
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .slice(0, 100)
}

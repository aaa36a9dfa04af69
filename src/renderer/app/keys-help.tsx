import { closeDialog } from '../live/shell-door.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Kbd } from '../parts/kbd.tsx'
import styles from './keys-help.module.css'
import { routes, screenKeys } from './routes.ts'

const groups: ReadonlyArray<readonly [title: string, keys: ReadonlyArray<readonly [keys: string, what: string]>]> = [
  [
    'Anywhere',
    [
      ['Ctrl K', 'commands and things, also /'],
      ['n', 'new request'],
      ['Ctrl Shift P', 'pause or resume, then Enter; kill spend'],
      ['?', 'this list'],
      ['Esc', 'back, close'],
    ],
  ],
  ['Go to', screenKeys.map(([screen, key]) => [`g ${key}`, routes[screen].title] as const)],
  [
    'Lists',
    [
      ['j k', 'next, previous'],
      ['↑ ↓ PgUp PgDn', 'move in tables'],
      ['Enter', 'open'],
    ],
  ],
  [
    'Inbox',
    [
      ['a', 'approve what is shown'],
      ['1 2 3', 'one of several ways, or one of several requests'],
      ['Shift a', 'approve all of a card, once each was read'],
      ['d', 'deny, then a reason: 1 to 5'],
      ['e r', 'edit before approving; ask who asked'],
      ['s', 'snooze, never past the deadline'],
      ['u', 'undo, while it counts down'],
      ['w', 'why: the whole story of a card'],
      ['x Shift j k', 'select, and extend: then d or s for all'],
      ['n /', 'show what is new; search'],
    ],
  ],
]

/** Every key there is; the settings switch off those without Ctrl. */
export function KeysHelp() {
  return (
    <Dialog open onClose={closeDialog} title="Keys" about="Keys without Ctrl do nothing while you type. Settings switch them off." wide>
      <div className={styles.groups}>
        {groups.map(([title, keys]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([key, what]) => (
                <div key={key}>
                  <dt>
                    <Kbd>{key}</Kbd>
                    <span className={styles.unseen}>{key}</span>
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}

import { openDialog } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { useSettings } from './limits.tsx'
import { SettingRow } from './setting-row.tsx'
import styles from './settings.module.css'
import { toGroups } from './settings.select.ts'

/** What concerns this screen alone: its theme, the zone of its times, and keys without Ctrl (U-18, U-21). */
export function Keys() {
  const { data, loading, refusal, again } = useSettings()
  const settings = toGroups(data?.settings ?? []).find((group) => group.name === 'Screen and time')?.settings ?? []
  return (
    <Card
      title="Keyboard and theme"
      actions={
        <Button kind="quiet" hint="?" onClick={() => openDialog('keys')}>
          Show all keys
        </Button>
      }
    >
      <RefusalNote refusal={refusal} again={again} />
      {data ? (
        <ul className={styles.settings}>
          {settings.map((setting) => (
            <SettingRow key={setting.key} setting={setting} />
          ))}
        </ul>
      ) : loading ? (
        <Skeleton lines={4} label="Loading settings" />
      ) : null}
      <p className={styles.muted}>More contrast and less motion follow your system’s own settings. A key without Ctrl does nothing while you type.</p>
    </Card>
  )
}

import { useState } from 'react'
import { useAsk, useEvents } from '../../live/reef.ts'
import { Card } from '../../parts/card.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { SettingRow } from './setting-row.tsx'
import styles from './settings.module.css'
import { toGroups, toOddity } from './settings.select.ts'

/** Every setting of the engine under its heading. They change at once and the change is in the record. */
export function Limits() {
  const settings = useSettings()
  if (!settings.data)
    return settings.loading ? <Skeleton lines={10} label="Loading settings" /> : <RefusalNote refusal={settings.refusal} again={settings.again} />
  const oddity = toOddity(settings.data.settings)
  return (
    <>
      <RefusalNote refusal={settings.refusal} again={settings.again} />
      {oddity ? (
        <p className={styles.odd}>
          <span aria-hidden="true">▲</span> {oddity}
        </p>
      ) : null}
      {toGroups(settings.data.settings).map((group) => (
        <Card key={group.name} title={group.name}>
          <ul className={styles.settings}>
            {group.settings.map((setting) => (
              <SettingRow key={setting.key} setting={setting} />
            ))}
          </ul>
        </Card>
      ))}
    </>
  )
}

/** The settings as they are in force, read again after every change from wherever it came. */
export function useSettings() {
  const [changed, setChanged] = useState(0)
  useEvents((event) => {
    if (event.type === 'settings.changed') setChanged(event.seq)
  })
  return useAsk((client) => client.settings.list(), [changed])
}

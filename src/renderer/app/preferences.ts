import { useEffect, useState } from 'react'
import { Settings } from '../../contract/index.ts'
import { useAsk, useEvents } from '../live/reef.ts'
import { allowSingleKeys } from '../parts/keys.ts'
import { applyTheme } from './theme.ts'

/** Follows the settings that change the page itself: the theme, and keys without Ctrl (U-18). */
export function usePreferences(): void {
  const [version, setVersion] = useState(0)
  useEvents((event) => {
    if (event.type === 'settings.changed') setVersion(event.seq)
  })
  const { data } = useAsk((client) => client.settings.list(), [version])
  useEffect(() => {
    if (!data) return
    const settingOf = (key: string) => data.settings.find((setting) => setting.key === key)?.value
    applyTheme(Settings.shape.theme.catch('system').parse(settingOf('theme')))
    allowSingleKeys(settingOf('singleKeyActions') !== false)
  }, [data])
}

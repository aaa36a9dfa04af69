import { Settings } from '../../contract/index.ts'

export type Theme = Settings['theme']
const KEY = 'reef-theme'
const ThemeName = Settings.shape.theme

/** What was chosen last, so that the first picture already has it; the settings decide a moment later. */
export function rememberedTheme(): Theme {
  return ThemeName.catch('system').parse(localStorage.getItem(KEY) ?? undefined)
}

export function applyTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme)
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}

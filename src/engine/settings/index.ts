export { createSecrets, type Secrets } from './secrets.ts'
export { createSettings, type SettingsService } from './settings.ts'

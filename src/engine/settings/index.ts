export { createSecrets, type Secrets } from './secrets.ts'
export { createSettings, type SettingsService, writeAtomically } from './settings.ts'

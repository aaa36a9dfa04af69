import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Actor, SettingView } from '../../contract/index.ts'
import { Settings } from '../../contract/index.ts'
import { ReefError } from '../kernel/errors.ts'
import type { Append } from '../journal/index.ts'
import { type WriteDb, write } from '../store/index.ts'

export type SettingsDeps = { readonly db: WriteDb; readonly append: Append; readonly file: string }

/** The owner's `settings.json`: only what differs from the defaults. A bad file is refused by name, field and remedy. */
export function createSettings({ db, append, file }: SettingsDeps) {
  let changed: Partial<Settings> = readFile(file)
  let current = parse(changed, file)

  return {
    get: (): Settings => current,
    list: (): SettingView[] => Object.keys(Settings.shape).map((key) => toView(key as keyof Settings)),

    /** Checks, writes temp-then-rename, and journals the change. Takes effect at once. */
    set(key: string, value: unknown, actor: Actor): SettingView {
      if (!(key in Settings.shape)) throw new ReefError('settings/invalid', `There is no setting called ${key}.`, { field: 'key', remedy: 'List them with: reef settings list' })
      const name = key as keyof Settings
      const before = current[name]
      const next = { ...changed, [name]: value }
      current = parse(next, 'the setting')
      changed = next
      writeAtomically(file, `${JSON.stringify(changed, null, 2)}\n`)
      write(db, () => append({ type: 'settings.changed', subject: name, actor, data: { key, from: before, to: current[name] } }))
      return toView(name)
    },
  }

  function toView(key: keyof Settings): SettingView {
    return {
      key,
      value: current[key],
      default: Settings.parse({})[key],
      source: key in changed ? 'file' : 'default',
      description: Settings.shape[key].description ?? '',
    }
  }
}
export type SettingsService = ReturnType<typeof createSettings>

function readFile(file: string): Partial<Settings> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return {}
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ReefError('settings/invalid', `${file} is not valid JSON.`, { remedy: 'Correct it, or remove it to go back to the defaults.', cause })
  }
}

function parse(value: unknown, where: string): Settings {
  const result = Settings.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const field = issue?.path.join('.') ?? ''
  throw new ReefError('settings/invalid', `${where}: ${field ? `${field}: ` : ''}${issue?.message ?? 'invalid'}.`, { field, remedy: 'See the allowed values with: reef settings list' })
}

/** A reader sees the old file or the new one, never half of one. */
export function writeAtomically(file: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.tmp`
  writeFileSync(temporary, text, { mode })
  renameSync(temporary, file)
}

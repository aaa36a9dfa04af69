import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Actor, type EventData, Settings, type SettingView } from '../../contract/index.ts'
import { ReefError } from '../kernel/errors.ts'
import { type WriteDb, write } from '../store/index.ts'

export type SettingsDeps = {
  readonly db: WriteDb
  /** The journal's door, as far as settings need it. */
  readonly append: (event: { type: 'settings.changed'; subject: string; actor: Actor; data: EventData<'settings.changed'> }) => void
  readonly file: string
}

/** The owner's `settings.json`: only what differs from the defaults. A bad file is refused by name, field and remedy. */
export function createSettings({ db, append, file }: SettingsDeps) {
  let changed: Partial<Settings> = readFile(file)
  let current = parse(changed, file)

  return {
    get: (): Settings => current,
    list: (): SettingView[] => Object.keys(Settings.shape).map((key) => toView(key as keyof Settings)),

    /**
     * Checks, journals and writes the change; it takes effect at once. The file is written last inside the transaction:
     * when it cannot be written, nothing is recorded and nothing changes.
     */
    set(key: string, value: unknown, actor: Actor): SettingView {
      if (!Object.hasOwn(Settings.shape, key))
        throw new ReefError('settings/invalid', `There is no setting called ${key}.`, { field: 'key', remedy: 'List them with: reef settings list' })
      const name = key as keyof Settings
      const next = { ...changed, [name]: value }
      const parsed = parse(next, 'the setting')
      write(db, () => {
        append({ type: 'settings.changed', subject: name, actor, data: { key, from: current[name], to: parsed[name] } })
        writeAtomically(file, `${JSON.stringify(next, null, 2)}\n`)
      })
      changed = next
      current = parsed
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
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {}
    // Limits the owner has set must not fall back to the defaults because a file has the wrong mode.
    throw new ReefError('settings/invalid', `${file} cannot be read.`, { remedy: 'Make it readable for the user that runs REEF, or remove it.', cause })
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
  throw new ReefError('settings/invalid', `${where}: ${field ? `${field}: ` : ''}${issue?.message ?? 'invalid'}.`, {
    field,
    remedy: 'See the allowed values with: reef settings list',
  })
}

/** A reader sees the old file or the new one, never half of one; the new one has `mode` from its first byte and is on disk before it counts. */
export function writeAtomically(file: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.tmp`
  rmSync(temporary, { force: true })
  const handle = openSync(temporary, 'wx', mode)
  try {
    writeFileSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(temporary, file)
}

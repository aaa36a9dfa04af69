import { homedir } from 'node:os'
import { join } from 'node:path'
import type { CommandLine } from 'electron'

const switches = new Map<string, string>()
for (const argument of process.argv.slice(1)) {
  const [, name, value = ''] = /^--([a-z][a-z-]*)(?:=(.*))?$/.exec(argument) ?? []
  if (name) switches.set(name, value)
}

export const commandLine = {
  hasSwitch: (name) => switches.has(name),
  getSwitchValue: (name) => switches.get(name) ?? '',
  appendSwitch: (name, value = '') => void switches.set(name, value),
  appendArgument: () => {},
  removeSwitch: (name) => void switches.delete(name),
} satisfies CommandLine

const appData = process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config')

/** Where the app's own things lie; `app.setPath` changes it. */
export const paths: Record<string, string> & { userData: string } = {
  home: homedir(),
  appData,
  userData: switches.get('user-data-dir') || join(appData, 'reef'),
  temp: process.env['TMPDIR'] || '/tmp',
  exe: process.execPath,
}

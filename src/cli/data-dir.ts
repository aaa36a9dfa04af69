import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

/** --data-dir, then REEF_DATA_DIR, then the XDG data home, then its documented default. A relative XDG value is ignored, as its specification says. */
export function chooseDataDir(flag: string | undefined, env: Readonly<Record<string, string | undefined>>, home: string = homedir()): string {
  const named = flag || env['REEF_DATA_DIR']
  if (named) return resolve(named)
  const xdg = env['XDG_DATA_HOME']
  return join(xdg && isAbsolute(xdg) ? xdg : join(home, '.local', 'share'), 'reef')
}

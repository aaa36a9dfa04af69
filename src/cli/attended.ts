type Circumstances = {
  readonly stdinTty: boolean
  readonly stdoutTty: boolean
  readonly json: boolean
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Whether somebody could answer an approval: a person at this terminal, or at a screen. A script that wants JSON has nobody. */
export function isAttended({ stdinTty, stdoutTty, json, env }: Circumstances): boolean {
  if (json) return stdinTty
  return (stdinTty && stdoutTty) || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY'])
}

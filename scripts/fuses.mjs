import { FuseState, FuseV1Options, FuseVersion, flipFuses, getCurrentFuseWire } from '@electron/fuses'

/**
 * What the packed program can no longer be made to do: run as a plain Node, take options from the environment or an inspector, or load
 * an app from anywhere but its own archive. Children run on the Node that is packed beside it.
 */
const locked = {
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  // Electron checks the archive's hash on macOS and Windows only.
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: false,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  [FuseV1Options.WasmTrapHandlers]: true,
}

/** Sets every fuse of the program file; an Electron with a fuse that is not decided here is refused. */
export async function lockFuses(program) {
  await flipFuses(program, { version: FuseVersion.V1, strictlyRequireAllFuses: true, ...locked })
  const wrong = (await readFuses(program)).filter(({ index, state }) => state !== (locked[index] ? 'ENABLE' : 'DISABLE'))
  if (wrong.length > 0) throw new Error(`These fuses did not take: ${wrong.map(({ name }) => name).join(', ')}.`)
}

/** Every fuse as it stands in the program file. */
export async function readFuses(program) {
  const wire = await getCurrentFuseWire(program)
  return Object.keys(locked).map((key) => ({ index: Number(key), name: FuseV1Options[key], state: FuseState[wire[key]] }))
}

/** A program that says what it is and ends, with a row of unset fuses behind it as in Electron's own file. */
export function placeholderProgram() {
  const count = Object.keys(locked).length
  const script = '#!/bin/sh\necho "This folder is a packaging rehearsal without Electron: it cannot start." >&2\nexit 1\n'
  return Buffer.concat([Buffer.from(`${script}dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX`), Buffer.from([1, count]), Buffer.from('1'.repeat(count)), Buffer.from('\n')])
}

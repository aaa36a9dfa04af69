export { findMarkers, readDiff } from './history.ts'
export { type Cage, installArgv, toPackage, toToolEnvironment } from './package.ts'
export { createSerial, type Serial } from './serial.ts'
export { createWorkspaces, type Workspaces } from './workspaces.ts'

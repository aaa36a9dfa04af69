import type { DriverName } from '../../../contract/index.ts'
import type { Driver } from '../driver.ts'
import { claudeCode } from './claude-code.ts'
import { codex } from './codex.ts'
import { command } from './command.ts'
import { direct } from './direct.ts'
import { pi } from './pi.ts'

export const drivers: Record<DriverName, Driver> = { 'claude-code': claudeCode, codex, pi, direct, command }

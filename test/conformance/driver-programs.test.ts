import { describe, expect, it } from 'vitest'
import { fetchPrograms, programsWaived } from '../programs/fetch-programs.ts'
import { describeDriver, shellWork } from './driver.ts'

const env = async () => {
  const { claude, codex } = await fetchPrograms()
  return { REEF_CLAUDE: claude, REEF_CODEX: codex }
}

if (programsWaived) {
  process.stderr.write('REEF_SKIP_PROGRAMS=1: the real Claude Code and Codex were NOT run; their drivers are tested against recordings only.\n')
  describe('the real Claude Code and Codex', () => {
    it('were not run, because REEF_SKIP_PROGRAMS=1 says so', () => expect(process.env['REEF_SKIP_PROGRAMS']).toBe('1'))
  })
} else {
  describeDriver({ driver: 'claude-code', wire: 'anthropic', work: shellWork, tools: true, answers: 2, env })
  describeDriver({ driver: 'claude-code', wire: 'anthropic', work: shellWork, tools: true, answers: 2, env, uncaged: true })
  describeDriver({ driver: 'codex', wire: 'openai-responses', work: shellWork, tools: true, answers: 2, env })
}

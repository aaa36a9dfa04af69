import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startFixture } from './fixture-engine.ts'

/** Stands in for dist/main/server.js: the same flags, the same line when ready, the same end. */
const dataDir = process.argv[process.argv.indexOf('--data-dir') + 1] ?? ''
const play = process.env['REEF_FIXTURE_PLAY'] ?? 'done'
if (play === 'refuses') {
  process.stderr.write('some noise\nThe data directory belongs to another user.\n')
  process.exit(1)
}
const fixture = await startFixture({ dataDir, play })
const trace = {
  argv: process.argv.slice(2),
  attended: process.env['REEF_ATTENDED'],
  key: process.env['REEF_PROVIDER_KEY'] ?? null,
  ended: false,
  pid: process.pid,
}
const write = () => writeFileSync(join(dataDir, 'trace.json'), JSON.stringify(trace))
write()
process.stdout.write(`REEF ready ${JSON.stringify({ pid: process.pid, url: fixture.url, startedAt: Date.now() })}\n`)
process.on('SIGTERM', () => {
  void fixture.end().then(() => {
    rmSync(join(dataDir, 'run', 'engine.json'))
    trace.ended = true
    write()
    process.exit(0)
  })
})

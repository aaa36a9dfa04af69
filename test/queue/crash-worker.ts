import { openWorld } from './world.ts'

// Works a plan's tasks off, one after the other, until it is killed: node crash-worker.ts DIR
const world = openWorld({ dir: process.argv[2] ?? '.' })
process.stdout.write('working\n')
for (;;) {
  const answer = world.queue.claim('worker')
  if (answer.kind === 'idle') break
  world.finish(answer.claim)
}
// Done too early to be killed: the test says so instead of passing.
process.exit(3)

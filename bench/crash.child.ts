import { openWorld, runOne } from './world.ts'

// An engine at work, made to be killed: completes tasks one after the other until it is.
const world = openWorld(process.argv[2] ?? '.', 'FULL')
process.stdout.write('working\n')
for (let n = 0; n < 2000; n++) runOne(world, n)
setInterval(() => {}, 60_000)

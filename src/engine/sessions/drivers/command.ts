import { type Driver, toVerdict } from '../driver.ts'

/** A plain command on a terminal of its own: a task's command, or a product that runs. Its exit code is its verdict. */
export const command: Driver = {
  name: 'command',
  wires: null,
  plan(order) {
    if (!order.argv) throw new Error('a command session was ordered without a command')
    return { argv: order.argv, env: {}, files: [], stdin: null, pty: true }
  },
  read: () => [],
  judge(ending, heard) {
    const verdict = toVerdict(ending, { ...heard, complaint: null }, ending.exitCode === 0)
    return { ...verdict, text: heard.tail.replaceAll('\r\n', '\n') }
  },
}

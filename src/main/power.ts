import { powerMonitor } from 'electron'

/** Tells the engine about sleep, so that leases and deadlines are judged by waking time. */
export function watchPower(power: { noteSuspend(): void; noteResume(): void }): void {
  powerMonitor.on('suspend', () => power.noteSuspend())
  powerMonitor.on('resume', () => power.noteResume())
}

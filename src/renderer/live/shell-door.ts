import { createStore } from 'zustand/vanilla'

/** Dialogs that belong to the shell and may be asked for from anywhere. */
export type ShellDialog = 'new-request' | 'connect-model' | 'pause' | 'kill-spend' | 'keys' | 'palette'
export type Toast = { readonly id: number; readonly text: string; readonly attention: 'quiet' | 'alarm' }

let lastToast = 0
/** What the shell shows on top of the screens. Screens ask through the functions below; the shell alone reads it. */
export const shellDoor = createStore<{ dialog: ShellDialog | undefined; toasts: readonly Toast[] }>()(() => ({ dialog: undefined, toasts: [] }))

/** Opens one of the shell's dialogs: screens cannot import the shell, so they ask for it here. */
export function openDialog(dialog: ShellDialog): void {
  shellDoor.setState({ dialog })
}

export function closeDialog(): void {
  shellDoor.setState({ dialog: undefined })
}

/** Says something that needs no answer; it goes by itself after six seconds, an alarm after fifteen. */
export function say(text: string, attention: Toast['attention'] = 'quiet'): void {
  lastToast += 1
  shellDoor.setState(({ toasts }) => ({ toasts: [...toasts, { id: lastToast, text, attention }].slice(-4) }))
}

export function dropToast(id: number): void {
  shellDoor.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }))
}

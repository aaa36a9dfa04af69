import { X } from 'lucide-react'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { dropToast, shellDoor, type Toast } from '../live/shell-door.ts'
import { Button } from '../parts/button.tsx'
import styles from './toasts.module.css'

export function Toasts() {
  const toasts = useStore(shellDoor, (state) => state.toasts)
  return (
    <div className={styles.toasts} role="status" aria-live="polite">
      {toasts.map((toast) => (
        <Note key={toast.id} toast={toast} />
      ))}
    </div>
  )
}

function Note({ toast }: { toast: Toast }) {
  useEffect(() => {
    const timer = setTimeout(() => dropToast(toast.id), toast.attention === 'alarm' ? 15_000 : 6000)
    return () => clearTimeout(timer)
  }, [toast])
  return (
    <div className={styles.toast} data-attention={toast.attention}>
      {toast.attention === 'alarm' ? <span aria-hidden="true">▲</span> : null}
      <p>{toast.text}</p>
      <Button kind="quiet" aria-label="Dismiss" icon={<X />} onClick={() => dropToast(toast.id)} />
    </div>
  )
}

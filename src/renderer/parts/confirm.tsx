import type { ReactNode } from 'react'
import type { Refusal } from '../../contract/index.ts'
import { Button } from './button.tsx'
import { Dialog, DialogActions } from './dialog.tsx'
import { RefusalNote } from './refusal-note.tsx'

/** Asks before an act. `verb` says what will happen ("Cancel 3 tasks"), never "OK". The way out has the focus when the act destroys. */
export function Confirm({
  open,
  onClose,
  onConfirm,
  title,
  children,
  verb,
  danger = false,
  pending = false,
  refusal,
  also,
}: {
  open: boolean
  onClose: () => void
  onConfirm: () => void
  title: string
  children?: ReactNode
  verb: string
  danger?: boolean
  pending?: boolean
  refusal?: Refusal | undefined
  /** Another act that stands nearby, before the two answers. */
  also?: ReactNode
}) {
  return (
    <Dialog open={open} onClose={onClose} title={title} about={children}>
      <RefusalNote refusal={refusal} />
      <DialogActions>
        {also}
        <Button large onClick={onClose} autoFocus={danger}>
          Leave as it is
        </Button>
        <Button large kind={danger ? 'danger' : 'lead'} pending={pending} onClick={onConfirm} autoFocus={!danger}>
          {verb}
        </Button>
      </DialogActions>
    </Dialog>
  )
}

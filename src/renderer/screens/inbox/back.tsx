import { Button } from '../../parts/button.tsx'

/** Out of a form, back to the choice. */
export function Back({ onBack }: { onBack: () => void }) {
  return (
    <Button large kind="quiet" hint="Esc" onClick={onBack}>
      Back
    </Button>
  )
}

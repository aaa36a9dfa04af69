import type { Ref } from 'react'
import type { ApprovalView } from '../../../contract/index.ts'
import { Input } from '../../parts/field.tsx'
import { useNow } from '../../parts/now.ts'
import type { Sight } from './seen.ts'

/** What is done in earnest is looked at for this long before it can be approved (U-51). */
const COOL_DOWN_MS = 60_000

/** Seconds until a T3 request may be approved; 0 for any other. */
export function useCoolDown({ tier }: ApprovalView, sight: Sight): number {
  useNow(1000)
  return tier === 'T3' ? Math.max(0, Math.ceil((COOL_DOWN_MS - sight.now().ms) / 1000)) : 0
}

/** The name of the thing, typed by hand: nothing can be pasted or dropped here (U-51). */
export function TypedName({
  approval,
  phrase,
  onType,
  coolDown,
  ref,
}: {
  approval: ApprovalView
  phrase: string
  onType: (phrase: string) => void
  coolDown: number
  ref: Ref<HTMLInputElement>
}) {
  return (
    <Input
      ref={ref}
      label={`This is done in earnest. Type “${approval.confirm}” to approve`}
      hint={coolDown > 0 ? `It can be approved in ${coolDown} s; read it meanwhile.` : 'You have had the time to read it.'}
      value={phrase}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => onType(event.target.value)}
      onPaste={(event) => event.preventDefault()}
      onDrop={(event) => event.preventDefault()}
    />
  )
}

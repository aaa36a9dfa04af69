import type { Ref } from 'react'
import type { ApprovalView } from '../../../contract/index.ts'
import { Input } from '../../parts/field.tsx'

/** The name of the thing, typed by hand: nothing can be pasted or dropped here (U-51). */
export function TypedName({
  approval,
  phrase,
  onType,
  ref,
}: {
  approval: ApprovalView
  phrase: string
  onType: (phrase: string) => void
  ref: Ref<HTMLInputElement>
}) {
  return (
    <Input
      ref={ref}
      label={`This is done in earnest. Type “${approval.confirm}” to approve`}
      hint="It takes effect a minute after you approve it; until then it can be taken back."
      value={phrase}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => onType(event.target.value)}
      onPaste={(event) => event.preventDefault()}
      onDrop={(event) => event.preventDefault()}
    />
  )
}

import { useCommand } from '../live/reef.ts'
import { closeDialog, say } from '../live/shell-door.ts'
import { Confirm } from '../parts/confirm.tsx'

/** Stops spending this second, after one question (U-16). The bar that it raises on every screen takes it back. */
export function KillSpend() {
  const kill = useCommand((client) => client.spend.kill())
  const onConfirm = async () => {
    const done = await kill.run()
    if (!done) return
    closeDialog()
    say(done.aborted === 0 ? 'No model is called any more; none was.' : `${done.aborted} ${done.aborted === 1 ? 'call was' : 'calls were'} cut off.`)
  }
  return (
    <Confirm
      open
      danger
      title="Stop every model call now?"
      verb="Kill spend"
      onClose={closeDialog}
      onConfirm={onConfirm}
      pending={kill.pending}
      refusal={kill.refusal}
    >
      Calls under way are cut off and new ones are refused until you allow them again. What was answered so far is billed; tasks wait and nothing is lost.
    </Confirm>
  )
}

import { useReef } from '../../live/reef.ts'
import { Card } from '../../parts/card.tsx'

export function InboxScreen() {
  const open = useReef((facts) => facts.status.approvalsOpen)
  return <Card title="Waiting on you">{open}</Card>
}

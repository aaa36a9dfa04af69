import { useReef } from '../../live/reef.ts'
import { Card } from '../../parts/card.tsx'

export function OverviewScreen() {
  const running = useReef((facts) => facts.status.sessionsRunning)
  return <Card title="Running">{running}</Card>
}

import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'

export function SessionsScreen({ params }: { params: readonly string[] }) {
  return (
    <Card title="Sessions" note={params.join(' ')}>
      <Empty title="This screen has not been drawn yet." />
    </Card>
  )
}

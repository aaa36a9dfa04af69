import { toNanodollars } from '../../contract/index.ts'
import { Card } from './card.tsx'
import { Money } from './money.tsx'

export function PartsPage() {
  return (
    <Card title="Money">
      <Money amount={toNanodollars(1.5)} />
    </Card>
  )
}

import type { ProviderView } from '../contract/router.ts'
import { circuitWord } from './circuit-word.ts'
import { REHEARSAL } from './label.ts'
import { toTable } from './table.ts'

export const toProviderTable = (providers: readonly ProviderView[]): string[] =>
  toTable(
    providers,
    [
      { head: 'provider', cell: (row) => (row.rehearsal ? `${row.name} ${REHEARSAL}` : row.name) },
      { head: 'wire', cell: (row) => row.wire },
      { head: 'key', cell: (row) => row.key },
      { head: 'billing', cell: (row) => row.billing },
      { head: 'calls', cell: (row) => circuitWord(row.circuit) },
      { head: 'at', cell: (row) => row.baseUrl, max: 80 },
    ],
    'No providers: reef provider add, or reef rehearse to see the factory work without one.',
  )

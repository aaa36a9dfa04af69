import type { CallView } from '../../../contract/ledger.ts'
import { createPaging } from '../../parts/pages.ts'

/** Calls, read page by page; their ids are born in order. */
export const paging = createPaging((call: CallView) => call.id)

export const confidenceWords: Record<CallView['confidence'], string> = { exact: 'exact', estimated: 'estimated', rehearsal: 'REHEARSAL' }
export const callStateWords: Record<CallView['state'], string> = { open: 'under way', settled: 'settled', failed: 'failed, free' }

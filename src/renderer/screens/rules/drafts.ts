import { createFileDrafts } from '../../parts/file-drafts.ts'

/** Files of the policy that are written and not saved. */
export const policyDrafts = createFileDrafts()

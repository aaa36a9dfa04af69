import { createFileDrafts } from '../../parts/file-drafts.ts'

/** Files of agents that are written and not saved. */
export const agentDrafts = createFileDrafts()

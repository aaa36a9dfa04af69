/** Lower-case letters, digits and dashes, at most `max` characters, never empty. */
export function toSlug(text: string, max = 40): string {
  const slug = text
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return slug.slice(0, max).replace(/-+$/, '') || 'work'
}

/** Where the accepted work of a plan comes together. The id's end keeps two plans of one title apart. */
export const toPlanBranch = (planId: string, title: string): string => `reef/${toSlug(title)}-${planId.slice(-6).toLowerCase()}`

/** An attempt's own branch. Not below the plan's branch: git keeps no branch inside another one. */
export const toAttemptBranch = (planBranch: string, key: string, n: number): string => `reef/attempt/${planBranch.replace(/^reef\//, '')}/${key}-${n}`

/** What the owner's project may be called; also the name of its folder. */
export const projectName = /^[a-z0-9][a-z0-9-]{0,62}$/

/** Holds the commit at which a plan's branch left main, so that "everything that changed" has an exact beginning. */
export const toBaseRef = (planId: string): string => `refs/reef/base/${planId}`

/** Holds commits that no branch would reach any more. */
export const toKeptRef = (sha: string): string => `refs/reef/kept/${sha}`

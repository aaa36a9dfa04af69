import { useAsk } from '../../live/reef.ts'
import { type ClassRow, toOffered } from './policy.select.ts'

/** The kinds of action that may be answered beforehand, and the projects there are. */
export function useScopes(): { readonly classes: readonly ClassRow[]; readonly projects: readonly string[] } {
  const { data } = useAsk(async (client) => {
    const [policy, { projects }] = await Promise.all([client.policy.get(), client.project.list()])
    return { classes: toOffered(policy.classes), projects: projects.map(({ name }) => name).sort() }
  }, [])
  return data ?? { classes: [], projects: [] }
}

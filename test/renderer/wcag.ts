import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'

type Theme = 'dark' | 'light'
const all = { type: 'tag' as const, values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }
/** What a theme can break: it changes colours and nothing else. */
const ofColour = { type: 'rule' as const, values: ['color-contrast', 'link-in-text-block'] }

/**
 * What a program can see is broken of WCAG 2.2 AA on the page as it is, a line for each rule with its first element: every rule in the dark,
 * and in the light again those that look at colours. Leaves the page in the last theme.
 */
export async function violations(page: Page, what: string, themes: readonly Theme[] = ['dark', 'light']): Promise<string[]> {
  const found: string[] = []
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme })
    // Without frames axe can run whole in the page, where it stays: to bring it anew each time, and to tell of what passes, takes longer than to look.
    const isThere = await page.evaluate('"axe" in window')
    const axe = new AxeBuilder({ page, ...(isThere === true && { axeSource: ';' }) })
      .options({ runOnly: theme === 'dark' ? all : ofColour, resultTypes: ['violations'] })
      .setLegacyMode()
    const { violations: broken } = await axe.analyze()
    found.push(
      ...broken.map(
        ({ id, nodes }) =>
          `${what}, ${theme}: ${id}, ${nodes.length} times, first ${nodes[0]?.target.join(' ')} ${nodes[0]?.failureSummary?.split('\n')[1] ?? ''}`,
      ),
    )
  }
  return found
}

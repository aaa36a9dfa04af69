import type { PlannedTask } from '../../contract/index.ts'

type Step = Pick<PlannedTask, 'key' | 'title' | 'agent' | 'kind' | 'dependsOn' | 'tier' | 'outputs'> & { readonly share: number; readonly instructions: string }

/** The specification's pipeline, used when no model gives a usable plan: research, design, two builds side by side, QA, delivery. */
const steps: readonly Step[] = [
  {
    key: 'T1',
    title: 'Research',
    agent: 'Scout',
    kind: 'research',
    dependsOn: [],
    tier: 'fast',
    outputs: ['docs/research-report.md'],
    share: 0.08,
    instructions:
      'Find out what is needed to do the request below well: what exists, what users expect, which facts and limits matter. Write docs/research-report.md.',
  },
  {
    key: 'T2',
    title: 'Design',
    agent: 'Atlas',
    kind: 'design',
    dependsOn: ['T1'],
    tier: 'frontier',
    outputs: ['docs/design.md'],
    share: 0.17,
    instructions:
      'Read docs/research-report.md. Write docs/design.md: what will be built, its parts, interfaces and files, and how it will be tested. Set up the project: a manifest with test and start commands. Split the work so that the core and the interface touch different files.',
  },
  {
    key: 'T3',
    title: 'Build the core',
    agent: 'Rex',
    kind: 'build',
    dependsOn: ['T2'],
    tier: 'mid',
    outputs: [],
    share: 0.3,
    instructions: 'Build the core that docs/design.md describes, with tests. Leave the files of the interface to T4.',
  },
  {
    key: 'T4',
    title: 'Build the interface',
    agent: 'Rex',
    kind: 'build',
    dependsOn: ['T2'],
    tier: 'mid',
    outputs: [],
    share: 0.25,
    instructions: 'Build the interface that docs/design.md describes (API, command line or page), with tests. Leave the files of the core to T3.',
  },
  {
    key: 'T5',
    title: 'Test and QA',
    agent: 'Hawk',
    kind: 'qa',
    dependsOn: ['T3', 'T4'],
    tier: 'mid',
    outputs: [],
    share: 0.17,
    instructions:
      'Test the integrated work as someone who wants it to fail: add tests for the edges and errors that docs/design.md promises to handle, and run all tests.',
  },
  {
    key: 'T6',
    title: 'Deliver',
    agent: 'Forge',
    kind: 'deliver',
    dependsOn: ['T5'],
    tier: 'fast',
    outputs: [],
    share: 0.03,
    instructions: 'Merge into main and deploy locally.',
  },
]

/** The template pipeline for a request; `budgetUsd` is shared out over its tasks. */
export function toTemplatePlan(text: string, budgetUsd: number): PlannedTask[] {
  return steps.map(({ share, instructions, ...step }) => ({
    ...step,
    instructions: `${instructions}\n\nThe request:\n${text}`.slice(0, 16_384),
    dependsOn: [...step.dependsOn],
    outputs: [...step.outputs],
    budgetUsd: Math.max(0.01, Math.round(budgetUsd * share * 100) / 100),
    priority: 2,
  }))
}

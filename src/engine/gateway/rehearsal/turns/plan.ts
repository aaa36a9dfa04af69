import type { PlanDraft } from '../../../../contract/index.ts'

const plan: PlanDraft = {
  title: 'Price comparison API (rehearsal)',
  tasks: [
    {
      key: 'T1',
      title: 'Research competitors',
      instructions:
        'Find out which shops sell the same goods, how their pages show a price, and what a comparison has to be careful about. Write docs/research-report.md for people and docs/competitor-data.json for the tasks that follow: every shop with its name, its page and the shape of its price. There is no network in this run: describe the sample pages that the scraper will read.',
      agent: 'Scout',
      kind: 'research',
      dependsOn: [],
      tier: 'fast',
      budgetUsd: 0.25,
      outputs: ['docs/research-report.md', 'docs/competitor-data.json'],
      priority: 2,
    },
    {
      key: 'T2',
      title: 'Design the API and scaffold',
      instructions:
        'Read docs/research-report.md. Write docs/api-spec.md and docs/openapi.yaml for GET /health and GET /prices?product=…, cheapest offer first. Set up the project: package.json with start, test and lint on Node built-ins only, the shape of an offer in src/offer.js, and the interface of the scraper in src/scraper.js, so that the API (T3) and the scraper (T4) can be built side by side without touching the same files.',
      agent: 'Atlas',
      kind: 'design',
      dependsOn: ['T1'],
      tier: 'frontier',
      budgetUsd: 0.5,
      outputs: ['docs/api-spec.md', 'docs/openapi.yaml'],
      priority: 2,
    },
    {
      key: 'T3',
      title: 'Build the REST API',
      instructions:
        'Build what docs/api-spec.md describes: src/compare.js, src/app.js, src/server.js and test/api.test.js. The server honours PORT and HOST, answers GET /health with {"status":"ok"}, and GET /prices?product=… with the offers, cheapest first. Call the scraper through src/scraper.js and leave that file to T4.',
      agent: 'Rex',
      kind: 'build',
      dependsOn: ['T2'],
      tier: 'mid',
      budgetUsd: 1.5,
      outputs: ['src/server.js', 'test/api.test.js'],
      priority: 2,
    },
    {
      key: 'T4',
      title: 'Build the scraper',
      instructions:
        'Fill in src/scraper.js: read the saved shop pages below data/shops and give back offers in the shape of src/offer.js. Prices are read in src/money.js. Write the sample pages that docs/competitor-data.json describes, and tests in test/scraper.test.js and test/money.test.js. No network. Leave the files of T3 alone.',
      agent: 'Rex',
      kind: 'build',
      dependsOn: ['T2'],
      tier: 'mid',
      budgetUsd: 1.25,
      outputs: ['src/scraper.js', 'test/scraper.test.js'],
      priority: 2,
    },
    {
      key: 'T5',
      title: 'Test and QA',
      instructions:
        'Test the integrated product as someone who wants it to fail: start the real server, ask it for real prices, send it nonsense, and ask it many things at once. Add test/qa.test.js, run everything, and write docs/qa-report.md with what you found.',
      agent: 'Hawk',
      kind: 'qa',
      dependsOn: ['T3', 'T4'],
      tier: 'mid',
      budgetUsd: 1,
      outputs: ['test/qa.test.js', 'docs/qa-report.md'],
      priority: 2,
    },
    {
      key: 'T6',
      title: 'Deliver',
      instructions: 'Merge into main and deploy on this machine, once the owner has said yes.',
      agent: 'Forge',
      kind: 'deliver',
      dependsOn: ['T5'],
      tier: 'fast',
      budgetUsd: 0.25,
      outputs: [],
      priority: 2,
    },
  ],
}

/** The specification's first story, "Build me a price comparison API …", as a planner would answer it. */
export const planAnswer = (): string => JSON.stringify(plan, null, 2)

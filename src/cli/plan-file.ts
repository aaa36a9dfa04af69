import { PlanFile } from '../contract/queue.ts'
import { CliFailure, fieldName } from './failure.ts'
import { readTextFile } from './read-file.ts'

const SHOWN = 5

/** A plan as the contract's schema has it, or a refusal that names the field at fault. */
export async function readPlanFile(path: string): Promise<PlanFile> {
  return toPlanFile(await readTextFile(path), path)
}

export function toPlanFile(text: string, path: string): PlanFile {
  const json = parse(text, path)
  const answer = PlanFile.safeParse(json)
  if (answer.success) return answer.data
  const [first, ...rest] = answer.error.issues.map((issue) => ({ field: fieldName(issue.path), message: issue.message }))
  const others = rest.slice(0, SHOWN - 1).map(({ field, message }) => `; ${field || 'plan'}: ${message}`)
  const more = rest.length >= SHOWN ? `; and ${rest.length - SHOWN + 1} more` : ''
  throw invalid(`${path}: ${first?.field || 'plan'}: ${first?.message ?? 'invalid'}${others.join('')}${more}`, first?.field || 'plan')
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalid(`${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`, 'plan')
  }
}

const invalid = (message: string, field: string): CliFailure =>
  new CliFailure(2, { code: 'plan/invalid', message, field, remedy: 'docs/cli.md has the shape of a plan file (PlanFile)' })

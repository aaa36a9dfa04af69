import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Discovery } from '../../../contract/index.ts'

type Login = Discovery['logins'][number]
type Place = { readonly homeDir: string; readonly env: NodeJS.ProcessEnv }

/** Claude Code keeps the history of every project in the file that also names its account. */
const MOST_BYTES = 64_000_000

/** A word of the file's author, never something that could be a token. */
const Plan = z
  .string()
  .regex(/^[a-z][a-z0-9 _-]{0,23}$/i)
  .nullable()
  .catch(null)

const ClaudeCredentials = z.object({ claudeAiOauth: z.object({ subscriptionType: Plan }) })
const ClaudeAccount = z.object({ primaryApiKey: z.string().min(1).optional().catch(undefined), oauthAccount: z.looseObject({}).optional().catch(undefined) })
const CodexAuth = z.object({
  auth_mode: z.string().nullish(),
  OPENAI_API_KEY: z.string().nullish(),
  tokens: z.object({ id_token: z.string().nullish() }).nullish(),
})
const IdToken = z.object({ 'https://api.openai.com/auth': z.object({ chatgpt_plan_type: Plan }) })

const remedies = {
  claudeSubscription:
    'REEF calls models through its own gateway and leaves this login alone: make a token with `claude setup-token` and add it as the key of a provider with billing subscription, for agents that run Claude Code, the only program that Anthropic grants it to.',
  claudeKey: 'REEF does not read the key of this login: make one at https://platform.claude.com/settings/keys and connect Anthropic with it.',
  codexSubscription:
    'REEF calls models through its own gateway and cannot use a ChatGPT login, which only Codex itself renews: connect OpenAI with a key of https://platform.openai.com/api-keys, billed by use.',
  codexKey: 'REEF does not read the key of this login: connect OpenAI with it, or with another one of https://platform.openai.com/api-keys.',
} as const

/** Which agent programs are logged in here, of what kind and on which plan. Tokens and keys are looked at for their presence alone and go nowhere. */
export async function findLogins(place: Place): Promise<Login[]> {
  const found = await Promise.all([findClaude(place), findCodex(place)])
  return found.filter((login) => login !== undefined)
}

async function findClaude({ homeDir, env }: Place): Promise<Login | undefined> {
  const own = env['CLAUDE_CONFIG_DIR']
  const credentials = await readAs(join(own || join(homeDir, '.claude'), '.credentials.json'), ClaudeCredentials)
  if (credentials)
    return { program: 'claude-code', kind: 'subscription', plan: credentials.claudeAiOauth.subscriptionType, remedy: remedies.claudeSubscription }
  // Where the tokens are in the system's keychain, the account is still named here; one that pays by use has left its key beside it.
  const account = await readAs(join(own || homeDir, '.claude.json'), ClaudeAccount)
  if (account?.primaryApiKey) return { program: 'claude-code', kind: 'key', plan: null, remedy: remedies.claudeKey }
  if (account?.oauthAccount) return { program: 'claude-code', kind: 'subscription', plan: null, remedy: remedies.claudeSubscription }
  return undefined
}

async function findCodex({ homeDir, env }: Place): Promise<Login | undefined> {
  const auth = await readAs(join(env['CODEX_HOME'] || join(homeDir, '.codex'), 'auth.json'), CodexAuth)
  if (!auth) return undefined
  if (auth.tokens && auth.auth_mode !== 'apikey')
    return { program: 'codex', kind: 'subscription', plan: toPlan(auth.tokens.id_token ?? ''), remedy: remedies.codexSubscription }
  return auth.OPENAI_API_KEY ? { program: 'codex', kind: 'key', plan: null, remedy: remedies.codexKey } : undefined
}

/** The plan is said inside the token that tells who somebody is; nothing else of it is read, and nothing rests on its signature. */
function toPlan(idToken: string): string | null {
  const claims = parseAs(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString('utf8'), IdToken)
  return claims?.['https://api.openai.com/auth'].chatgpt_plan_type ?? null
}

async function readAs<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    const { size } = await regularFile(path)
    return size > MOST_BYTES ? undefined : parseAs(await readFile(path, 'utf8'), schema)
  } catch {
    // Not there, or not ours to read: no login that we could tell of.
    return undefined
  }
}

/** A pipe in its place would be waited for without end. */
async function regularFile(path: string) {
  const found = await stat(path)
  if (!found.isFile()) throw new Error('not a file')
  return found
}

function parseAs<T>(text: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

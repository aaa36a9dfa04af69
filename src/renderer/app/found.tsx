import type { Discovery } from '../../contract/index.ts'
import { useAsk, useReef } from '../live/reef.ts'
import { Button } from '../parts/button.tsx'
import { RefusalNote } from '../parts/refusal-note.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { isConnected } from './connect.select.ts'
import styles from './connect-model.module.css'
import type { Connect } from './use-connect.ts'

const programNames = { 'claude-code': 'Claude Code', codex: 'Codex' } as const satisfies Record<Discovery['logins'][number]['program'], string>

/** What is on this machine already: Ollama and keys of the environment are one press, logins of programs are explained. */
export function Found({ connect }: { connect: Connect }) {
  const providers = useReef((facts) => Object.values(facts.providers))
  const found = useAsk((client) => client.provider.discover(), [])
  const presets = useAsk((client) => client.provider.presets(), [])
  const keys = (presets.data?.presets ?? []).filter(({ environment, name }) => environment !== null && !isConnected(providers, name))
  const { ollama = null, logins = [] } = found.data ?? {}
  const nothing = found.data !== undefined && ollama === null && logins.length === 0 && keys.length === 0
  return (
    <section className={styles.found} aria-label="Found on this machine">
      <h3>Found on this machine</h3>
      <RefusalNote refusal={found.refusal} again={found.again} />
      {found.data === undefined && found.loading ? <Skeleton lines={2} label="Looking around on this machine" /> : null}
      {nothing ? <p className={styles.hint}>No Ollama, no login and no key in the environment.</p> : null}
      {ollama ? (
        <div className={styles.line}>
          <p>
            <strong>Ollama{ollama.version ? ` ${ollama.version}` : ''}</strong>
            <span className={styles.hint}>{ollama.models.length === 0 ? 'it has no model yet' : ollama.models.join(', ')}</span>
          </p>
          {isConnected(providers, 'ollama') ? (
            <span className={styles.hint}>connected</span>
          ) : (
            <Button
              pending={connect.pending}
              aria-label="Connect Ollama"
              onClick={() => void connect.run({ name: 'ollama', wire: 'ollama', baseUrl: ollama.baseUrl, billing: 'local' })}
            >
              Connect
            </Button>
          )}
        </div>
      ) : null}
      {keys.map(({ name, title, wire, baseUrl, billing, environment }) => (
        <div key={name} className={styles.line}>
          <p>
            <strong>{title}</strong>
            <span className={styles.hint}>its key is in {environment}</span>
          </p>
          <Button pending={connect.pending} aria-label={`Connect ${title}`} onClick={() => void connect.run({ name, wire, baseUrl, billing })}>
            Connect
          </Button>
        </div>
      ))}
      {logins.map(({ program, kind, plan, remedy }) => (
        <p key={program}>
          <strong>{programNames[program]}</strong>{' '}
          {kind === 'subscription' ? `is logged in with a subscription${plan ? ` (${plan})` : ''}` : 'is logged in with a key'}
          <span className={styles.hint}>{remedy}</span>
        </p>
      ))}
    </section>
  )
}

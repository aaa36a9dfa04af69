import { Suspense, useEffect } from 'react'
import { usePlace } from '../live/place.ts'
import { usePresence } from '../live/presence.ts'
import { useLive } from '../live/reef.ts'
import { RefusalNote } from '../parts/refusal-note.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { ZoneContext } from '../parts/zone.ts'
import styles from './app.module.css'
import { ChannelBar } from './channel-bar.tsx'
import { ConnectionBar } from './connection-bar.tsx'
import { Dialogs } from './dialogs.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { Foot } from './foot.tsx'
import { KilledBar } from './killed-bar.tsx'
import { usePreferences } from './preferences.ts'
import { Rail } from './rail.tsx'
import { RehearsalBar } from './rehearsal-bar.tsx'
import { routes } from './routes.ts'
import { useShellKeys } from './shell-keys.ts'
import { Strip } from './strip.tsx'
import { Toasts } from './toasts.tsx'

export function App() {
  const ready = useLive((state) => state.facts !== undefined)
  const zone = useLive((state) => state.facts?.status.timeZone ?? 'UTC')
  return <ZoneContext value={zone}>{ready ? <Shell /> : <Opening />}</ZoneContext>
}

/** Before the first snapshot: nothing to show yet, or why there will be nothing. */
function Opening() {
  const connection = useLive((state) => state.connection)
  const refusal = connection.kind === 'lost' || connection.kind === 'refused' ? connection.refusal : undefined
  return (
    <main className={styles.opening} data-feed={connection.kind}>
      <h1>REEF</h1>
      {refusal ? <RefusalNote refusal={refusal} again={() => location.reload()} /> : <Skeleton label="Connecting to REEF" />}
    </main>
  )
}

function Shell() {
  const { screen, params } = usePlace()
  const connection = useLive((state) => state.connection.kind)
  const { Screen, title } = routes[screen]
  usePreferences()
  usePresence()
  useShellKeys()
  useTitle(title)
  return (
    <div className={styles.shell} data-feed={connection}>
      <button type="button" className={styles.skip} onClick={() => document.getElementById('main')?.focus()}>
        Skip to the screen
      </button>
      <Strip />
      <Rail screen={screen} />
      <main id="main" className={styles.main} tabIndex={-1}>
        <ConnectionBar />
        <ChannelBar />
        <KilledBar />
        <RehearsalBar />
        <ErrorBoundary key={screen} name={title}>
          <Suspense fallback={<Skeleton lines={6} label={`Loading ${title}`} />}>
            <Screen params={params} />
          </Suspense>
        </ErrorBoundary>
      </main>
      <Foot />
      <Toasts />
      <Dialogs />
    </div>
  )
}

/** What waits stands first, so that it is read in a row of narrow tabs. */
function useTitle(screen: string) {
  const waiting = useLive((state) => state.facts?.status.approvalsOpen ?? 0)
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${screen} · REEF`
  }, [waiting, screen])
}

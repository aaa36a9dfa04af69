import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '../styles/layers.css'
import { openLine } from '../live/connect.ts'
import { startFeed } from '../live/feed.ts'
import { ReefContext } from '../live/reef.ts'
import { createLiveStore } from '../live/store.ts'
import { App } from './app.tsx'
import { applyTheme, rememberedTheme } from './theme.ts'

applyTheme(rememberedTheme())
const store = createLiveStore()
const lifetime = new AbortController()
const reef = { store, client: startFeed(store, openLine, lifetime.signal) }
window.addEventListener('pagehide', () => lifetime.abort())
// A page that comes back from the browser's cache has no line any more: it starts afresh.
window.addEventListener('pageshow', (event) => (event.persisted ? location.reload() : undefined))

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root.')
createRoot(root).render(
  <StrictMode>
    <ReefContext value={reef}>
      <App />
    </ReefContext>
  </StrictMode>,
)

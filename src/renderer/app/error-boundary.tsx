import { Component, type ReactNode } from 'react'
import { RefusalNote } from '../parts/refusal-note.tsx'

/** Keeps a broken screen from taking the shell with it. The rest of REEF goes on; the screen can be tried again. */
export class ErrorBoundary extends Component<{ name: string; children: ReactNode }, { error: Error | undefined }> {
  override state: { error: Error | undefined } = { error: undefined }

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (!error) return this.props.children
    const remedy = 'Nothing in the factory stopped. Try again; if it stays so, report it with the details.'
    const message = `${this.props.name} could not be drawn: ${error.message}`
    return <RefusalNote refusal={{ code: 'page/broken', message, remedy }} again={() => this.setState({ error: undefined })} />
  }
}

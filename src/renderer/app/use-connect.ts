import { useState } from 'react'
import type { Billing, Refusal } from '../../contract/index.ts'
import { useCommand } from '../live/reef.ts'
import { hasGap, type ProviderForm } from './connect.select.ts'

export type Connected = { readonly name: string; readonly models: readonly string[] }
export type ConnectInput = ProviderForm & { readonly key?: string; readonly billing?: Billing }

/** The act of connecting: saves the provider and asks it for its models. What an earlier try of this screen saved is replaced by the next one. */
export function useConnect() {
  const [connected, setConnected] = useState<Connected>()
  const [silent, setSilent] = useState<Refusal>()
  const [saved, setSaved] = useState<string>()
  const command = useCommand(async (client, { name, wire, baseUrl, key = '', billing }: ConnectInput) => {
    if (saved !== undefined) await client.provider.remove({ name: saved })
    setSaved(undefined)
    // An empty key is left out, so that a stored one or one of the environment stays.
    const provider = await client.provider.add({
      name: name.trim(),
      wire,
      baseUrl: baseUrl.trim(),
      ...(key.trim() !== '' && { key: key.trim() }),
      ...(billing && { billing }),
    })
    setSaved(provider.name)
    return { name: provider.name, ...(await client.provider.test({ name: provider.name })) }
  })
  const refusal = silent ?? command.refusal
  return {
    connected,
    /** Saved, but it does not answer. */
    saved: silent ? saved : undefined,
    pending: command.pending,
    refusal,
    /** The refusal stands beside one of the fields. */
    isField: ['name', 'wire', 'baseUrl', 'key'].includes(refusal?.field ?? ''),
    /** Undefined when it was refused or does not answer; why is in `refusal`. */
    async run(input: ConnectInput): Promise<Connected | undefined> {
      setSilent(undefined)
      if (hasGap(input)) {
        setSilent({ code: 'provider/invalid', field: 'baseUrl', message: 'Fill in what stands in braces.', remedy: 'For example http://127.0.0.1:4000/v1.' })
        return undefined
      }
      const answer = await command.run(input)
      if (!answer) return undefined
      if (!answer.reachable) {
        setSilent({
          code: 'provider/unreachable',
          message: `${answer.name} is saved, but does not answer: ${answer.message}`,
          remedy: 'Look at the address and the key and try again, or name its model yourself.',
        })
        return undefined
      }
      setConnected(answer)
      return answer
    },
    /** Goes on with a provider that lists no models. */
    nameModel(): void {
      if (saved !== undefined) setConnected({ name: saved, models: [] })
    },
    clear(): void {
      command.clear()
      setSilent(undefined)
    },
  }
}
export type Connect = ReturnType<typeof useConnect>

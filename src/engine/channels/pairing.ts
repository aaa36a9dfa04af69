import { randomInt } from 'node:crypto'
import { minutes } from '../../contract/index.ts'

/** Without the signs that are taken for one another: about 30 bits. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const LENGTH = 6

export const PAIRING_MS = minutes(10)
/** Wrong codes until a pairing is closed: guessing stays hopeless. */
export const MOST_MISSES = 5

export const newPairingCode = (): string => Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')

/** The code in words such as "REEF PAIR K7Q2XM"; undefined when they are about something else. */
export const readPairing = (text: string): string | undefined => /^\s*reef\s+pair\s+#?([a-z0-9]{6})[\s.!]*$/i.exec(text)?.[1]?.toUpperCase()

/**
 * Whether a sender can be the number that messages go to. Some networks name a sender by a number, "+64 21…" or "6421…@s.whatsapp.net",
 * and some by a name of their own, which only the pairing can tie to the owner.
 */
export function mayBe(sender: string, address: string): boolean {
  const number = /^\+?(\d{7,15})(?::\d+)?(?:@(?:s\.whatsapp\.net|c\.us))?$/.exec(sender)?.[1]
  return number === undefined || number === address.replace(/\D/g, '')
}

import type { DenyReason } from '../../contract/index.ts'
import { isCodeShaped } from './codes.ts'

export type Verdict = 'yes' | 'no'
/** What the owner's words say about a card. `code` is null where he named none; members are numbered from 1. */
export type Reply =
  | { readonly kind: 'all'; readonly code: string | null; readonly verdict: Verdict; readonly reason: DenyReason; readonly note: string | null }
  | { readonly kind: 'each'; readonly code: string | null; readonly verdicts: ReadonlyMap<number, Verdict> }
  | { readonly kind: 'why'; readonly code: string | null }
  | { readonly kind: 'always'; readonly code: string | null }
  | { readonly kind: 'undo'; readonly code: string | null }
  /** A code, or words that only a card can mean, but not in a way that can be taken for one answer. */
  | { readonly kind: 'ambiguous'; readonly code: string | null; readonly because: string }

const yes = new Set(['yes', 'y', 'yep', 'ok', 'okay', 'approve', 'approved', '👍', '✅', '✔'])
const no = new Set(['no', 'n', 'nope', 'deny', 'denied', 'reject', '👎', '❌', '✖'])
const why = new Set(['why', 'explain', 'details'])
const filler = new Set(['and', 'please', 'reef', 'card', 'code', 'the', 'to', 'for', 'it'])
const reasons: ReadonlyArray<readonly [RegExp, DenyReason]> = [
  [/^wrong( content)?$/, 'wrong content'],
  [/^(too )?risky$/, 'too risky'],
  [/^(too )?(costly|expensive)$/, 'too costly'],
  [/^(not now|later)$/, 'not now'],
]

/** Skin tones, and the marks that choose between two looks of one sign. */
const looks = /[\u{1f3fb}-\u{1f3ff}\ufe0e\ufe0f\u200d]/gu
const hidden = /[\p{Cc}\p{Cf}]/gu

const asks = /[?¿؟？⁇⁈❓❔]/u
/** "1-3", of which only the ends are named. */
const range = /\d\s*[-‐‑–—~]\s*\d/u

const words = (text: string): string[] =>
  text
    .normalize('NFKC')
    .replace(/[\r\n\t]+/g, ' ')
    .replace(looks, '')
    .replace(hidden, '')
    .replace(/([👍👎✅❌✔✖])/gu, ' $1 ')
    .split(/[\s,;:.!?#"'“”‘’()·|/&+=>–—-]+/u)
    .filter(Boolean)

/** What a reaction to a card says; undefined for one that says nothing about it. */
export function toReaction(emoji: string): Verdict | undefined {
  const sign = emoji.normalize('NFKC').replace(looks, '').trim()
  return ['👍', '✅', '✔'].includes(sign) ? 'yes' : ['👎', '❌', '✖'].includes(sign) ? 'no' : undefined
}

/** What a button of ours says: `yes:K7Q2AB`. Undefined where it is none of ours. */
export function toPressed(button: string): Reply | undefined {
  const found = /^(yes|no|why):([A-Z2-9]{6})$/.exec(button)
  const code = found?.[2]
  if (!code) return undefined
  return found[1] === 'why' ? { kind: 'why', code } : all(code, found[1] as Verdict, null)
}

const all = (code: string | null, verdict: Verdict, note: string | null): Reply => ({
  kind: 'all',
  code,
  verdict,
  reason: reasons.find(([pattern]) => note !== null && pattern.test(note.toLowerCase()))?.[1] ?? 'other',
  note,
})

/**
 * The grammar of answers to cards: "K7Q2AB yes", "1 yes 2 no K7Q2AB", "no K7Q2AB too costly", "why K7Q2AB", and the same without a code as
 * an answer to a quoted card (`quotesCard`). Undefined where the words are about something else. Every word must fit: what is half understood is asked
 * about, never guessed.
 */
export function toReply(text: string, quotesCard = false): Reply | undefined {
  const reply = readReply(text, quotesCard)
  const decides = reply?.kind === 'each' || (reply?.kind === 'all' && (reply.verdict === 'yes' || reply.note === null))
  if (!decides) return reply
  if (asks.test(text)) return { kind: 'ambiguous', code: reply.code, because: 'That reads like a question, so nothing was decided.' }
  return range.test(text) ? { kind: 'ambiguous', code: reply.code, because: 'Name each number by itself, please; nothing was decided.' } : reply
}

function readReply(text: string, quotesCard: boolean): Reply | undefined {
  const spoken = words(text)
  const codes = [...new Set(spoken.filter(isCodeShaped).map((word) => word.toUpperCase()))]
  const code = codes[0] ?? null
  const rest = spoken.filter((word) => !isCodeShaped(word)).map((word) => word.toLowerCase())
  const said = rest.filter((word) => !filler.has(word))
  const verdicts = said.filter((word) => yes.has(word) || no.has(word))
  if (code === null && !quotesCard && !isBare(said)) return undefined
  if (codes.length > 1) return { kind: 'ambiguous', code: null, because: 'That names more than one code; one at a time, please.' }
  if (said.includes('always') && said.every((word) => word === 'always' || yes.has(word))) return { kind: 'always', code }
  if (said.length === 1 && why.has(said[0] ?? '')) return { kind: 'why', code }
  if (said.length === 1 && said[0] === 'undo') return { kind: 'undo', code }
  if (said.some(isNumber)) return toEach(code, said)
  if (said.length === 1 && verdicts.length === 1) return all(code, yes.has(said[0] ?? '') ? 'yes' : 'no', null)
  // Words after a plain no are the reason: whatever they say, nothing is done.
  if (no.has(said[0] ?? '') && !said.some((word) => yes.has(word) || why.has(word)))
    return all(code, 'no', rest.slice(rest.findIndex((word) => no.has(word)) + 1).join(' ') || null)
  if (said.length > 1 && new Set(verdicts.map((word) => yes.has(word))).size === 1 && verdicts.length === said.length)
    return all(code, yes.has(said[0] ?? '') ? 'yes' : 'no', null)
  return { kind: 'ambiguous', code, because: said.length === 0 ? 'Yes or no?' : 'I am not sure what that means for the card, so nothing was decided.' }
}

const isNumber = (word: string): boolean => /^\d{1,2}$/.test(word)
const isVerdict = (word: string): boolean => yes.has(word) || no.has(word)

/** Without a code, only words that nothing but a card can mean. */
const isBare = (said: readonly string[]): boolean =>
  said.length > 0 &&
  said.every((word) => isVerdict(word) || isNumber(word) || word === 'always' || word === 'undo' || why.has(word)) &&
  said.some((word) => !isNumber(word))

function toEach(code: string | null, said: readonly string[]): Reply {
  const unclear = (because: string): Reply => ({ kind: 'ambiguous', code, because })
  if (!said.every((word) => isNumber(word) || isVerdict(word))) return unclear('I am not sure what that means for each number, so nothing was decided.')
  const verdicts = new Map<number, Verdict>()
  const first = isNumber(said[0] ?? '') ? said : [...said].reverse()
  let numbers: number[] = []
  for (const word of first) {
    if (isNumber(word)) {
      numbers.push(Number(word))
      continue
    }
    if (numbers.length === 0) return unclear('A number is missing there.')
    for (const number of numbers) {
      if (verdicts.has(number)) return unclear(`Number ${number} is in there twice.`)
      verdicts.set(number, yes.has(word) ? 'yes' : 'no')
    }
    numbers = []
  }
  return numbers.length > 0 ? unclear('A yes or no is missing there.') : { kind: 'each', code, verdicts }
}

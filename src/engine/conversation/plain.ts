/** Controls, what turns or hides the direction of writing, what has no width, and what only changes how a neighbour looks. */
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\u{e0000}-\u{e0fff}]/gu
const codeLike = /(?<![A-Za-z0-9])(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-HJ-NP-Za-hj-np-z2-9]{6}(?![A-Za-z0-9])/g
const header = /reef\s*#/gi
/** What parts the fields of a card, and the signs that answer one, with the marks that choose their looks. */
const separator = /\s*[·•‧∙⋅・᛫⸱]\s*/g
const answer = /[👍👎✅❌✔✖☑🆗][\u{1f3fb}-\u{1f3ff}\ufe0e\ufe0f]*/gu
const address = /([\w.+-])[\w.+-]*@([\w-]+\.[\w.-]*\w)/g
const phone = /(?<![\w.,-])\+?\d[\d ()-]{7,}\d(?![\w])/g

/** Far more than is ever shown; what looks for addresses takes time that grows with the square of the length. */
const MOST_READ = 4000

/**
 * Somebody else's words made fit to stand on a card: one line without anything unseen, without what looks like REEF's own head, its fields,
 * its ways to answer or a code (a reader would type it, and it may be the code of another card), and without the addresses of people.
 */
export function toPlain(text: string, most: number): string {
  const line = text
    .slice(0, MOST_READ)
    .normalize('NFKC')
    .slice(0, MOST_READ)
    .replace(/[\r\n\t\v\f\u0085\u2028\u2029]+/g, ' ')
    .replace(unseen, '')
    .replace(header, 'REEF no. ')
    .replace(separator, ', ')
    .replace(answer, '')
    .replaceAll('⇒', '→')
    .replace(codeLike, '······')
    .replace(address, '$1…@$2')
    .replace(phone, (digits) => (digits.replace(/\D/g, '').length >= 8 ? `…${digits.replace(/\D/g, '').slice(-2)}` : digits))
    .replace(/\s+/g, ' ')
    .trim()
  return cut(line, most)
}

/** At most so many characters, the last one an ellipsis where something was left out; no character is cut in two. */
export function cut(text: string, most: number): string {
  const characters = [...text]
  if (characters.length <= most) return text
  return `${characters
    .slice(0, Math.max(0, most - 1))
    .join('')
    .trimEnd()}…`
}

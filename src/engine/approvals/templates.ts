import { type Actor, TemplateView } from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ReefError } from '../kernel/errors.ts'
import { type WriteDb, write } from '../store/index.ts'
import { onlyOwner } from './only-owner.ts'
import { createTemplatesStore } from './templates.store.ts'

export type TemplatesDeps = {
  readonly db: WriteDb
  readonly clock: Clock
  readonly append: Append
  /** The class of the policy in force that sends it. */
  readonly userOf: (template: string) => string | undefined
  /** A file that named words which were missing may be good now. */
  readonly changed: () => void
}

/** what a customer hears when nobody answers in time. */
const shipped = { name: 'aware-and-investigating', text: "We're aware and investigating." }

/** Words that the owner approved beforehand. Only he writes them, and they are sent as they stand. */
export function createTemplates({ db, clock, append, userOf, changed }: TemplatesDeps) {
  const store = createTemplatesStore(db)
  store.seed({ ...shipped, changedAt: clock.now() })
  let words = read()

  return {
    list: (): TemplateView[] => store.all(),
    names: (): ReadonlySet<string> => new Set(words.keys()),
    text: (name: string): string | undefined => words.get(name),
    save(input: Pick<TemplateView, 'name' | 'text'>, actor: Actor): TemplateView {
      onlyOwner(actor, 'writes what is sent in his name')
      const template = TemplateView.parse({ ...input, changedAt: clock.now() })
      write(db, () => {
        store.put(template)
        append({ type: 'template.changed', subject: template.name, actor, data: template })
      })
      words = read()
      changed()
      return template
    },
    /** Throws template/in-use while the policy sends it. */
    remove(name: string, actor: Actor): void {
      onlyOwner(actor, 'removes what is sent in his name')
      const user = userOf(name)
      if (user !== undefined)
        throw new ReefError('template/in-use', `${name} is what ${user} sends when nobody answers.`, {
          field: 'name',
          remedy: `Take it out of the policy of ${user} first.`,
        })
      write(db, () => {
        if (!store.remove(name))
          throw new ReefError('template/unknown', `There is no template ${name}.`, { field: 'name', remedy: 'List them with: reef template list' })
        append({ type: 'template.removed', subject: name, actor, data: { name } })
      })
      words = read()
    },
  }

  function read(): Map<string, string> {
    return new Map(store.all().map(({ name, text }) => [name, text]))
  }
}

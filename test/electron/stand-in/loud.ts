import { EventEmitter } from 'node:events'

/** Read by Node, inspectors and promises on any object; never a question to Electron's API. */
const harmless = new Set(['then', 'toJSON', 'constructor', 'inspect', 'domain', 'nodeType', 'asymmetricMatch', '$$typeof'])

/** An object that throws when something is asked of it that the stand-in does not have: a gap must be heard. */
export function loud<T extends object>(target: T, name: string): T {
  return new Proxy(target, {
    get(object, key, receiver) {
      if (typeof key === 'string' && !(key in object) && !harmless.has(key))
        throw new Error(`The stand-in has no ${name}.${key}: add it, or run this on real Electron.`)
      return Reflect.get(object, key, receiver)
    },
  })
}

/** An emitter whose instances are loud in the same way: what no class of theirs has falls through to the last prototype, which throws. */
export class LoudEmitter extends EventEmitter {}
Object.setPrototypeOf(
  LoudEmitter.prototype,
  new Proxy(EventEmitter.prototype, {
    get(object, key, receiver: object) {
      if (typeof key === 'string' && !(key in object) && !harmless.has(key))
        throw new Error(`The stand-in has no ${receiver.constructor.name}.${key}: add it, or run this on real Electron.`)
      return Reflect.get(object, key, receiver)
    },
  }),
)

/** An event that a listener may prevent, as Electron's are. */
export function toEvent<T extends object>(details: T): T & { defaultPrevented: boolean; preventDefault(): void } {
  return {
    ...details,
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true
    },
  }
}

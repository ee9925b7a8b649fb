/** What is changed for everybody on the thread. */

import { type Hostilities, parks, spoils, throwing } from '../hostility.js'

const broken = throwing(new Error('broken'))
const never = (): void => {}

/** Replaces a property, whatever it is. */
function replace(object: object, name: PropertyKey, value: unknown): void {
  Object.defineProperty(object, name, { value, configurable: true, writable: true })
}

export const spoiling: Hostilities = {
  'deletes then': spoils(() => {
    delete (Promise.prototype as Partial<Promise<unknown>>).then
  }),
  'makes everything a thenable': spoils(() => {
    replace(Object.prototype, 'then', never)
  }),
  'replaces timers': spoils(() => {
    replace(globalThis, 'setTimeout', never)
    replace(globalThis, 'setImmediate', never)
  }),
  'breaks arrays': spoils(() => {
    replace(Array.prototype, 'push', broken)
    replace(Array.prototype, Symbol.iterator, broken)
  }),
  'breaks maps': spoils(() => {
    replace(Map.prototype, 'get', broken)
    replace(Map.prototype, 'set', broken)
  }),
  'breaks clocks': spoils(() => {
    replace(Date, 'now', broken)
    replace(performance, 'now', broken)
  }),
  'breaks stacks': parks(/./, () => {
    Error.prepareStackTrace = broken
    throw new Error('with a broken stack')
  }),
  'breaks texts': parks(/./, () => {
    replace(String.prototype, 'toWellFormed', broken)
    throw new Error('with broken texts')
  }),
}

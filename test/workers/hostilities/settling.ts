/** Odd things to return, and promises that do not keep to the rules. */

import { failsOnce, type Hostilities, parks, passes, thenable, throwing } from '../hostility.js'
import { refusingProxy, revokedProxy } from './throwing.js'

const timedOut = /within 300 ms/

export const returned: Hostilities = {
  'takes a turn': passes(() => new Promise((resolve) => setImmediate(resolve))),
  'returns a thenable that settles twice': passes(() =>
    thenable((resolve, reject) => {
      resolve()
      reject(new Error('too late'))
      resolve('again')
      throw new Error('much too late')
    }),
  ),
  'returns a thenable that fails twice': parks(/^first$/, () =>
    thenable((resolve, reject) => {
      reject(new Error('first'))
      reject(new Error('second'))
      resolve()
    }),
  ),
  'returns a thenable that throws': parks(/in then/, () =>
    thenable(throwing(new Error('in then'))),
  ),
  'returns a thenable that cannot be read': parks(/no then/, () =>
    Object.defineProperty({}, 'then', { get: throwing(new Error('no then')) }),
  ),
  'returns a proxy that refuses everything': parks(/refused/, refusingProxy),
  'returns a revoked proxy': parks(/revoked/, revokedProxy),
  'returns a thousand thenables in one another': passes(() => {
    let inner: unknown = 'innermost'
    for (let depth = 0; depth < 1_000; depth++) {
      const value = inner
      inner = thenable((resolve) => resolve(value))
    }
    return inner
  }),
  'returns what cannot be cloned': passes(() => ({ call: () => {}, symbol: Symbol('x') })),
  'returns a huge text': passes(() => 'z'.repeat(50_000_000)),
  'returns an endless generator': passes(function* () {
    for (;;) yield 1
  }),
}

export const settled: Hostilities = {
  'fails once': failsOnce(({ attempt }) => {
    if (attempt === 1) throw new Error('once')
  }),
  'rejects with undefined': parks(/^undefined$/, () => Promise.reject(undefined)),
  'rejects with a revoked proxy': parks(/cannot be described/, () =>
    Promise.reject(revokedProxy()),
  ),
  'rejects after it has thrown': parks(/^thrown$/, () => {
    const later = Promise.reject(new Error('rejected'))
    later.catch(() => {})
    throw new Error('thrown')
  }),
  'never settles': parks(timedOut, () => new Promise(() => {})),
  'never settles and holds on to its signal': parks(timedOut, async ({ signal }) => {
    for (;;) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      await new Promise(() => {})
    }
  }),
  'throws from its abort listener': parks(timedOut, ({ signal }) => {
    signal.onabort = null
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(refusingProxy()))
    })
  }),
  'returns a thenable that never settles': parks(timedOut, () => thenable(() => {})),
  'uses up the stack': parks(/call stack/, function recurse(): unknown {
    return [recurse()]
  }),
  'asks for more than there can be': parks(/Invalid string length/, () => 'x'.repeat(2 ** 30)),
}

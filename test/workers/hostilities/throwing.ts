/** Everything that can be thrown. */

import vm from 'node:vm'
import { type Hostilities, parks, thenable, throwing } from '../hostility.js'

const cannotBeDescribed = /cannot be described/

/** What is no error. */
export const thrownValues: Hostilities = {
  'throws undefined': parks(/^undefined$/, throwing(undefined)),
  'throws null': parks(/^null$/, throwing(null)),
  'throws a symbol': parks(/Symbol\(odd\)/, throwing(Symbol('odd'))),
  'throws a bigint': parks(/^123n$/, throwing(123n)),
  'throws a function': parks(
    /a function/,
    throwing(() => {}),
  ),
  'throws a lone surrogate': parks(/"/, throwing('\ud800')),
  'throws a huge text': parks(/^"x+\.\.\."$/, () => throwing('x'.repeat(5_000_000))()),
  'throws a proxy that refuses everything': parks(cannotBeDescribed, () =>
    throwing(refusingProxy())(),
  ),
  'throws a revoked proxy': parks(cannotBeDescribed, () => throwing(revokedProxy())()),
}

/** Errors that lie, or refuse to be read. */
export const thrownErrors: Hostilities = {
  'throws an error whose getters throw': parks(/cannot be described|^no$/, () =>
    throwing(errorWithGetters(['name', 'message', 'stack', 'code', 'cause']))(),
  ),
  'throws an error whose stack throws': parks(cannotBeDescribed, () =>
    throwing(errorWithGetters(['stack']))(),
  ),
  'throws an error that cannot be cloned': parks(/uncloneable/, () =>
    throwing(Object.assign(new Error('uncloneable'), { call: () => {}, symbol: Symbol('x') }))(),
  ),
  'throws an error with a huge message': parks(/^y{100}/, () =>
    throwing(new Error('y'.repeat(5_000_000)))(),
  ),
  'throws an error that is its own cause': parks(/ouroboros/, () => {
    const error = new Error('ouroboros')
    throw Object.assign(error, { cause: error })
  }),
  'throws an error with ten thousand causes': parks(/^outermost$/, () => {
    let cause: unknown = 'innermost'
    for (let depth = 0; depth < 10_000; depth++) cause = new Error('between', { cause })
    throw new Error('outermost', { cause })
  }),
  'throws an error with a code that is no text': parks(/odd code/, () => {
    throw Object.assign(new Error('odd code'), { code: { toString: throwing(1) } })
  }),
  'throws an error with a name that is no text': parks(/./, () => {
    throw Object.assign(new Error('odd name'), { name: Symbol('name') })
  }),
  'throws an error with a stack that is no text': parks(/odd stack/, () => {
    throw Object.assign(new Error('odd stack'), { stack: [1n] })
  }),
}

/** Things that pass for something else. */
export const thrownImpostors: Hostilities = {
  'throws a frozen error': parks(/^frozen$/, throwing(Object.freeze(new Error('frozen')))),
  'throws a thenable': parks(/an object/, () => throwing(thenable((resolve) => resolve()))()),
  'throws an error of another realm': parks(/elsewhere/, () =>
    vm.runInNewContext("throw new TypeError('elsewhere')"),
  ),
  'throws ten thousand errors in one': parks(/^many$/, () => {
    throw new AggregateError(
      Array.from({ length: 10_000 }, (_each, at) => new Error(`${at}`)),
      'many',
    )
  }),
  'throws an object without prototype': parks(/an object of no class/, () =>
    throwing(Object.create(null))(),
  ),
  'throws a message that is no text': parks(/./, () => {
    throw Object.assign(new Error('x'), { message: { toString: throwing(new Error('y')) } })
  }),
  'throws a delay that is no number': parks(/soon/, () => {
    throw Object.assign(new Error('soon'), { code: 'DRAMATIS_RETRY_AFTER', delayMs: 'soon' })
  }),
  'throws a delay that cannot be read': parks(/later/, () => {
    const error = Object.assign(new Error('later'), { code: 'DRAMATIS_RETRY_AFTER' })
    throw Object.defineProperty(error, 'delayMs', { get: throwing('no') })
  }),
  'throws what looks terminal': {
    verdict: 'TERMINAL',
    returns: () => false,
    says: /no use/,
    act: () => {
      throw Object.assign(new Error('no use'), { code: 'DRAMATIS_TERMINAL' })
    },
  },
}

export function refusingProxy(): object {
  const refuse = throwing(new Error('refused'))
  return new Proxy(
    {},
    {
      get: refuse,
      has: refuse,
      ownKeys: refuse,
      getPrototypeOf: refuse,
      getOwnPropertyDescriptor: refuse,
      isExtensible: refuse,
    },
  )
}

export function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function errorWithGetters(names: readonly string[]): Error {
  const error = new Error('unreadable')
  for (const name of names) Object.defineProperty(error, name, { get: throwing(new Error('no')) })
  return error
}

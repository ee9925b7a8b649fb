/**
 * Errors: what every documented error has, and turning anything that was thrown into plain data.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import vm from 'node:vm'
import { ClosedError } from '../../src/base/closed-error.js'
import {
  DramatisError,
  describeValue,
  errorToData,
  InvalidArgumentError,
} from '../../src/base/errors.js'

function fail(): never {
  throw new Error('trap')
}

const hostileProxy = new Proxy(
  {},
  { get: fail, getPrototypeOf: fail, has: fail, ownKeys: fail, getOwnPropertyDescriptor: fail },
)

describe('a documented error', () => {
  test('has its class as its name, a code, typed fields and a message that says what to do', () => {
    const error = new InvalidArgumentError('retry.attemptsMax', 'an integer from 1 to 100', 0)

    assert.ok(error instanceof DramatisError)
    assert.ok(error instanceof Error)
    assert.equal(error.name, 'InvalidArgumentError')
    assert.equal(error.code, 'DRAMATIS_INVALID_ARGUMENT')
    assert.equal(error.argument, 'retry.attemptsMax')
    assert.equal(
      error.message,
      'Expected retry.attemptsMax to be an integer from 1 to 100, got 0. Nothing was done.',
    )
  })

  test('has a cause only when there was one', () => {
    class Wrapped extends DramatisError {
      readonly code = 'DRAMATIS_WRAPPED'
    }

    assert.equal('cause' in new Wrapped('alone'), false)
    assert.equal(new Wrapped('with', { cause: 'why' }).cause, 'why')
  })

  test('about something closed says what was closed', () => {
    const error = new ClosedError('the runtime')

    assert.equal(error.code, 'DRAMATIS_CLOSED')
    assert.equal(error.what, 'the runtime')
  })
})

describe('an error as data', () => {
  test('keeps name, message, code, stack and the chain of causes', () => {
    const inner = Object.assign(new TypeError('inner'), { code: 'E_INNER' })
    const outer = new InvalidArgumentError('a', 'b', 'c')
    outer.cause = inner

    const data = errorToData(outer)

    assert.equal(data.name, 'InvalidArgumentError')
    assert.equal(data.message, outer.message)
    assert.equal(data.code, 'DRAMATIS_INVALID_ARGUMENT')
    assert.equal(data.stack, outer.stack)
    assert.equal(data.cause?.name, 'TypeError')
    assert.equal(data.cause?.code, 'E_INNER')
  })

  test('can be cloned to another thread', () => {
    const data = errorToData(new Error('outer', { cause: new Error('inner') }))

    assert.deepEqual(structuredClone(data), data)
  })

  test('leaves out a code that is no text', () => {
    assert.equal('code' in errorToData(Object.assign(new Error('x'), { code: 42 })), false)
  })

  test('follows a bounded number of causes, and so ends a cycle', () => {
    const cyclic = new Error('cyclic')
    cyclic.cause = cyclic
    let data = errorToData(cyclic)
    let depth = 0

    for (; data.cause !== undefined; data = data.cause) depth++

    assert.equal(depth, 5)
  })

  test('is bounded and well-formed, however long and broken its text', () => {
    const error = new Error(`${'x'.repeat(8_191)}😀${'y'.repeat(1_000_000)}`)
    error.stack = '\ud800'

    const data = errorToData(error)

    assert.equal(data.message.length, 8_192)
    assert.ok(data.message.isWellFormed())
    assert.equal(data.stack, '\ufffd')
  })

  test('of another realm is an error too', () => {
    const data = errorToData(vm.runInNewContext("new RangeError('far away')"))

    assert.equal(data.name, 'RangeError')
    assert.equal(data.message, 'far away')
  })

  const thrown: readonly (readonly [name: string, value: unknown, message: string])[] = [
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a text', 'boom', '"boom"'],
    ['a number', 42, '42'],
    ['a bigint', 42n, '42n'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['a function', () => 1, 'a function'],
    ['an object', { message: 'boom' }, 'an object of Object'],
    ['an object without a prototype', Object.create(null), 'an object of no class'],
    ['a proxy that throws', hostileProxy, 'an error that cannot be described'],
  ]

  for (const [name, value, message] of thrown) {
    test(`describes ${name} that was thrown`, () => {
      const data = errorToData(value)

      assert.deepEqual(data.name === 'NonError' ? data.message : data, message)
    })
  }

  const hostile: readonly (readonly [name: string, error: unknown])[] = [
    ['whose message throws', Object.defineProperty(new Error('x'), 'message', { get: fail })],
    ['whose name throws', Object.defineProperty(new Error('x'), 'name', { get: fail })],
    ['whose code throws', Object.defineProperty(new Error('x'), 'code', { get: fail })],
    ['whose stack throws', Object.defineProperty(new Error('x'), 'stack', { get: fail })],
    ['whose cause throws', Object.defineProperty(new Error('x'), 'cause', { get: fail })],
    ['whose cause is a proxy that throws', new Error('x', { cause: hostileProxy })],
    ['whose message is an object', Object.assign(new Error('x'), { message: { toString: fail } })],
    ['whose name is a symbol', Object.assign(new Error('x'), { name: Symbol('s') })],
    ['behind a proxy', new Proxy(new Error('x'), { get: fail })],
  ]

  for (const [name, error] of hostile) {
    test(`is made without a throw of an error ${name}`, () => {
      const data = errorToData(error)

      assert.equal(typeof data.name, 'string')
      assert.equal(typeof data.message, 'string')
      assert.deepEqual(structuredClone(data), data)
    })
  }
})

describe('a described value', () => {
  test('is short, whatever the value', () => {
    const long: readonly unknown[] = [
      'x'.repeat(10_000),
      10n ** 10_000n,
      Symbol('s'.repeat(10_000)),
      new Error('e'.repeat(10_000)),
      { constructor: { name: 'N'.repeat(10_000) } },
    ]

    for (const value of long) assert.ok(describeValue(value).length <= 82)
  })

  test('is well-formed when a text is cut in the middle of a character', () => {
    assert.ok(describeValue(`${'x'.repeat(76)}😀${'y'.repeat(50)}`).isWellFormed())
    assert.ok(describeValue(Symbol('\ud800')).isWellFormed())
  })

  test('never shows the content of an object', () => {
    assert.equal(describeValue({ password: 'secret' }), 'an object of Object')
    assert.equal(describeValue([1, 2]), 'an array of 2')
  })
})

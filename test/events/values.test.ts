/**
 * The closed set of event values: what is taken, what comes back, and what is refused with its path.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import vm from 'node:vm'
import fc from 'fast-check'
import { decodeValue, encodeValue } from '../../src/events/codec.js'
import type { EventValueError } from '../../src/events/errors.js'
import {
  copyPayload,
  copyValue,
  valueCountMax,
  valueDepthMax,
  valueSizeMax,
} from '../../src/events/values.js'
import { arbitraryPayload, arbitraryValue } from './arbitrary-values.js'

/** The error with which a value is refused. */
function refusalOf(value: unknown): EventValueError {
  try {
    copyValue(value, 'data')
  } catch (error) {
    return error as EventValueError
  }
  throw new assert.AssertionError({ message: 'the value was taken' })
}

function nested(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = wrap(value)
  return value
}

function sharesAnything(one: unknown, other: unknown): boolean {
  if (one === null || typeof one !== 'object') return false
  if (one === other) return true
  const inner = Object.keys(one) as (keyof typeof one)[]
  return inner.some((key) => sharesAnything(one[key], (other as typeof one)[key]))
}

function isFrozenThroughout(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return true
  if (value instanceof Date || value instanceof Uint8Array) return true
  return Object.isFrozen(value) && Object.values(value).every(isFrozenThroughout)
}

describe('a copied value', () => {
  test('survives the codec unchanged, whatever it is', () => {
    fc.assert(
      fc.property(arbitraryValue, (value) => {
        const copy = copyValue(value, 'data')

        assert.deepStrictEqual(decodeValue(encodeValue(copy)), copy)
      }),
      { numRuns: 2_000 },
    )
  })

  test('is equal to the original but for bytes, which are a Buffer', () => {
    const original = {
      nothing: null,
      yes: true,
      number: 1.5,
      big: 2n ** 63n,
      text: '😀',
      when: new Date(-1),
      list: [1, ['2'], {}],
      constructor: 'own',
    }

    const copy = copyValue(original, 'data')
    const bytes = copyValue(new Uint8Array([1, 2]), 'data')

    assert.deepStrictEqual(copy, original)
    assert.deepStrictEqual(bytes, Buffer.from([1, 2]))
  })

  test('shares no object with the original', () => {
    fc.assert(
      fc.property(arbitraryValue, (value) => {
        const copy = copyValue(value, 'data')

        assert.equal(sharesAnything(copy, value), false)
      }),
      { numRuns: 200 },
    )
  })

  test('does not change when the bytes, the Date or the array it was made from do', () => {
    const original = { bytes: new Uint8Array([1]), when: new Date(1), list: [1] }
    const copy = copyValue(original, 'data')

    original.bytes[0] = 2
    original.when.setTime(2)
    original.list.push(2)

    assert.deepStrictEqual(copy, { bytes: Buffer.from([1]), when: new Date(1), list: [1] })
  })

  test('is frozen throughout', () => {
    fc.assert(
      fc.property(arbitraryPayload, (payload) => {
        assert.equal(isFrozenThroughout(copyPayload(payload, 'data')), true)
      }),
      { numRuns: 200 },
    )
  })

  test('of -0 is 0', () => {
    assert.ok(Object.is(copyValue(-0, 'data'), 0))
  })

  test('takes the smallest and the largest 64-bit integers', () => {
    const limits = [-(2n ** 63n), 2n ** 63n, 2n ** 64n - 1n]

    assert.deepStrictEqual(decodeValue(encodeValue(copyValue(limits, 'data'))), limits)
  })

  test('of an object without a prototype is a plain object', () => {
    const bare = Object.assign(Object.create(null), { a: 1 })

    assert.deepStrictEqual(copyValue(bare, 'data'), { a: 1 })
  })

  test('of a subclass of Array, Date or Uint8Array is of the base class', () => {
    class Lines extends Array<number> {}
    class Moment extends Date {
      override getTime(): number {
        return 7
      }
    }

    const copy = copyValue([Lines.from([1]), new Moment(5), Buffer.from('a')], 'data')

    assert.deepStrictEqual(copy, [[1], new Date(5), Buffer.from('a')])
  })

  test('leaves symbol keys and hidden properties behind', () => {
    const original = Object.defineProperty({ a: 1, [Symbol('b')]: 2 }, 'c', { value: 3 })

    assert.deepStrictEqual(copyValue(original, 'data'), { a: 1 })
  })

  test('repeats what the original refers to twice', () => {
    const shared = { a: 1 }

    assert.deepStrictEqual(copyValue([shared, shared], 'data'), [{ a: 1 }, { a: 1 }])
  })

  test('reads each property once, so that a getter cannot change its answer', () => {
    let reads = 0
    const original = {
      get total(): unknown {
        reads++
        return reads === 1 ? 1 : undefined
      },
    }

    assert.deepStrictEqual(copyValue(original, 'data'), { total: 1 })
    assert.equal(reads, 1)
  })

  test('of a proxy of plain data is plain data', () => {
    const original = new Proxy({ list: new Proxy([1, 2], {}) }, {})

    assert.deepStrictEqual(copyValue(original, 'data'), { list: [1, 2] })
  })

  test(`may be nested ${valueDepthMax} levels deep`, () => {
    const deepest = nested(valueDepthMax, (inner) => [inner])

    assert.deepStrictEqual(copyValue(deepest, 'data'), deepest)
  })
})

function detached(): Uint8Array {
  const bytes = new Uint8Array(8)
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  return bytes
}

class Money {
  cents = 1
}

const refused: readonly (readonly [name: string, value: unknown, found: RegExp])[] = [
  ['undefined', undefined, /got undefined/],
  ['a function', () => 1, /got a function/],
  ['a symbol', Symbol('s'), /got Symbol\(s\)/],
  ['NaN', Number.NaN, /got NaN/],
  ['Infinity', Number.POSITIVE_INFINITY, /got Infinity/],
  ['-Infinity', Number.NEGATIVE_INFINITY, /got -Infinity/],
  ['a bigint above 64 bits', 2n ** 64n, /got 18446744073709551616n/],
  ['a bigint below 64 bits', -(2n ** 63n) - 1n, /got -9223372036854775809n/],
  ['a text with a lone high surrogate', 'a\ud800', /got a lone surrogate/],
  ['a text with a lone low surrogate', '\udc00a', /got a lone surrogate/],
  ['an invalid Date', new Date(Number.NaN), /got an invalid Date/],
  ['an instance of a class', new Money(), /got an object of Money/],
  ['an Error', new Error('no'), /got Error: no/],
  ['a Map', new Map(), /got an object of Map/],
  ['a Set', new Set(), /got an object of Set/],
  ['a RegExp', /a/, /got an object of RegExp/],
  ['a Promise', Promise.resolve(), /got an object of Promise/],
  ['a boxed number', Object(1), /got an object of Number/],
  ['an ArrayBuffer', new ArrayBuffer(1), /got an object of ArrayBuffer/],
  ['a DataView', new DataView(new ArrayBuffer(1)), /got an object of DataView/],
  ['a Float64Array', new Float64Array(1), /got an object of Float64Array/],
  ['a Uint8ClampedArray', new Uint8ClampedArray(1), /got an object of Uint8ClampedArray/],
  ['bytes whose memory is gone', detached(), /throws when it is read/],
  ['a text beyond the bound', 'x'.repeat(valueSizeMax + 1), /more than \d+ characters and bytes/],
  ['an object of another realm', vm.runInNewContext('({})'), /got an object of Object/],
  ['an object that claims to be a Date', Object.create(Date.prototype), /throws when it is read/],
  ['an object that claims bytes', Object.create(Uint8Array.prototype), /throws when it is read/],
]

describe('refused, with its path, is', () => {
  for (const [name, value, found] of refused) {
    test(`${name}, in an object and in an array`, () => {
      const inObject = refusalOf({ lines: { total: value } })
      const inArray = refusalOf({ lines: [0, { total: [value] }] })

      assert.equal(inObject.code, 'DRAMATIS_EVENT_VALUE')
      assert.equal(inObject.path, 'data.lines.total')
      assert.match(inObject.message, /^Expected data\.lines\.total to be null, a boolean, /)
      assert.match(inObject.message, found)
      assert.match(inObject.message, /Nothing was written\.$/)
      assert.equal(inArray.path, 'data.lines[1].total[0]')
      assert.match(inArray.message, found)
    })
  }

  for (const [what, one] of [
    ['one text', 'x'.repeat(2 ** 20)],
    ['the same bytes', Buffer.alloc(2 ** 20)],
  ] as const) {
    test(`${what}, referred to more often than the bound`, () => {
      assert.match(refusalOf(new Array(65).fill(one)).message, /more than \d+ characters and bytes/)
    })
  }

  test('a value at the top, under the name it was given', () => {
    assert.equal(refusalOf(undefined).path, 'data')
  })

  test("a key named '__proto__'", () => {
    const refusal = refusalOf(JSON.parse('{"a":{"__proto__":{"admin":true}}}'))

    assert.equal(refusal.path, 'data.a.__proto__')
    assert.match(refusal.message, /a key named '__proto__'/)
  })

  test('a key with a lone surrogate, under a path that is well-formed', () => {
    const refusal = refusalOf({ a: { 'b\ud800': 1 } })

    assert.equal(refusal.path, 'data.a.b\ufffd')
    assert.match(refusal.message, /a key with a lone surrogate/)
  })

  test('a hole in a sparse array', () => {
    // biome-ignore lint/suspicious/noSparseArray: the hole is the point.
    const refusal = refusalOf({ list: [1, , 3] })

    assert.equal(refusal.path, 'data.list[1]')
    assert.match(refusal.message, /got undefined/)
  })

  test('a cycle', () => {
    const cycle: Record<string, unknown> = {}
    cycle.self = cycle

    assert.match(refusalOf(cycle).message, /more than 100 levels, or a cycle/)
  })

  test('a value one level too deep', () => {
    const refusal = refusalOf(nested(valueDepthMax + 2, (inner) => [inner]))

    assert.equal(refusal.path, `data${'[0]'.repeat(valueDepthMax + 1)}`)
    assert.match(refusal.message, /more than 100 levels/)
  })

  test('a value 100,000 levels deep, without exhausting the stack', () => {
    const arrays = refusalOf(nested(100_000, (inner) => [inner]))
    const objects = refusalOf(nested(100_000, (inner) => ({ inner })))

    assert.equal(arrays.code, 'DRAMATIS_EVENT_VALUE')
    assert.equal(objects.code, 'DRAMATIS_EVENT_VALUE')
  })

  test('shared references that would explode into more values than memory holds', () => {
    const explosive = nested(60, (inner) => [inner, inner])

    assert.match(refusalOf(explosive).message, /more than 1000000 values/)
  })

  test('an array that is longer than a payload may have values', () => {
    const refusal = refusalOf({ list: new Array(valueCountMax + 1) })

    assert.match(refusal.message, /more than 1000000 values/)
  })

  test('a property that throws when it is read, with what it threw as the cause', () => {
    const thrown = new Error('no')
    const refusal = refusalOf({
      a: {
        get b(): unknown {
          throw thrown
        },
      },
    })

    assert.equal(refusal.path, 'data.a.b')
    assert.match(refusal.message, /a value that throws when it is read/)
    assert.equal(refusal.cause, thrown)
  })

  test('a payload that is no plain object', () => {
    for (const payload of [1, 'text', null, [1], new Date(0), Buffer.from('a')]) {
      assert.throws(() => copyPayload(payload, 'command'), {
        code: 'DRAMATIS_EVENT_VALUE',
        path: 'command',
        message: /where a payload is an object/,
      })
    }
  })
})

describe('a proxy', () => {
  const fail = (): never => {
    throw new Error('trap')
  }
  const hostile: readonly (readonly [name: string, proxy: unknown])[] = [
    ['that throws when asked for its prototype', new Proxy({}, { getPrototypeOf: fail })],
    ['that throws when asked for its keys', new Proxy({}, { ownKeys: fail })],
    ['that throws when asked for a value', new Proxy({ a: 1 }, { get: fail })],
    ['of an array that throws when asked for its length', new Proxy([1], { get: fail })],
    ['of a Date', new Proxy(new Date(0), {})],
    ['of bytes', new Proxy(new Uint8Array(1), {})],
    ['that was revoked', revokedProxy()],
  ]

  for (const [name, proxy] of hostile) {
    test(`${name} is refused, and nothing else is thrown`, () => {
      const refusal = refusalOf({ a: [proxy] })

      assert.equal(refusal.code, 'DRAMATIS_EVENT_VALUE')
      assert.match(refusal.path, /^data\.a\[0\]/)
    })
  }

  test('of an array that claims an absurd length is refused', () => {
    for (const length of [-1, Number.NaN, 'many', undefined, Number.POSITIVE_INFINITY, 2 ** 53]) {
      const proxy = new Proxy([1], {
        get: (target, key) => (key === 'length' ? length : Reflect.get(target, key)),
      })

      assert.equal(refusalOf([proxy]).code, 'DRAMATIS_EVENT_VALUE', String(length))
    }
  })

  test('of an array whose length is another each time it is compared is refused', () => {
    let compared = 0
    const length = { valueOf: () => compared++ }
    const proxy = new Proxy([1], {
      get: (target, key) => (key === 'length' ? length : Reflect.get(target, key)),
    })

    assert.equal(refusalOf([proxy]).code, 'DRAMATIS_EVENT_VALUE')
  })

  test('of an array that grows while it is read is read to its first length', () => {
    let length = 1
    const proxy = new Proxy([] as number[], {
      get: (_target, key) => (key === 'length' ? length++ : 7),
    })

    assert.deepStrictEqual(copyValue(proxy, 'data'), [7])
  })
})

function revokedProxy(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

/**
 * Checks of options: what passes comes back as it was, what does not is named.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  arrayAt,
  copyOfArray,
  dateAt,
  functionAt,
  integerIn,
  isArray,
  knownKeys,
  nameOf,
  objectAt,
  oneOf,
  propertiesAt,
  signalAt,
} from '../../src/base/options.js'

const invalid = (argument: string, message: RegExp) => ({
  code: 'DRAMATIS_INVALID_ARGUMENT',
  argument,
  message,
})

describe('an integer option', () => {
  test('passes within its bounds, both included', () => {
    assert.equal(integerIn('limit', 1, 1, 3), 1)
    assert.equal(integerIn('limit', 3, 1, 3), 3)
  })

  test('is refused outside of them, and when it is no integer', () => {
    for (const value of [
      0,
      4,
      1.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      '2',
      2n,
      null,
      undefined,
    ]) {
      assert.throws(
        () => integerIn('limit', value, 1, 3),
        invalid('limit', /^Expected limit to be an integer from 1 to 3, got /),
      )
    }
  })
})

describe('an option of a closed set', () => {
  test('passes when it is in the set', () => {
    assert.equal(oneOf('mode', 'b', ['a', 'b']), 'b')
  })

  test('is refused when it is not, with the whole set', () => {
    for (const value of ['c', '', 'A', null, undefined, ['a'], Object('a')]) {
      assert.throws(() => oneOf('mode', value, ['a', 'b']), invalid('mode', /one of 'a', 'b'/))
    }
  })
})

describe('an object of options', () => {
  test('passes with known keys only, and with none', () => {
    knownKeys('options', { a: 1 }, ['a', 'b'])
    knownKeys('options', {}, ['a', 'b'])
  })

  test('is refused with a key that nobody reads', () => {
    assert.throws(
      () => knownKeys('options', { a: 1, bb: 2 }, ['a', 'b']),
      invalid('options', /an object of only a, b, got "bb"/),
    )
  })

  test('is refused when it is no object', () => {
    for (const value of [null, undefined, 1, 'a']) {
      assert.throws(() => knownKeys('options', value, ['a']), invalid('options', /an object/))
    }
  })
})

describe('an argument that lies', () => {
  const throwing = new Proxy({ a: 1 }, { get: () => assert.fail('it was read') })

  test('is refused where it throws when it is read', () => {
    const { proxy, revoke } = Proxy.revocable([], {})
    revoke()

    assert.throws(() => knownKeys('find', throwing, ['a']), invalid('find', /which can be read/))
    assert.throws(() => propertiesAt('it', throwing, ['a']), invalid('it', /that can be read/))
    assert.throws(() => arrayAt('list', proxy), invalid('list', /an array/))
    assert.throws(() => signalAt('signal', Object.create(AbortSignal.prototype)), {
      code: 'DRAMATIS_INVALID_ARGUMENT',
    })
    assert.throws(() => dateAt('at', new Proxy(new Date(0), {})), invalid('at', /a valid Date/))
    assert.equal(isArray(proxy), false)
    assert.equal(nameOf(throwing), '')
  })

  test('is read once: what was checked is what is used', () => {
    let reads = 0
    const changing = {
      get a() {
        return ++reads
      },
    }

    const { a } = knownKeys('find', changing, ['a'])

    assert.deepEqual([a, reads], [1, 1])
  })

  test('is no list where it is longer than a list may be', () => {
    assert.equal(copyOfArray(new Array(2 ** 32 - 1), 100), undefined)
    assert.throws(() => arrayAt('list', new Array(2 ** 32 - 1)), invalid('list', /an array/))
  })
})

describe('a part of a definition', () => {
  test('passes when it is of the kind it has to be', () => {
    const react = () => 1
    const parts = { a: 1 }
    const list = [1]

    assert.equal(functionAt('on.A', react), react)
    assert.equal(objectAt('events', parts), parts)
    assert.deepEqual(arrayAt('from', list), list)
  })

  test('is refused when it is of another', () => {
    assert.throws(() => functionAt('on.A', {}), invalid('on.A', /a function, got an object/))
    assert.throws(() => objectAt('events', [1]), invalid('events', /an object, got an array of 1/))
    assert.throws(() => objectAt('events', null), invalid('events', /an object, got null/))
    assert.throws(() => arrayAt('from', {} as never), invalid('from', /an array, got an object/))
  })
})

/**
 * `defineHandler`: its complete options, the errors that steer retries, and what is refused on sight.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defineHandler } from '../../src/define/handler.js'
import { RetryAfterError, TerminalError } from '../../src/define/handler-errors.js'
import { defaultRetryPolicy, parseRetryPolicy } from '../../src/define/retry.js'
import { Counter, invalid } from './counter.js'

function handlerWith(changes: Readonly<Record<string, unknown>>, name: unknown): unknown {
  return defineHandler(name as string, { from: [Counter], on: {}, ...changes } as never)
}

describe('a handler definition', () => {
  test('completes its options', () => {
    const counted = defineHandler('counted', { from: [Counter], on: {} })

    assert.deepEqual(
      { ...counted, on: { ...counted.on } },
      {
        name: 'counted',
        from: [Counter],
        on: {},
        key: null,
        partitions: 16,
        timeoutMs: 30_000,
        deadLetter: 'key',
        runsOn: 'worker',
        startFrom: 'beginning',
        unknownEvents: 'fail',
        retry: { attemptsMax: 5, retriesAtOnce: 1, delayMs: 100, delayMsMax: 30_000 },
      },
    )
  })

  test('keeps the options it was given', () => {
    const key = (): string => 'all'
    const counted = defineHandler('counted.by-key', {
      from: [Counter],
      on: { CountReset: () => {} },
      key,
      partitions: 1,
      timeoutMs: 1,
      deadLetter: 'event',
      runsOn: 'host',
      startFrom: 0,
      retry: { attemptsMax: 1 },
    })

    assert.equal(counted.key, key)
    assert.equal(counted.partitions, 1)
    assert.equal(counted.timeoutMs, 1)
    assert.equal(counted.deadLetter, 'event')
    assert.equal(counted.runsOn, 'host')
    assert.equal(counted.startFrom, 0)
    assert.equal(counted.retry.attemptsMax, 1)
    assert.ok(Object.isFrozen(counted))
  })

  test('takes an option that is undefined for one that was left out', () => {
    const counted = handlerWith({ partitions: undefined, retry: undefined }, 'counted')

    assert.equal((counted as { partitions: number }).partitions, 16)
  })

  test('finds no reaction under the names that every object has', () => {
    assert.equal(defineHandler('counted', { from: [Counter], on: {} }).on.valueOf, undefined)
  })
})

describe('a handler is refused', () => {
  test('under a name that cannot be one', () => {
    for (const name of ['', '1a', 'a b', 'a/b', 'é', '-a', 'x'.repeat(101), undefined, null, 7]) {
      assert.throws(
        () => handlerWith({}, name),
        invalid('name of a handler', /a letter, then letters/),
      )
    }
  })

  const withOption: readonly (readonly [name: string, changes: object, argument: string])[] = [
    ['a misspelt option', { partition: 1 }, 'handler counted'],
    ['no partitions', { partitions: 0 }, 'counted.partitions'],
    ['too many partitions', { partitions: 257 }, 'counted.partitions'],
    ['half a partition', { partitions: 1.5 }, 'counted.partitions'],
    ['no time', { timeoutMs: 0 }, 'counted.timeoutMs'],
    ['more than an hour', { timeoutMs: 3_600_001 }, 'counted.timeoutMs'],
    ['another dead letter mode', { deadLetter: 'none' }, 'counted.deadLetter'],
    ['another place to run', { runsOn: 'gpu' }, 'counted.runsOn'],
    ['another start', { startFrom: 'middle' }, 'counted.startFrom'],
    ['a negative start', { startFrom: -1 }, 'counted.startFrom'],
    ['a key that is no function', { key: 'customerId' }, 'counted.key'],
    ['no actors', { from: null }, 'handler counted.from'],
    ['an unknown event', { on: { Nothing: () => {} } }, 'handler counted.on'],
    ['a reaction that is no function', { on: { CountReset: 1 } }, 'handler counted.on.CountReset'],
  ]

  for (const [name, changes, argument] of withOption) {
    test(`with ${name}`, () => {
      assert.throws(() => handlerWith({ ...changes }, 'counted'), invalid(argument, /^Expected /))
    })
  }
})

describe('a retry policy', () => {
  test('is the default where nothing is said', () => {
    assert.deepEqual(parseRetryPolicy('retry'), defaultRetryPolicy)
    assert.ok(Object.isFrozen(parseRetryPolicy('retry')))
  })

  test('has a ceiling no lower than its first pause', () => {
    assert.equal(parseRetryPolicy('retry', { delayMs: 60_000 }).delayMsMax, 60_000)
    assert.throws(
      () => parseRetryPolicy('retry', { delayMs: 500, delayMsMax: 499 }),
      invalid('retry.delayMsMax', /an integer from 500/),
    )
  })

  const outside: readonly (readonly [option: string, values: readonly unknown[]])[] = [
    ['attemptsMax', [0, 101, 1.5, '5']],
    ['retriesAtOnce', [-1, 11, 0.5]],
    ['delayMs', [0, 3_600_001, Number.NaN]],
    ['delayMsMax', [0, 86_400_001]],
  ]

  for (const [option, values] of outside) {
    test(`is refused with ${option} out of bounds`, () => {
      for (const value of values) {
        assert.throws(
          () => parseRetryPolicy('retry', { [option]: value }),
          invalid(`retry.${option}`, /an integer from/),
        )
      }
    })
  }

  test('is refused when it is no object, or has an option that nobody reads', () => {
    assert.throws(() => parseRetryPolicy('retry', null as never), invalid('retry', /an object/))
    assert.throws(() => parseRetryPolicy('retry', 5 as never), invalid('retry', /an object/))
    assert.throws(
      () => parseRetryPolicy('retry', { attempts: 3 } as never),
      invalid('retry', /got "attempts"/),
    )
  })
})

describe('an error that steers retries', () => {
  test('is known by its code', () => {
    assert.equal(new TerminalError('no such address').code, 'DRAMATIS_TERMINAL')
    assert.equal(new RetryAfterError('slow down', 1_000).code, 'DRAMATIS_RETRY_AFTER')
  })

  test('carries its pause and its cause', () => {
    const cause = new Error('429')

    const error = new RetryAfterError('slow down', 1_000, { cause })

    assert.equal(error.delayMs, 1_000)
    assert.equal(error.cause, cause)
  })
})

/** The decisions of subscriptions, as tables. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defaultRetryPolicy } from '../../src/index.js'
import { BreakerWindow, probeDelayMs } from '../../src/subscriptions/breaker-policy.js'
import {
  decideAfterFailure,
  restartDelayMs,
  retryAfterMsMax,
  retryDelayMs,
} from '../../src/subscriptions/retry-policy.js'

describe('after a failed delivery', () => {
  const error = { name: 'Error', message: 'oops' }
  const plain = { error, terminal: false, retryAfterMs: null }
  const policy = { attemptsMax: 4, retriesAtOnce: 1, delayMs: 100, delayMsMax: 150 }
  const later = (delayMs: number) => ({ kind: 'later', delayMs })
  const park = (cause: string) => ({ kind: 'park', cause })
  const table = [
    ['the first retry comes at once', plain, 1, 0.5, { kind: 'now' }],
    ['the next waits half the pause at least', plain, 2, 0, later(50)],
    ['a pause doubles, up to its ceiling', plain, 3, 0.999, later(149)],
    ['the last attempt parks the key', plain, 4, 0.5, park('ATTEMPTS_EXHAUSTED')],
    ['so does one beyond it', plain, 9, 0.5, park('ATTEMPTS_EXHAUSTED')],
    ['a terminal error parks at once', { ...plain, terminal: true }, 1, 0.5, park('TERMINAL')],
    [
      'terminal beats a delay',
      { ...plain, terminal: true, retryAfterMs: 5 },
      1,
      0,
      park('TERMINAL'),
    ],
    ['a delay asked for is kept', { ...plain, retryAfterMs: 7_000 }, 1, 0.5, later(7_000)],
    ['a delay of nothing is one', { ...plain, retryAfterMs: 0 }, 1, 0.5, later(0)],
    ['a delay is bounded', { ...plain, retryAfterMs: 1e15 }, 1, 0.5, later(retryAfterMsMax)],
    [
      'a delay is no further attempt',
      { ...plain, retryAfterMs: 1 },
      4,
      0,
      park('ATTEMPTS_EXHAUSTED'),
    ],
  ] as const
  for (const [what, failure, attempt, random, expected] of table) {
    test(what, () => {
      assert.deepEqual(decideAfterFailure(policy, failure, attempt, random), expected)
    })
  }
})

test('a pause is whole, at most the ceiling, and never less than half of it', () => {
  for (let retry = 1; retry <= 99; retry++) {
    const ceiling = Math.min(100 * 2 ** (retry - 1), 30_000)

    const [shortest, longest] = [0, 0.999_999].map((random) =>
      retryDelayMs(defaultRetryPolicy, retry, random),
    )

    assert.deepEqual([shortest, longest], [ceiling / 2, ceiling - 1])
  }
})

test('pauses before restarts and probes grow, and stop growing at half a minute', () => {
  const failures = [1, 2, 3, 9, 10, 100, 10_000]

  assert.deepEqual(failures.map(restartDelayMs), [100, 200, 400, 25_600, 30_000, 30_000, 30_000])
  assert.deepEqual(failures.map(probeDelayMs), [250, 500, 1_000, 30_000, 30_000, 30_000, 30_000])
})

describe('the breaker window', () => {
  const fail = (window: BreakerWindow, ...keys: string[]): boolean[] =>
    keys.map((key) => window.failed(key))
  const names = (count: number, prefix = 'k'): string[] =>
    Array.from({ length: count }, (_each, at) => `${prefix}${at}`)

  test('opens at the tenth key that fails', () => {
    const opened = fail(new BreakerWindow(), ...names(10))

    assert.deepEqual(opened, [...Array(9).fill(false), true])
  })

  test('counts a key that fails again once', () => {
    const opened = fail(new BreakerWindow(), ...Array(50).fill('a'), ...names(8))

    assert.equal(opened.includes(true), false)
  })

  test('stays closed while most keys succeed', () => {
    const window = new BreakerWindow()
    fail(window, 'first')
    for (const key of names(30, 'ok')) window.succeeded(key)

    const opened = fail(window, ...names(19))

    assert.equal(opened.slice(0, 9).includes(true), false)
  })

  test('forgets what is older than its window', () => {
    const window = new BreakerWindow()
    fail(window, ...names(9))
    for (const key of names(40, 'ok')) window.succeeded(key)

    assert.equal(window.failed('late'), false)
  })

  test('starts anew when it is reset', () => {
    const window = new BreakerWindow()
    fail(window, ...names(9))
    window.reset()

    assert.equal(window.failed('late'), false)
  })
})

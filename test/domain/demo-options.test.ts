/** The demo's command line: every option, every default, and one clear line for what is wrong. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseOptions, usage } from '../../actors/demo/options.js'

test('without arguments the demo makes up 20,000 orders in a fresh directory', () => {
  assert.deepEqual(parseOptions([]), {
    help: false,
    evolve: false,
    fulfilment: false,
    count: 20_000,
    ordersDirectory: null,
    seed: 1,
    faultRate: 0.02,
    dataDirectory: null,
    workers: 2,
    json: false,
  })
})

test('every option is read', () => {
  const args = ['--orders', 'dir', '--seed=7', '--faults', '.5', '--data', 'd', '--workers=inline']

  assert.deepEqual(parseOptions([...args, '--json', '--help']), {
    help: true,
    evolve: false,
    fulfilment: false,
    count: 20_000,
    ordersDirectory: 'dir',
    seed: 7,
    faultRate: 0.5,
    dataDirectory: 'd',
    workers: 'inline',
    json: true,
  })
})

test('the code may evolve, in a directory of its own', () => {
  assert.equal(parseOptions(['--evolve']).evolve, true)
})

test('fewer orders are made up to be fulfilled', () => {
  const { fulfilment, count } = parseOptions(['--fulfilment'])

  assert.deepEqual([fulfilment, count], [true, 1_000])
  assert.equal(parseOptions(['--fulfilment', '--count', '7']).count, 7)
})

const names = [
  'count',
  'orders',
  'seed',
  'faults',
  'data',
  'workers',
  'evolve',
  'fulfilment',
  'json',
  'help',
]

test('the usage names every option', () => {
  for (const name of names) assert.match(usage, new RegExp(`--${name}\\b`))
})

const wrong: readonly (readonly [args: string[], message: RegExp])[] = [
  [['--colour'], /Unknown option '--colour'/],
  [['orders'], /Unexpected argument 'orders'/],
  [['--count'], /--count/],
  [['--count', '0'], /--count to be an integer from 1 to 1000000, found '0'/],
  [['--count', '1e3'], /found '1e3'/],
  [['--count=-5'], /found '-5'/],
  [['--seed', '1.5'], /--seed to be an integer from 0 to 4294967295, found '1.5'/],
  [['--faults', '2'], /--faults to be a number from 0 to 1, found '2'/],
  [['--faults', 'NaN'], /found 'NaN'/],
  [['--workers', '0'], /--workers to be 1 to 64, or inline, found '0'/],
  [['--data', ''], /--data to be a directory, found nothing/],
  [['--count', '5', '--orders', 'dir'], /--count or --orders, found both/],
  [['--evolve', '--data', 'd'], /--evolve without --data/],
  [['--fulfilment', '--data', 'd'], /--fulfilment without --data/],
  [['--fulfilment', '--evolve'], /--evolve or --fulfilment, found both/],
  [['--json=yes'], /--json/],
]

for (const [args, message] of wrong) {
  test(`'${args.join(' ')}' is refused in one line`, () => {
    assert.throws(
      () => parseOptions(args),
      (error: Error) => {
        assert.equal(error.name, 'UsageError')
        assert.match(error.message, message)
        assert.equal(error.message.includes('\n'), false)
        return true
      },
    )
  })
}

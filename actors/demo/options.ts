/**
 * What the demo can be asked for on its command line.
 *
 * Turns arguments into complete, trusted options, or says in one line what is wrong with them. It
 * reads nothing but the arguments.
 */

import { parseArgs } from 'node:util'

/** The command line is not one that the demo understands. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export interface DemoOptions {
  readonly help: boolean
  /** Changes the code under a log instead: other schemas, another version of a view. */
  readonly evolve: boolean
  /** Fulfils orders twice instead, by handlers and by a saga, with kills in the middle. */
  readonly fulfilment: boolean
  /** Orders to make up. Integer in [1, 1_000_000]. @default 20_000; 1_000 to be fulfilled */
  readonly count: number
  /** Directory of real orders, instead of made-up ones. */
  readonly ordersDirectory: string | null
  /** Decides the made-up orders and the faults. Integer in [0, 4_294_967_295]. @default 1 */
  readonly seed: number
  /** Share of deliveries that fail at first; 0 turns every fault off. In [0, 1]. @default 0.02 */
  readonly faultRate: number
  /** Directory to keep; one that an interrupted run has left is gone on with. @default a fresh one */
  readonly dataDirectory: string | null
  /** Worker threads, or everything on the main thread. @default 2 */
  readonly workers: number | 'inline'
  /** Print the figures as JSON on stdout, and nothing else there. */
  readonly json: boolean
}

export const usage = `npm run demo -- [options]

  --count N        orders to make up (default 20000; with --fulfilment 1000)
  --orders DIR     real orders instead: orders.csv, order_items.csv, order_payments.csv
  --seed N         decides made-up orders and faults (default 1)
  --faults RATE    share of deliveries that fail at first, 0 to 1 (default 0.02; 0: no faults)
  --data DIR       keep the data there; goes on with what an interrupted run has left
  --workers N      worker threads, or 'inline' for none (default 2)
  --evolve         change the code under the log: new schemas, a view filled beside the old one
  --fulfilment     fulfil orders by handlers, then by a saga, each killed on the way
  --json           print the figures as JSON on stdout, everything else on stderr
  --help           print this
`

/** @throws {UsageError} with one line that says what was expected and what was found. */
export function parseOptions(args: readonly string[]): DemoOptions {
  const values = parseArguments(args)
  if (values.count !== undefined && values.orders !== undefined) {
    throw new UsageError('expected --count or --orders, found both')
  }
  if (values.evolve === true && values.data !== undefined) {
    throw new UsageError('expected --evolve without --data: the directory is for the new code only')
  }
  if (values.fulfilment === true && values.data !== undefined) {
    throw new UsageError(
      'expected --fulfilment without --data: each twin has a directory of its own',
    )
  }
  if (values.fulfilment === true && values.evolve === true) {
    throw new UsageError('expected --evolve or --fulfilment, found both')
  }
  const countDefault = values.fulfilment === true ? '1000' : '20000'
  return {
    help: values.help === true,
    evolve: values.evolve === true,
    fulfilment: values.fulfilment === true,
    count: integer('--count', values.count ?? countDefault, 1, 1_000_000),
    ordersDirectory: path('--orders', values.orders),
    seed: integer('--seed', values.seed ?? '1', 0, 2 ** 32 - 1),
    faultRate: rate('--faults', values.faults ?? '0.02'),
    dataDirectory: path('--data', values.data),
    workers: values.workers === 'inline' ? 'inline' : workers(values.workers ?? '2'),
    json: values.json === true,
  }
}

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const

function parseArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        count: text,
        orders: text,
        seed: text,
        faults: text,
        data: text,
        workers: text,
        evolve: flag,
        fulfilment: flag,
        json: flag,
        help: flag,
      },
    }).values
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0]!)
  }
}

function integer(name: string, found: string, min: number, max: number): number {
  const value = /^\d{1,15}$/.test(found) ? Number(found) : Number.NaN
  if (value >= min && value <= max) return value
  throw new UsageError(`expected ${name} to be an integer from ${min} to ${max}, found '${found}'`)
}

function workers(found: string): number {
  if (/^\d{1,3}$/.test(found) && Number(found) >= 1 && Number(found) <= 64) return Number(found)
  throw new UsageError(`expected --workers to be 1 to 64, or inline, found '${found}'`)
}

function rate(name: string, found: string): number {
  const value = /^(\d+(\.\d+)?|\.\d+)$/.test(found) ? Number(found) : Number.NaN
  if (value >= 0 && value <= 1) return value
  throw new UsageError(`expected ${name} to be a number from 0 to 1, found '${found}'`)
}

function path(name: string, found: string | undefined): string | null {
  if (found === '') throw new UsageError(`expected ${name} to be a directory, found nothing`)
  return found ?? null
}

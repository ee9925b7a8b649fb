/**
 * What the demo starts from: the commands to send, the directory to keep, the faults to inject.
 */

import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OrderCommand } from '../order/order-command.js'
import { InputError } from './csv.js'
import { installFaultPlan } from './fault-file.js'
import { drawFaultPlan } from './fault-plan.js'
import { generateOrders } from './generated-orders.js'
import { readOlistOrders } from './olist.js'
import type { DemoOptions } from './options.js'

/** @throws {InputError} when the files of real orders are not what they have to be. */
export async function readCommands(options: DemoOptions): Promise<OrderCommand[]> {
  return options.ordersDirectory === null
    ? generateOrders(options.count, options.seed)
    : await readOlistOrders(options.ordersDirectory)
}

/**
 * The directory that was asked for, or a fresh one.
 *
 * @throws {InputError} when there is no such directory, and none can be made.
 */
export async function makeDirectory({ dataDirectory }: DemoOptions): Promise<string> {
  if (dataDirectory === null) return await mkdtemp(join(tmpdir(), 'dramatis-demo-'))
  await mkdir(dataDirectory, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(
      `expected --data to be a directory, found ${error.code} (${error.message})`,
    )
  })
  return dataDirectory
}

/** Faults are drawn from the orders that can be created: the others have no events to fail on. */
export async function installFaults(
  commands: readonly OrderCommand[],
  directory: string,
  { seed, faultRate }: DemoOptions,
): Promise<void> {
  const created = commands.filter(({ step, payload }) => step === 'create' && payload.lines.length)
  await installFaultPlan(directory, drawFaultPlan(orderIdsOf(created), seed, faultRate))
}

/** Each order once, sorted. */
export function orderIdsOf(commands: readonly OrderCommand[]): string[] {
  return [...new Set(commands.map((command) => command.orderId))].sort()
}

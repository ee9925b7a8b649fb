/**
 * What a store holds, in a form that can be compared: states, rows of the views, dead letters.
 *
 * Taken before closing and after opening again, it proves that everything came back. Large parts are
 * kept as digests, so that comparing a million rows takes no memory.
 */

import { createHash, type Hash } from 'node:crypto'
import type { AnyProjector, ProjectorDefinition, Runtime } from 'dramatis'
import { Order } from '../order/order.js'
import { OrderSummary } from '../views/order-summary.js'
import { RevenueByMonth } from '../views/revenue-by-month.js'

export interface Evidence {
  readonly states: string
  readonly orderSummary: string
  readonly revenueByMonth: string
  readonly deadLetters: string
}

const pageRows = 500
/** States are compared for so many orders at most, spread evenly over all. */
const statesMax = 5_000

/** Reads everything that {@link Evidence} is made of. */
export async function collectEvidence(
  runtime: Runtime,
  orderIds: readonly string[],
): Promise<Evidence> {
  return {
    states: await digestStates(runtime, orderIds),
    ...(await collectViewEvidence(runtime)),
    deadLetters: await digestDeadLetters(runtime),
  }
}

/** The rows of both views. */
export async function collectViewEvidence(
  runtime: Runtime,
): Promise<Pick<Evidence, 'orderSummary' | 'revenueByMonth'>> {
  return {
    orderSummary: await digestRows(runtime, OrderSummary),
    revenueByMonth: await digestRows(runtime, RevenueByMonth),
  }
}

/** The names of the parts that differ. */
export function differences<T extends Partial<Evidence>>(before: T, after: T): string[] {
  return Object.keys(before).filter((part) => before[part as keyof T] !== after[part as keyof T])
}

/** All rows of a view, by id, page by page. */
export async function* rowsOf<N extends string, Row, I extends string>(
  runtime: Runtime,
  view: ProjectorDefinition<N, Row, I>,
): AsyncGenerator<Row> {
  let after: string | null | undefined
  do {
    const page = await runtime.view(view).find({ limit: pageRows, ...(after ? { after } : {}) })
    yield* page.rows
    after = page.next
  } while (after)
}

async function digestRows(runtime: Runtime, view: AnyProjector): Promise<string> {
  const digest = createDigest()
  for await (const row of rowsOf(runtime, view)) digest.add(row)
  return digest.text()
}

async function digestStates(runtime: Runtime, orderIds: readonly string[]): Promise<string> {
  const digest = createDigest()
  const step = Math.max(1, Math.ceil(orderIds.length / statesMax))
  for (let at = 0; at < orderIds.length; at += step) {
    digest.add(await runtime.actor(Order, orderIds[at]!).state())
  }
  return digest.text()
}

async function digestDeadLetters(runtime: Runtime): Promise<string> {
  const digest = createDigest()
  let after: string | null | undefined
  do {
    const page = await runtime.deadLetters.list({ limit: 100, ...(after ? { after } : {}) })
    for (const { handler, key, position, attempts, cause, queued } of page.entries) {
      digest.add({ handler, key, position, attempts, cause, queued })
    }
    after = page.next
  } while (after)
  return digest.text()
}

interface Digest {
  add(value: unknown): void
  /** How many values there were, and the SHA-256 of them all. */
  text(): string
}

function createDigest(): Digest {
  const hash: Hash = createHash('sha256')
  let count = 0
  return {
    add: (value) => {
      count++
      hash.update(`${canonicalText(value)}\n`)
    },
    text: () => `${count} ${hash.digest('hex')}`,
  }
}

/** JSON with sorted fields: the same for equal values. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

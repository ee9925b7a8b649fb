/**
 * The books of fulfilment: adds up all orders from the log, and says which laws hold.
 *
 * A reader of the log, no view, so that it proves things about any data directory, whatever app wrote it:
 * the choreographed one or its orchestrated twin. Takes the log as it is when it is called.
 */

import type { Runtime } from 'dramatis'
import { laws } from './books/laws.js'
import { type BookedEvent, bookedTypes, Ledger } from './books/ledger.js'
import { isCompensated, isFulfilled, shippedCents, undecidedCents } from './books/order-book.js'

/** One law, and who breaks it. */
export interface LawReport {
  readonly name: string
  /** `at rest`: may be broken while orders are on their way. */
  readonly holds: 'always' | 'at rest'
  /** How many orders or products break it. */
  readonly broken: number
  /** The first of them: at most {@link examplesMax}. */
  readonly examples: readonly string[]
}

/** Sums over all orders and products. Money in cents, stock in pieces. */
export interface BooksFigures {
  readonly orders: number
  readonly fulfilled: number
  readonly compensated: number
  readonly capturedCents: number
  readonly shippedCents: number
  readonly refundedCents: number
  /** Captured, and neither shipped nor refunded yet. */
  readonly undecidedCents: number
  readonly products: number
  readonly received: number
  readonly available: number
  readonly reserved: number
  readonly taken: number
}

export interface BooksReport {
  /** Whether every law holds, those for times of rest included. */
  readonly isSound: boolean
  readonly laws: readonly LawReport[]
  readonly figures: BooksFigures
}

/** Ids that a law names at most. */
export const examplesMax = 20

/** Reads the whole log. Takes memory for each order and product, not for each event. */
export async function checkBooks(runtime: Pick<Runtime, 'log'>): Promise<BooksReport> {
  const ledger = new Ledger()
  for await (const event of runtime.log.read({ after: 0, types: bookedTypes })) {
    ledger.enter(event as BookedEvent)
  }
  return reportOf(ledger)
}

/** The books of a history that is in no log. */
export function checkHistory(events: Iterable<BookedEvent>): BooksReport {
  const ledger = new Ledger()
  for (const event of events) ledger.enter(event)
  return reportOf(ledger)
}

function reportOf(ledger: Ledger): BooksReport {
  const reports = laws.map(({ name, holds, brokenBy }) => {
    const ids = [...brokenBy(ledger)]
    return { name, holds, broken: ids.length, examples: ids.slice(0, examplesMax) }
  })
  return {
    isSound: reports.every(({ broken }) => broken === 0),
    laws: reports,
    figures: figuresOf(ledger),
  }
}

function figuresOf({ orders, products }: Ledger): BooksFigures {
  const books = [...orders.values()]
  const stocks = [...products.values()].map(({ figures }) => figures)
  return {
    orders: books.length,
    fulfilled: books.filter(isFulfilled).length,
    compensated: books.filter(isCompensated).length,
    capturedCents: sumOf(books, ({ capturedCents }) => capturedCents),
    shippedCents: sumOf(books, shippedCents),
    refundedCents: sumOf(books, ({ refundedCents }) => refundedCents),
    undecidedCents: sumOf(books, undecidedCents),
    products: stocks.length,
    received: sumOf(stocks, ({ received }) => received),
    available: sumOf(stocks, ({ available }) => available),
    reserved: sumOf(stocks, ({ reserved }) => reserved),
    taken: sumOf(stocks, ({ taken }) => taken),
  }
}

function sumOf<Each>(all: readonly Each[], figureOf: (each: Each) => number): number {
  return all.reduce((sum, each) => sum + figureOf(each), 0)
}

/**
 * The laws of fulfilment: what must hold of every order and every product, whoever coordinates them.
 *
 * Pure functions over the ledger. Some hold at every moment; the others once everything has come to rest:
 * no event waits for anybody.
 */

import type { Ledger } from './ledger.js'
import {
  isCompensated,
  isFulfilled,
  type OrderBook,
  shippedCents,
  undecidedCents,
} from './order-book.js'

export interface Law {
  readonly name: string
  /** `at rest`: may be broken for a while, as long as orders are on their way. */
  readonly holds: 'always' | 'at rest'
  /** The orders or products that break it. */
  readonly brokenBy: (ledger: Ledger) => Iterable<string>
}

export const laws: readonly Law[] = Object.freeze([
  {
    name: 'stock received = available + reserved + taken',
    holds: 'always',
    brokenBy: ({ products }) => keysWhere(products, (stock) => !stock.isBalanced),
  },
  {
    name: 'money captured = shipped + refunded + undecided',
    holds: 'always',
    brokenBy: ({ orders }) => keysWhere(orders, (book) => !isMoneyBalanced(book)),
  },
  {
    name: 'what is captured is what the order costs',
    holds: 'always',
    brokenBy: ({ orders }) =>
      keysWhere(orders, ({ capturedCents, totalCents }) => capturedCents > totalCents),
  },
  {
    name: 'what is paid was captured',
    holds: 'always',
    brokenBy: ({ orders }) =>
      keysWhere(orders, ({ paidCents, capturedCents }) => paidCents > capturedCents),
  },
  {
    name: 'no order is both delivered and refunded',
    holds: 'always',
    brokenBy: ({ orders }) =>
      keysWhere(orders, (book) => book.arrived + book.delivered > 0 && book.refunds > 0),
  },
  {
    name: 'every order is delivered, or cancelled and compensated',
    holds: 'at rest',
    brokenBy: ({ orders }) =>
      keysWhere(orders, (book) => !isFulfilled(book) && !isCompensated(book)),
  },
  {
    name: 'what was taken from the shelf is what was booked for shipment',
    holds: 'at rest',
    brokenBy: ({ products, booked }) => [
      ...keysWhere(products, ({ figures }, id) => figures.taken !== (booked.get(id) ?? 0)),
      ...keysWhere(booked, (_quantity, id) => !products.has(id)),
    ],
  },
  {
    name: 'no reservation is left open',
    holds: 'at rest',
    brokenBy: ({ products }) => keysWhere(products, ({ openCount }) => openCount > 0),
  },
])

/** A refund of a part, a second one, or one beside a parcel that is out leaves a difference. */
function isMoneyBalanced(book: OrderBook): boolean {
  const { capturedCents, refundedCents } = book
  return capturedCents === shippedCents(book) + refundedCents + undecidedCents(book)
}

function* keysWhere<Value>(
  map: ReadonlyMap<string, Value>,
  breaks: (value: Value, id: string) => boolean,
): Generator<string> {
  for (const [id, value] of map) if (breaks(value, id)) yield id
}

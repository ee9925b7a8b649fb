/**
 * The ledger: the books of all orders and all products, written up from the log.
 *
 * Reads the events of `Order`, `Inventory`, `Payment` and `Shipment`, and of nobody else: how an order is
 * moved on, by handlers or by a saga, makes no difference. Keeps one small record per order and product.
 *
 * Invariant: events are entered in the order of the log, each once.
 */

import type { NewEvent } from 'dramatis'
import type { Inventory } from '../../inventory/inventory.js'
import type { Order } from '../../order/order.js'
import type { Payment } from '../../payment/payment.js'
import type { Shipment } from '../../shipment/shipment.js'
import type { Pieces } from '../pieces.js'
import { emptyOrderBook, type OrderBook } from './order-book.js'
import { StockBook } from './stock-book.js'

/** What of an event the books need: recorded ones have it, and so have those of a test. */
export type BookedEvent = NewEvent & { readonly aggregateId: string }

/** The data of those of the events that are read here. */
interface Data {
  readonly totalCents: number
  readonly amountCents: number
  readonly quantity: number
  readonly reservationId: string
  readonly pieces: readonly Pieces[]
}

type Entry = (ledger: Ledger, aggregateId: string, data: Data) => void

export class Ledger {
  readonly orders: Map<string, OrderBook> = new Map()
  readonly products: Map<string, StockBook> = new Map()
  /** By product, the pieces in shipments that were booked. */
  readonly booked: Map<string, number> = new Map()

  enter({ type, aggregateId, data }: BookedEvent): void {
    entries[type]?.(this, aggregateId, data as Data)
  }

  change(orderId: string, change: (book: OrderBook) => Partial<OrderBook>): void {
    const book = this.orders.get(orderId) ?? emptyOrderBook
    this.orders.set(orderId, { ...book, ...change(book) })
  }

  stock(productId: string): StockBook {
    const known = this.products.get(productId)
    if (known !== undefined) return known
    const opened = new StockBook()
    this.products.set(productId, opened)
    return opened
  }

  book(pieces: readonly Pieces[]): void {
    for (const { productId, quantity } of pieces) {
      this.booked.set(productId, (this.booked.get(productId) ?? 0) + quantity)
    }
  }
}

const stockEntries: Readonly<Record<keyof typeof Inventory.events, Entry>> = {
  StockReceived: (ledger, id, { quantity }) => ledger.stock(id).receive(quantity),
  StockReserved: (ledger, id, { reservationId, quantity }) =>
    ledger.stock(id).reserve(reservationId, quantity),
  StockReleased: (ledger, id, { reservationId, quantity }) =>
    ledger.stock(id).release(reservationId, quantity),
  StockTaken: (ledger, id, { reservationId, quantity }) =>
    ledger.stock(id).take(reservationId, quantity),
}

const orderEntries: Readonly<Record<keyof typeof Order.events, Entry>> = {
  OrderCreated: (ledger, id, { totalCents }) =>
    ledger.change(id, ({ created }) => ({ created: created + 1, totalCents })),
  OrderPaid: (ledger, id, { amountCents }) =>
    ledger.change(id, ({ paid, paidCents }) => ({
      paid: paid + 1,
      paidCents: paidCents + amountCents,
    })),
  OrderShipped: () => {},
  OrderDelivered: (ledger, id) =>
    ledger.change(id, ({ delivered }) => ({ delivered: delivered + 1 })),
  OrderCancelled: (ledger, id) =>
    ledger.change(id, ({ cancelled }) => ({ cancelled: cancelled + 1 })),
}

const paymentEntries: Readonly<Record<keyof typeof Payment.events, Entry>> = {
  PaymentAuthorised: () => {},
  PaymentCaptured: (ledger, id, { amountCents }) =>
    ledger.change(id, ({ capturedCents }) => ({ capturedCents: capturedCents + amountCents })),
  PaymentRefunded: (ledger, id, { amountCents }) =>
    ledger.change(id, ({ refundedCents, refunds }) => ({
      refundedCents: refundedCents + amountCents,
      refunds: refunds + 1,
    })),
  PaymentFailed: () => {},
}

const shipmentEntries: Readonly<Record<keyof typeof Shipment.events, Entry>> = {
  ShipmentBooked: (ledger, id, { pieces }) => {
    ledger.book(pieces)
    ledger.change(id, ({ booked }) => ({ booked: booked + 1 }))
  },
  ParcelHandedOver: (ledger, id) =>
    ledger.change(id, ({ handedOver }) => ({ handedOver: handedOver + 1 })),
  ParcelDelivered: (ledger, id) => ledger.change(id, ({ arrived }) => ({ arrived: arrived + 1 })),
  ParcelLost: (ledger, id) => ledger.change(id, ({ lost }) => ({ lost: lost + 1 })),
}

const entries: Readonly<Record<string, Entry>> = {
  ...stockEntries,
  ...orderEntries,
  ...paymentEntries,
  ...shipmentEntries,
}

/** The types of all events that are entered. */
export const bookedTypes: readonly string[] = Object.keys(entries)

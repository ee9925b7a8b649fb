/**
 * Commands of steps that were recorded already, found in the streams of their actors.
 *
 * An actor recognises a repeated command among its newest events only. A delivery that comes again may
 * come later than that: after a crash, when others were delivered before it, or after pauses between its
 * attempts. So what may have been sent before is looked for, among what its actor recorded since it was
 * decided: that is where it is, if it is anywhere. Deliveries that cannot be repeated read nothing.
 *
 * Invariants:
 *   - a command that was recorded after its decision is found, however many events came after it;
 *   - after an opening a stream is read once for many deliveries, not once for each.
 */

import type { HandlerContext, HandlerReceipt } from '../define/handler.js'
import type { Position, RecordedEvent } from '../events/event.js'
import type { EventStore } from '../store/contracts.js'

/** The receipt of a command that was recorded already; `undefined`: it was not, or need not be asked for. */
export type FindSent = (streamId: string, commandId: string) => Promise<HandlerReceipt | undefined>

/** By commandId. */
type Receipts = ReadonlyMap<string, HandlerReceipt>

/** What of a stream was read: everything behind a position, to where the log ended at the opening or later. */
interface ReadStream {
  readonly after: Position
  readonly receipts: Receipts
}

/** Receipts and streams that are remembered; past that all are forgotten, and read again when asked for. */
const rememberedMax = 100_000

const findNothing: FindSent = () => Promise.resolve(undefined)

export class SentBefore {
  readonly #store: Pick<EventStore, 'readStream'>
  /** How the ids of the saga's commands begin. */
  readonly #idPrefix: string
  /** Whatever was decided later is delivered for the first time, unless the delivery says otherwise. */
  readonly #openedAt: Position
  readonly #streams = new Map<string, ReadStream>()
  #remembered = 0

  constructor(store: Pick<EventStore, 'readStream' | 'head'>, saga: string) {
    this.#store = store
    this.#idPrefix = `${saga}-`
    this.#openedAt = store.head
  }

  /**
   * What one delivery asks. Rejects with DRAMATIS_DAMAGED_RECORD, as reading does.
   *
   * @param decidedAt - Position of the event that is delivered, which decided what to send.
   */
  forDelivery(
    decidedAt: Position,
    { attempt, redrives }: Pick<HandlerContext, 'attempt' | 'redrives'>,
  ): FindSent {
    // Then it may have been sent by this process, at any time since.
    const isRepeated = attempt > 1 || redrives > 0
    if (!isRepeated && decidedAt > this.#openedAt) return findNothing
    const asked = new Map<string, Promise<Receipts>>()
    return async (streamId, commandId) => {
      const known = asked.get(streamId)
      const receipts =
        known ??
        (isRepeated ? this.#read(streamId, decidedAt) : this.#readOnce(streamId, decidedAt))
      asked.set(streamId, receipts)
      return (await receipts).get(commandId)
    }
  }

  async #readOnce(streamId: string, after: Position): Promise<Receipts> {
    const known = this.#streams.get(streamId)
    if (known !== undefined && known.after <= after) return known.receipts
    const receipts = await this.#read(streamId, after)
    if (this.#remembered + receipts.size >= rememberedMax) {
      this.#streams.clear()
      this.#remembered = 0
    }
    this.#streams.set(streamId, { after, receipts })
    this.#remembered += receipts.size + 1
    return receipts
  }

  async #read(streamId: string, after: Position): Promise<Receipts> {
    const receipts = new Map<string, HandlerReceipt>()
    for await (const event of this.#store.readStream(streamId, { backward: true })) {
      if (event.position <= after) break
      const { commandId } = event.metadata
      // The last event of a command comes first, and is what its receipt tells.
      if (!commandId.startsWith(this.#idPrefix) || receipts.has(commandId)) continue
      receipts.set(commandId, receiptOf(event))
    }
    return receipts
  }
}

function receiptOf({ streamId, version, position }: RecordedEvent): HandlerReceipt {
  return { streamId, version, position, duplicate: true }
}

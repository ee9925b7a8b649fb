/**
 * The flight recorder: which events a thread is handling, in memory that outlives the thread.
 *
 * The thread notes the position before it calls user code and clears it afterwards. When the thread
 * dies, or stops answering, the host reads which events were in flight. Runs per event, so it is two
 * stores and no more.
 *
 * Layout: per slot a position (0: none) and a count of deliveries, which tells a long delivery from
 * many short ones.
 */

export interface FlightSlot {
  readonly slot: number
  /** Position in flight, or 0. */
  readonly position: number
  /** Deliveries begun in this slot so far. */
  readonly count: number
}

export class Flight {
  readonly #cells: Float64Array

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new Float64Array(memory)
  }

  /** Memory for so many slots, to be shared with the thread. */
  static allocate(slots: number): SharedArrayBuffer {
    return new SharedArrayBuffer(slots * 2 * Float64Array.BYTES_PER_ELEMENT)
  }

  begin(slot: number, position: number): void {
    this.#cells[slot * 2] = position
    this.#cells[slot * 2 + 1]! += 1
  }

  end(slot: number): void {
    this.#cells[slot * 2] = 0
  }

  /** The slots that hold an event now. */
  inFlight(): FlightSlot[] {
    const slots: FlightSlot[] = []
    for (let slot = 0; slot * 2 < this.#cells.length; slot++) {
      const position = this.#cells[slot * 2]!
      if (position > 0) slots.push({ slot, position, count: this.#cells[slot * 2 + 1]! })
    }
    return slots
  }
}

/**
 * Watches a flight from the host: finds slots whose delivery has not changed for too long.
 * The thread enforces timeouts itself; this notices when the thread no longer runs at all.
 */
export class FlightWatch {
  readonly #flight: Flight
  readonly #stuckMs: number
  #seen = new Map<number, { readonly count: number; readonly sinceMs: number }>()

  /** @param stuckMs - How long one delivery may last before its thread counts as hung. */
  constructor(flight: Flight, stuckMs: number) {
    this.#flight = flight
    this.#stuckMs = stuckMs
  }

  /** The first slot that is stuck at this moment, if any. */
  findStuck(elapsedMs: number): FlightSlot | undefined {
    const slots = this.#flight.inFlight()
    const before = this.#seen
    this.#seen = new Map(
      slots.map((slot) => {
        const seen = before.get(slot.slot)
        const same = seen !== undefined && seen.count === slot.count
        return [slot.slot, { count: slot.count, sinceMs: same ? seen.sinceMs : elapsedMs }]
      }),
    )
    return slots.find((slot) => elapsedMs - this.#seen.get(slot.slot)!.sinceMs > this.#stuckMs)
  }
}

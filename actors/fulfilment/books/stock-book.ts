/**
 * The book of one product: where its pieces are, kept by what happened to each reservation.
 *
 * It takes nothing on trust. Each of the four figures is kept from other fields of other events than the
 * actor's state: a reservation is closed by what it was opened with, whatever the closing event says.
 * So a piece that was released twice, or taken without having been reserved, shows.
 */

/** Pieces. In a sound history: received = available + reserved + taken. */
export interface StockFigures {
  readonly received: number
  readonly available: number
  readonly reserved: number
  readonly taken: number
}

export class StockBook {
  #received = 0
  #available = 0
  #availableMin = 0
  #taken = 0
  readonly #open = new Map<string, number>()

  receive(quantity: number): void {
    this.#received += quantity
    this.#change(quantity)
  }

  reserve(reservationId: string, quantity: number): void {
    // A second one under the same id hides the first, whose pieces are then missing from the sum.
    this.#open.set(reservationId, quantity)
    this.#change(-quantity)
  }

  release(reservationId: string, quantity: number): void {
    this.#open.delete(reservationId)
    this.#change(quantity)
  }

  take(reservationId: string, quantity: number): void {
    this.#open.delete(reservationId)
    this.#taken += quantity
  }

  /** How many reservations are open. */
  get openCount(): number {
    return this.#open.size
  }

  /** Whether every piece is in one place, and never more were reserved than there were. */
  get isBalanced(): boolean {
    const { received, available, reserved, taken } = this.figures
    return received === available + reserved + taken && this.#availableMin >= 0
  }

  get figures(): StockFigures {
    return {
      received: this.#received,
      available: this.#available,
      reserved: [...this.#open.values()].reduce((sum, quantity) => sum + quantity, 0),
      taken: this.#taken,
    }
  }

  #change(quantity: number): void {
    this.#available += quantity
    this.#availableMin = Math.min(this.#availableMin, this.#available)
  }
}

/**
 * A first-in, first-out queue of messages, as one growing ring.
 *
 * Takes and gives in constant time and allocates only to grow. It neither bounds itself nor knows
 * what a message is. Runs per waiting command.
 *
 * Invariants:
 *   - messages leave in the order in which they came, but for one that is put first;
 *   - `capacity` is a power of two, and a slot that holds no message is empty.
 */

const capacityMin = 8
/** An empty ring larger than this is given back. */
const capacityKept = 1_024

export class Mailbox<Message> {
  #slots: (Message | undefined)[] = new Array(capacityMin)
  #first = 0
  #depth = 0

  /** How many messages wait. */
  get depth(): number {
    return this.#depth
  }

  put(message: Message): void {
    if (this.#depth === this.#slots.length) this.#grow()
    this.#slots[(this.#first + this.#depth) & (this.#slots.length - 1)] = message
    this.#depth++
  }

  /** Puts a message before all others. */
  putFirst(message: Message): void {
    if (this.#depth === this.#slots.length) this.#grow()
    this.#first = (this.#first - 1) & (this.#slots.length - 1)
    this.#slots[this.#first] = message
    this.#depth++
  }

  /** Takes the oldest message out. `undefined`: there is none. */
  take(): Message | undefined {
    if (this.#depth === 0) return undefined
    const message = this.#slots[this.#first]
    this.#slots[this.#first] = undefined
    this.#first = (this.#first + 1) & (this.#slots.length - 1)
    this.#depth--
    if (this.#depth === 0 && this.#slots.length > capacityKept) this.#reset(capacityMin)
    return message
  }

  /** Takes one message out of the middle; the order of the others stays. False: it is not here. */
  remove(message: Message): boolean {
    const others = this.takeAll()
    for (const each of others) if (each !== message) this.put(each)
    return this.#depth < others.length
  }

  /** Takes all messages out, oldest first. */
  takeAll(): Message[] {
    const messages: Message[] = []
    for (let next = this.take(); next !== undefined; next = this.take()) messages.push(next)
    return messages
  }

  #grow(): void {
    const capacity = this.#slots.length * 2
    const messages = this.takeAll()
    this.#reset(capacity)
    for (const message of messages) this.put(message)
  }

  #reset(capacity: number): void {
    this.#slots = new Array(capacity)
    this.#first = 0
  }
}

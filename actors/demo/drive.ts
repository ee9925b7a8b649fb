/**
 * Sends a history of commands: different orders at the same time, each order's one by one.
 *
 * Commands are taken in the order of history. A bounded number is in flight; an order's next command
 * waits for the answer to its last. A refusal is an answer like any other. Anything else that `send`
 * throws ends the drive: nothing new is sent, what is in flight is awaited, and the error is thrown.
 */

import type { OrderCommand } from '../order/order-command.js'

/** What the domain said: how many events it recorded, or why it refused. */
export type Answer =
  | { readonly refusal: null; readonly events: number }
  | { readonly refusal: string; readonly events: 0 }

export interface DriveOptions {
  readonly send: (command: OrderCommand) => Promise<Answer>
  readonly onAnswer: (answer: Answer) => void
  /** Commands on their way at the same time, those that wait for their order included. */
  readonly inFlightMax: number
  readonly signal: AbortSignal
}

/** @throws what `send` threw first, or the reason of the signal, when all in flight is settled. */
export async function driveCommands(
  commands: readonly OrderCommand[],
  options: DriveOptions,
): Promise<void> {
  const drive = new Drive(options)
  for (const command of commands) {
    if (!(await drive.hasRoom())) break
    drive.start(command)
  }
  await drive.settled()
}

/** What is in flight. States: running; ending, once `send` has failed or the signal is aborted. */
class Drive {
  readonly #options: DriveOptions
  /** The last command in flight of each order. */
  readonly #lastOfOrder = new Map<string, Promise<void>>()
  #inFlight = 0
  /** Wakes the one that waits in {@link hasRoom} or {@link settled}. */
  #onDone: (() => void) | null = null
  #failure: { readonly error: unknown } | null = null

  constructor(options: DriveOptions) {
    this.#options = options
  }

  /** Waits until one more may start; `false` when none may any more. */
  async hasRoom(): Promise<boolean> {
    while (this.#inFlight >= this.#options.inFlightMax) await this.#oneDone()
    return !this.#isEnding()
  }

  start(command: OrderCommand): void {
    const { orderId } = command
    const before = this.#lastOfOrder.get(orderId)
    const done = this.#sendAfter(before, command).then(() => {
      if (this.#lastOfOrder.get(orderId) === done) this.#lastOfOrder.delete(orderId)
      this.#inFlight--
      this.#onDone?.()
    })
    this.#inFlight++
    this.#lastOfOrder.set(orderId, done)
  }

  /** Waits for all in flight, then throws what ended the drive, if anything did. */
  async settled(): Promise<void> {
    while (this.#inFlight > 0) await this.#oneDone()
    if (this.#failure !== null) throw this.#failure.error
    this.#options.signal.throwIfAborted()
  }

  async #sendAfter(before: Promise<void> | undefined, command: OrderCommand): Promise<void> {
    await before
    if (this.#isEnding()) return
    try {
      this.#options.onAnswer(await this.#options.send(command))
    } catch (error) {
      this.#failure ??= { error }
    }
  }

  #isEnding(): boolean {
    return this.#failure !== null || this.#options.signal.aborted
  }

  #oneDone(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDone = resolve
    })
  }
}

/**
 * What the benchmarks of the write path run: a program that makes a batch of commands durable.
 *
 * Both programs record the same events, with 1,000 of them on their way at any time.
 */

export interface Program {
  readonly name: string
  /** Makes {@link batchCommands} events durable. Resolves when the last one survives power loss. */
  writeBatch(): Promise<void>
  /** Events that are in its log. */
  recorded(): number
  close(): Promise<void>
}

export const actors = 1_000
const commandsPerActor = 10
export const batchCommands: number = actors * commandsPerActor

/** About 100 bytes, as an order's events have. */
export const payload: { readonly amountCents: number; readonly note: string } = Object.freeze({
  amountCents: 12_345,
  note: 'one of a thousand actors was told something that is worth some eighty bytes of text',
})

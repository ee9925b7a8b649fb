/**
 * Repeats: the answer to a command that its actor remembers, instead of deciding it again.
 *
 * Whether it is remembered is known by then, and what had to be read back has been (`recall.ts`).
 */

import type { Receipt } from './command.js'
import type { RememberedCommand } from './command-window.js'
import { CommandIdReusedError } from './errors.js'
import type { Message } from './message.js'

/**
 * The receipt of the command that a message repeats.
 *
 * @throws {CommandIdReusedError} DRAMATIS_COMMAND_ID_REUSED
 */
export function repeat(message: Message, recorded: RememberedCommand): Receipt {
  const { metadata, commandHash } = message.context!
  if (recorded.hash !== commandHash) {
    const { streamId, name } = message
    throw new CommandIdReusedError(streamId, metadata.commandId, name, recorded.name ?? undefined)
  }
  // One that is durable was read back before the message ran.
  const receipt = recorded.receipt ?? (message.answer as Receipt)
  message.remembered = recorded
  return { ...receipt, duplicate: true }
}

/**
 * Answers the messages of a transaction that any of its actors remembers. Their hash is that of the
 * whole transaction, so an actor that does not remember it recorded nothing, or too much since.
 *
 * @returns false: none of them remembers it.
 * @throws {CommandIdReusedError} DRAMATIS_COMMAND_ID_REUSED
 */
export function repeatTogether(messages: readonly Message[]): boolean {
  const recorded = messages.map(({ actor, context }) =>
    context!.commandHash === undefined
      ? undefined
      : actor!.recordedCommand(context!.metadata.commandId),
  )
  if (recorded.every((each) => each === undefined)) return false
  const receipts = messages.map((message, at) => {
    const known = recorded[at]
    return known === undefined ? receiptOfNothing(message) : repeat(message, known)
  })
  for (const [at, message] of messages.entries()) message.answer = receipts[at]
  return true
}

function receiptOfNothing({ actor }: Message): Receipt {
  const { streamId, version, position } = actor!
  return { streamId, version, position, events: [], duplicate: true }
}

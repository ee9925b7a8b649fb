/**
 * Recall: reading back what an actor has to know before it can run a command that its caller named.
 *
 * Two things may not be in memory: the part of the command window that lies before the snapshot which
 * the actor began with, and the events of a command that is repeated. The actor runs nothing meanwhile,
 * so that its answers stay in order. Reads are bounded by the window and by the events of one command.
 */

import type { RecordedEvent } from '../events/event.js'
import type { EventStore } from '../store/contracts.js'
import type { Actor } from './actor.js'
import type { Receipt } from './command.js'
import { CommandWindow, type RememberedCommand, windowStart } from './command-window.js'
import type { Message } from './message.js'

/**
 * Whether a message of a command that its caller named can run only after {@link recall}.
 *
 * @param recorded - What its actor remembers of that command. Runs per command.
 */
export function mustRecall(
  actor: Actor,
  message: Message,
  recorded: RememberedCommand | undefined,
  windowEvents: number,
): boolean {
  if (recorded !== undefined) return isToRead(recorded, message)
  return actor.windowAfter > windowStart(actor.version, windowEvents)
}

/**
 * Reads what the message needs; afterwards {@link mustRecall} is false for it.
 *
 * @throws {DamagedRecordError} DRAMATIS_DAMAGED_RECORD
 * @throws {StoreStoppedError} DRAMATIS_STORE_STOPPED
 * @throws {UpcastFailedError} DRAMATIS_UPCAST_FAILED
 */
export async function recall(
  store: EventStore,
  actor: Actor,
  message: Message,
  windowEvents: number,
): Promise<void> {
  const { commandId } = message.context!.metadata
  if (actor.recordedCommand(commandId) === undefined) {
    await completeWindow(store, actor, windowEvents)
  }
  const known = actor.recordedCommand(commandId)
  if (known === undefined || !isToRead(known, message)) return
  message.answer = await readReceipt(store, actor, commandId, known)
}

function isToRead(known: RememberedCommand, message: Message): boolean {
  const isRepeated = known.hash === message.context!.commandHash
  return isRepeated && known.receipt === null && message.answer === undefined
}

async function completeWindow(
  store: EventStore,
  actor: Actor,
  windowEvents: number,
): Promise<void> {
  const start = windowStart(actor.version, windowEvents)
  const events: RecordedEvent[] = []
  const options = { afterVersion: start, toVersion: actor.windowAfter, backward: true }
  for await (const event of store.readStream(actor.streamId, options)) events.push(event)
  actor.window ??= new CommandWindow(windowEvents)
  actor.window.addOlder(events)
  actor.windowAfter = start
}

/** The receipt that the command itself was given, its events as what they are today. */
async function readReceipt(
  store: EventStore,
  { streamId, windowAfter, type }: Actor,
  commandId: string,
  { first, version }: RememberedCommand,
): Promise<Receipt> {
  const events: RecordedEvent[] = []
  const options = { afterVersion: first - 1, toVersion: version }
  for await (const event of store.readStream(streamId, options)) events.push(event)
  // What is known of a command at the edge of what was read may be its end only.
  if (first > 1 && first === windowAfter + 1) await addBeginning()
  const { position } = events.at(-1)!
  const current = events.flatMap((event) => type.upcasts.upcast(event) ?? [event])
  return { streamId, version, position, events: current, duplicate: false }

  async function addBeginning(): Promise<void> {
    const before = { toVersion: first - 1, backward: true }
    for await (const event of store.readStream(streamId, before)) {
      if (event.metadata.commandId !== commandId) return
      events.unshift(event)
    }
  }
}

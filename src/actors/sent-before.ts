/**
 * Commands that were sent before, found in the streams of their actors.
 *
 * An actor recognises a repeated command among its newest events only. What the runtime sends by itself, for
 * a handler, a step or a timer, may come again later than that: after a crash, when others came before it,
 * or after pauses between its attempts. So what may have been sent before is looked for, among what its
 * actor recorded since whatever led to it: that is where it is, if it is anywhere. Whoever sends says what
 * may have been; everything else, which is nearly all, reads nothing.
 *
 * Invariants:
 *   - a command that is durable is found, however many events came after it;
 *   - one that is still being sent, by a delivery that was given up, is waited for before it is looked for;
 *   - while a stream is remembered, none of its events is read twice.
 */

import type { HandlerReceipt } from '../define/handler.js'
import type { Position, RecordedEvent, Version } from '../events/event.js'
import type { EventStore } from '../store/contracts.js'

/** A command that was sent, before or now. */
export interface SentCommand {
  /** Of the command, as its repeat gets it. */
  readonly receipt: HandlerReceipt
  /** What it was recorded with; `undefined` where it was not found, or recorded without. */
  readonly commandHash: string | undefined
}

/** Where in its stream a command is looked for. */
export interface WhereSent {
  /** Whether an event was recorded before the command can have been. All before it were, then. */
  readonly isEarlier: (event: RecordedPlace) => boolean
  /** Whether it may have been sent since the opening; otherwise only before. */
  readonly untilNow: boolean
}

/** Where and when an event was recorded. */
export type RecordedPlace = Pick<RecordedEvent, 'position' | 'recordedAt'>

/** What of a stream was read: everything behind an event, up to a version. */
interface ReadStream {
  readonly commands: Map<string, SentCommand>
  /** `null`: it was read from its beginning. */
  readonly behind: RecordedPlace | null
  upTo: Version
}

/** Commands and streams that are remembered; past that all are forgotten, and read again when asked for. */
const rememberedMax = 100_000

export class SentBefore {
  readonly #store: Pick<EventStore, 'readStream'>
  readonly #isOurs: (commandId: string) => boolean
  /** Where the log ended: what comes later comes for the first time, unless it is a repeat in itself. */
  readonly #openedAt: Position
  /** Each after the one before it of the same stream. */
  readonly #streams = new Map<string, Promise<ReadStream>>()
  #remembered = 0
  /** What is being sent, by commandId. */
  readonly #underWay = new Map<string, Promise<unknown>>()

  /** @param isOurs - Whether a command of that id may be asked for; others are not remembered. */
  constructor(
    store: Pick<EventStore, 'readStream' | 'head'>,
    isOurs: (commandId: string) => boolean,
  ) {
    this.#store = store
    this.#isOurs = isOurs
    this.#openedAt = store.head
  }

  /**
   * Where to look for a command that follows from an event; `null`: it cannot have been sent before.
   *
   * @param isRepeated - Whether the event may have been delivered before, by this process.
   */
  whereFollowing(position: Position, isRepeated: boolean): WhereSent | null {
    if (!isRepeated && position > this.#openedAt) return null
    return { isEarlier: (event) => event.position <= position, untilNow: isRepeated }
  }

  /**
   * Sends a command, unless it was sent before. Rejects as `send` and {@link find} do.
   *
   * @param where - `null`: it cannot have been; it is sent at once.
   */
  async sendOnce(
    streamId: string,
    commandId: string,
    where: WhereSent | null,
    send: () => Promise<HandlerReceipt>,
  ): Promise<SentCommand> {
    const before = this.#underWay.get(commandId)
    const sending =
      where === null
        ? sentNow(send)
        : this.#sendUnlessFound(streamId, commandId, where, send, before)
    this.#underWay.set(commandId, sending)
    try {
      return await sending
    } finally {
      if (this.#underWay.get(commandId) === sending) this.#underWay.delete(commandId)
    }
  }

  /** The command, if it was recorded there. Rejects with DRAMATIS_DAMAGED_RECORD, as reading does. */
  async find(
    streamId: string,
    commandId: string,
    where: WhereSent,
  ): Promise<SentCommand | undefined> {
    const covered = this.#cover(streamId, this.#streams.get(streamId), where)
    this.#streams.set(streamId, covered)
    try {
      return (await covered).commands.get(commandId)
    } catch (error) {
      if (this.#streams.get(streamId) === covered) this.#streams.delete(streamId)
      throw error
    }
  }

  async #sendUnlessFound(
    streamId: string,
    commandId: string,
    where: WhereSent,
    send: () => Promise<HandlerReceipt>,
    before: Promise<unknown> | undefined,
  ): Promise<SentCommand> {
    await before?.catch(() => undefined)
    return (await this.find(streamId, commandId, where)) ?? (await sentNow(send))
  }

  /** Reads what has not been read. */
  async #cover(
    streamId: string,
    before: Promise<ReadStream> | undefined,
    { isEarlier, untilNow }: WhereSent,
  ): Promise<ReadStream> {
    // Whoever asked for what could not be read was told.
    const known = await before?.catch(() => undefined)
    if (known === undefined || (known.behind !== null && !isEarlier(known.behind))) {
      const read = await this.#read(streamId, 0, isEarlier)
      this.#remember(streamId, read, read.commands.size + 1)
      return read
    }
    if (!untilNow) return known
    const { commands, upTo } = await this.#read(streamId, known.upTo, () => false)
    for (const [commandId, command] of commands) known.commands.set(commandId, command)
    known.upTo = Math.max(known.upTo, upTo)
    this.#remember(streamId, known, commands.size)
    return known
  }

  async #read(
    streamId: string,
    afterVersion: Version,
    isEarlier: WhereSent['isEarlier'],
  ): Promise<ReadStream> {
    const commands = new Map<string, SentCommand>()
    let upTo: Version = 0
    for await (const event of this.#store.readStream(streamId, { afterVersion, backward: true })) {
      if (isEarlier(event)) {
        const { position, recordedAt } = event
        return { commands, behind: { position, recordedAt }, upTo: Math.max(upTo, event.version) }
      }
      upTo = Math.max(upTo, event.version)
      const { commandId } = event.metadata
      // The last event of a command comes first, and is what its receipt tells.
      if (!this.#isOurs(commandId) || commands.has(commandId)) continue
      commands.set(commandId, sentCommandOf(event))
    }
    return { commands, behind: null, upTo }
  }

  #remember(streamId: string, read: ReadStream, more: number): void {
    this.#remembered += more
    if (this.#remembered <= rememberedMax) return
    this.#streams.clear()
    this.#streams.set(streamId, Promise.resolve(read))
    this.#remembered = read.commands.size + 1
  }
}

async function sentNow(send: () => Promise<HandlerReceipt>): Promise<SentCommand> {
  const { streamId, version, position, duplicate } = await send()
  return { receipt: { streamId, version, position, duplicate }, commandHash: undefined }
}

function sentCommandOf({ streamId, version, position, metadata }: RecordedEvent): SentCommand {
  const receipt = { streamId, version, position, duplicate: true }
  return { receipt, commandHash: metadata.commandHash }
}

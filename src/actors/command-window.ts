/**
 * The command window: which commands an actor recorded lately under an id that their caller chose.
 *
 * A command is remembered while fewer than `commandWindowEvents` events of its actor came after it. The
 * window is counted in versions, so that it is the same whether it was kept in memory or read back from
 * the stream, and so that reading it back is bounded. It is no table of its own: the events say which
 * command they are of. An actor that never saw such a command has no window object.
 *
 * Invariants:
 *   - entries are in the order of their versions, each id once: the newest command of that id;
 *   - an entry's events are the versions `first` to `version`, all of them of its command.
 */

import type { RecordedEvent, Version } from '../events/event.js'
import type { Receipt } from './command.js'
import type { CommitGroup } from './commit-queue.js'

/** A command that was recorded, durable or not. */
export class RememberedCommand {
  readonly hash: string
  /** `null` when it was read back: the log has events, not commands. */
  readonly name: string | null
  /** Version of its first event. */
  first: Version
  /** Version of its last event. */
  version: Version
  /** Kept until it is durable; then its events are in the stream. */
  receipt: Receipt | null = null
  /** What its events become durable with; `null` once they are. */
  group: CommitGroup | null = null

  constructor(hash: string, name: string | null, first: Version, version: Version) {
    this.hash = hash
    this.name = name
    this.first = first
    this.version = version
  }

  /** Its events were staged. */
  flies(receipt: Receipt, group: CommitGroup): void {
    this.receipt = receipt
    this.group = group
  }

  /** Its events are durable. */
  landed(): void {
    this.receipt = null
    this.group = null
  }
}

/** Commands whose last event has at most this version are forgotten. */
export function windowStart(version: Version, windowEvents: number): Version {
  return Math.max(0, version - windowEvents)
}

export class CommandWindow {
  readonly #events: number
  #commands = new Map<string, RememberedCommand>()

  /** @param events - The limit `commandWindowEvents`. At least 1. */
  constructor(events: number) {
    this.#events = events
  }

  /** The command of that id that is inside the window of a stream at a version. */
  find(commandId: string, version: Version): RememberedCommand | undefined {
    const found = this.#commands.get(commandId)
    if (found === undefined) return undefined
    return found.version > windowStart(version, this.#events) ? found : undefined
  }

  /** Adds the newest command. */
  add(commandId: string, command: RememberedCommand): void {
    // An id that is used again, long after, moves to the end.
    this.#commands.delete(commandId)
    this.#commands.set(commandId, command)
    if (this.#commands.size <= this.#events) return
    // More commands than events in the window: the oldest is not among them.
    const [oldest] = this.#commands.keys()
    this.#commands.delete(oldest!)
  }

  /** Adds an event that comes after all that are here. */
  addNewer(event: RecordedEvent): void {
    const { commandId, commandHash: hash } = event.metadata
    if (hash === undefined) return
    const { version } = event
    const known = this.#commands.get(commandId)
    if (known?.version === version - 1 && known.hash === hash) known.version = version
    else this.add(commandId, new RememberedCommand(hash, null, version, version))
  }

  /** Adds events that come before all that are here, newest first. */
  addOlder(events: readonly RecordedEvent[]): void {
    const older: [string, RememberedCommand][] = []
    const newer = this.#commands
    const all = new Map(newer)
    for (const { version, metadata } of events) {
      const { commandId, commandHash: hash } = metadata
      if (hash === undefined) continue
      const known = all.get(commandId)
      if (known?.first === version + 1 && known.hash === hash) known.first = version
      if (known !== undefined) continue
      const command = new RememberedCommand(hash, null, version, version)
      all.set(commandId, command)
      older.push([commandId, command])
    }
    this.#commands = new Map([...older.reverse(), ...newer])
  }
}

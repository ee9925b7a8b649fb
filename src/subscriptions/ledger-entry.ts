/**
 * One entry in a handler's books: what a report, or a death, changes in the work store.
 *
 * Gathers the changes of one transaction; a key that changes twice in it is seen, the second time, as
 * the first change left it. Reads the work store, writes nothing.
 */

import type { Position } from '../events/event.js'
import type { TableChange } from '../store/tables.js'
import type { KeyChange } from './pump-messages.js'
import {
  type BlockedKey,
  type KeyName,
  putKey,
  putQueued,
  removeKey,
  removeQueued,
  type WorkStore,
} from './work-store.js'

/** How a key stood before the entry, and how it stands after; `null`: it flows. */
export interface KnownKey extends KeyName {
  readonly before: BlockedKey | null
  readonly blocked: BlockedKey | null
  /** The pump that handled the event before goes on with the next one by itself. */
  readonly goesOn: boolean
}

/** One text for a key and its partition. */
export function idOf({ partition, key }: KeyName): string {
  return `${partition} ${key}`
}

/** The changes of one transaction, each key's seen on top of those before. */
export class LedgerEntry {
  readonly changes: TableChange[] = []
  /** Every key touched, by {@link idOf}. */
  readonly keys: Map<string, KnownKey> = new Map()
  /** Keys that this entry parks. */
  parks = 0
  readonly #handler: string
  readonly #work: WorkStore
  readonly #nowMs: number

  constructor(handler: string, work: WorkStore, nowMs: number) {
    this.#handler = handler
    this.#work = work
    this.#nowMs = nowMs
  }

  current(name: KeyName): BlockedKey | null {
    const known = this.keys.get(idOf(name))
    if (known !== undefined) return known.blocked
    return this.#work.readKey(this.#handler, name) ?? null
  }

  add(change: KeyChange): void {
    if (change.type === 'queued') {
      this.changes.push(putQueued(this.#handler, change, change.position))
    } else if (change.type === 'failed') this.#addFailed(change)
    else this.#addDone(change)
  }

  /** The key waits, or is parked, with this event as its first. */
  set(name: KeyName, position: Position, blocked: BlockedKey): void {
    this.changes.push(
      putQueued(this.#handler, name, position),
      putKey(this.#handler, name, blocked),
    )
    if (blocked.state === 'parked') this.parks += 1
    this.#note(name, blocked, false)
  }

  #addFailed(change: Extract<KeyChange, { type: 'failed' }>): void {
    const before = this.current(change)
    const isParked = change.next.kind === 'park'
    this.set(change, change.position, {
      state: isParked ? 'parked' : 'retrying',
      position: change.position,
      attempt: change.attempt,
      deaths: 0,
      dueAtMs: this.#nowMs + (change.next.kind === 'later' ? change.next.delayMs : 0),
      error: change.error,
      cause: change.next.kind === 'park' ? change.next.cause : null,
      parkedAtMs: isParked ? this.#nowMs : null,
      redrives: before?.redrives ?? 0,
    })
  }

  #addDone(change: Extract<KeyChange, { type: 'done' }>): void {
    this.changes.push(removeQueued(this.#handler, change, change.position))
    const before = this.current(change)
    if (change.nextPosition === null || before === null) {
      this.changes.push(removeKey(this.#handler, change))
      this.#note(change, null, false)
      return
    }
    // Another event: what was done about the one before says nothing of it.
    const again = retriedAnew(before, this.#nowMs, 0)
    const blocked = { ...again, position: change.nextPosition, redrives: 0 }
    this.changes.push(putKey(this.#handler, change, blocked))
    this.#note(change, blocked, true)
  }

  #note({ partition, key }: KeyName, blocked: BlockedKey | null, goesOn: boolean): void {
    const id = idOf({ partition, key })
    const before = this.keys.get(id)?.before ?? this.current({ partition, key })
    this.keys.set(id, { partition, key, blocked, before, goesOn })
  }
}

/** A key that is due again with a clean slate. */
export function retriedAnew(blocked: BlockedKey, dueAtMs: number, redrives: number): BlockedKey {
  return {
    ...blocked,
    state: 'retrying',
    attempt: 0,
    deaths: 0,
    dueAtMs,
    cause: null,
    parkedAtMs: null,
    redrives: blocked.redrives + redrives,
  }
}

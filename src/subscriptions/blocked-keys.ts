/**
 * The keys of a pump that do not flow: which ones, and what waits behind those being tried again.
 *
 * A key that failed collects its later events by reference until it is through. The durable queue is in
 * the work store; here is only what the pump must know at once. Only the pump lets a key flow again, so
 * no event can slip past one that waits.
 *
 * States of a key: flowing (not here) -> blocked -> awaited (due, its queue not read yet) -> running
 * -> blocked again, or flowing.
 */

import assert from 'node:assert/strict'
import type { Position } from '../events/event.js'
import type { KeyName } from './work-store.js'

interface BlockedEntry {
  state: 'blocked' | 'awaited' | 'running'
  /** Number of the last report that queued an event behind this key. */
  reportSequence: number
  /** What came in since the key fell due; on top of what the work store has. */
  tail: Position[]
  /** By when it was due, as the host knew it when it said so last. Milliseconds since the epoch. */
  dueAtMs: number
}

export class BlockedKeys {
  #entries = new Map<string, BlockedEntry>()

  get size(): number {
    return this.#entries.size
  }

  has(name: KeyName): boolean {
    return this.#entries.size > 0 && this.#entries.has(entryId(name))
  }

  /** The key failed, or is known to have failed before. */
  block(name: KeyName, reportSequence = 0): void {
    this.#entries.set(entryId(name), {
      ...{ state: 'blocked', reportSequence, tail: [], dueAtMs: 0 },
    })
  }

  /** Another event of a blocked key came by; it is queued with this report. */
  queue(name: KeyName, position: Position, reportSequence: number): void {
    const entry = this.#entries.get(entryId(name))
    assert(entry !== undefined)
    if (entry.state === 'blocked') entry.reportSequence = reportSequence
    else entry.tail.push(position)
  }

  /** The key's time has come by `atMs`. @returns false: it is being tried already, or about to be. */
  fallDue(due: KeyName, atMs: number): boolean {
    const entry = this.#entries.get(entryId(due))
    if (entry === undefined) return false
    entry.dueAtMs = atMs
    if (entry.state !== 'blocked') return false
    entry.state = 'awaited'
    return true
  }

  /** By when a key was due that fell due. */
  dueAtMs(name: KeyName): number {
    const entry = this.#entries.get(entryId(name))
    assert(entry !== undefined)
    return entry.dueAtMs
  }

  /** True once the durable queue of a due key is complete up to its falling due. */
  isReady(due: KeyName, acknowledged: number): boolean {
    const entry = this.#entries.get(entryId(due))
    assert(entry !== undefined)
    return entry.reportSequence <= acknowledged
  }

  /** Begins to try a key: what the work store has, then what came in since. */
  run(due: KeyName, stored: readonly Position[]): Position[] {
    const entry = this.#entries.get(entryId(due))
    assert(entry !== undefined && entry.state === 'awaited')
    entry.state = 'running'
    const last = stored.at(-1) ?? 0
    const positions = [...stored, ...entry.tail.filter((position) => position > last)]
    entry.tail = []
    return positions
  }

  /** What came in while the key was running. */
  takeTail(name: KeyName): Position[] {
    const entry = this.#entries.get(entryId(name))
    assert(entry !== undefined)
    const tail = entry.tail
    entry.tail = []
    return tail
  }

  /** Nothing waits behind the key any more: it flows. */
  release(name: KeyName): void {
    this.#entries.delete(entryId(name))
  }
}

function entryId({ partition, key }: KeyName): string {
  return `${partition} ${key}`
}

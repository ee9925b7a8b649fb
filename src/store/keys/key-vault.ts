/**
 * The key vault: one key for each subject, one for snapshots, and which event types were ever sealed.
 *
 * Keys are made in memory when an event is staged, and durable before the commit that needs them; what is
 * made for a commit that fails is a key that opens nothing. Nothing is opened and nothing is on the disk
 * before the first personal field. Subjects are stored under a hash, never under their ids.
 *
 *   subjects  [hash of the id]            slot of the key; 0 = forgotten
 *   pending   [hash of the id]            slot, from when a forgetting begins until it is finished
 *   sealed    [actor, event, version]     nil: events of that type were recorded with sealed fields
 *   meta      ['slots']                   the last slot that was given
 *             ['snapshots']               slot of the key of snapshots; 0 = none
 *
 * Invariants:
 *   - a slot holds one key and is never used again;
 *   - a key is durable before anything it seals is handed to storage;
 *   - a subject that was forgotten gets no other key.
 */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { failpoint } from '../../base/failpoint.js'
import { type KeyReader, sealKeyBytes } from '../../events/seal.js'
import type { SealedType } from '../contracts.js'
import type { TableDatabase } from '../tables.js'
import { KeyCache } from './key-cache.js'
import type { KeySlots } from './key-slots.js'
import {
  changesOf,
  hasAny,
  nameOf,
  nothing,
  type SlotKey,
  together,
  type Unwritten,
} from './unwritten.js'

export const vaultTables = ['subjects', 'pending', 'sealed', 'meta'] as const

/** Keys kept in memory; others are read when needed. */
const keysMax = 8_192

export interface VaultParts {
  readonly slots: KeySlots
  /** Opens, or creates, the vault's tables. */
  readonly openTables: () => Promise<TableDatabase>
  /** Whether there are tables to open. */
  readonly exists: boolean
}

export class KeyVault implements KeyReader {
  readonly #parts: VaultParts
  #tables: TableDatabase | null = null
  /** Whether there are tables, open or not. */
  #exists: boolean
  readonly #cache = new KeyCache(keysMax)
  #waiting = nothing()
  #writing = nothing()
  #lastSlot = 0
  #snapshotSlot = 0
  readonly #sealed = new Map<string, SealedType>()
  readonly #sealedActors = new Set<string>()
  #pending: ReadonlyMap<string, number> = new Map()
  /** What is written, one after the other. It never rejects. */
  #last: Promise<unknown> = Promise.resolve()

  private constructor(parts: VaultParts) {
    this.#parts = parts
    this.#exists = parts.exists
  }

  /** Completes the destruction of keys that a crash cut short. */
  static async open(parts: VaultParts): Promise<KeyVault> {
    const vault = new KeyVault(parts)
    if (!parts.exists) return vault
    try {
      await vault.#openTables()
      if (vault.#pending.size > 0) await vault.#destroyPending()
      return vault
    } catch (error) {
      await vault.close()
      throw error
    }
  }

  /** Every type that was ever recorded with sealed fields. */
  get sealedTypes(): readonly SealedType[] {
    return [...this.#sealed.values()]
  }

  /** Subjects whose forgetting was begun and is not finished. */
  get pending(): number {
    return this.#pending.size
  }

  /** Whether anything must be written before what was sealed last, or is being written. */
  get hasUnwritten(): boolean {
    return hasAny(this.#waiting) || hasAny(this.#writing)
  }

  keyAt(slot: number): Uint8Array | null {
    return this.#parts.slots.keyAt(slot)
  }

  /** The key of a subject, made if need be. `null`: the subject is forgotten. */
  subjectKey(subjectId: string): SlotKey | null {
    const known =
      this.#cache.get(subjectId) ??
      this.#waiting.subjects.get(subjectId) ??
      this.#writing.subjects.get(subjectId) ??
      this.#stored(subjectId)
    if (known !== undefined) return known
    const made = this.#makeKey()
    this.#waiting.subjects.set(subjectId, made)
    return made
  }

  /** The key of snapshots, made if need be. */
  snapshotKey(): SlotKey {
    const known = this.#waiting.snapshots ?? this.#writing.snapshots
    if (known !== null) return known
    const key = this.#snapshotSlot === 0 ? null : this.keyAt(this.#snapshotSlot)
    if (key !== null) return { slot: this.#snapshotSlot, key }
    this.#waiting.snapshots = this.#makeKey()
    return this.#waiting.snapshots
  }

  /** Notes that events of a type are sealed from now on. */
  noteSealed(aggregateType: string, type: string, schemaVersion: number): void {
    const name = `${aggregateType}/${type}@${schemaVersion}`
    if (this.#sealed.has(name)) return
    const sealed = Object.freeze({ aggregateType, type, schemaVersion })
    this.#addSealed(sealed)
    this.#waiting.types.push(sealed)
  }

  /** Whether an actor's events were ever sealed: then its state may hold what was. */
  hasSealed(aggregateType: string): boolean {
    return this.#sealedActors.has(aggregateType)
  }

  stateOf(subjectId: string): 'unknown' | 'known' | 'forgotten' {
    const { subjects } = this.#waiting
    if (subjects.has(subjectId) || this.#writing.subjects.has(subjectId)) return 'known'
    const slot = this.#slotOf(subjectId)
    if (slot === undefined) return 'unknown'
    return slot === 0 ? 'forgotten' : 'known'
  }

  /** Makes everything that was made durable: keys first, then who has them. */
  flush(): Promise<void> {
    return this.#inTurn(() => this.#flush())
  }

  /** Destroys the keys of known subjects, and that of snapshots. Durable when it resolves. */
  destroy(subjectIds: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      await this.#flush()
      const tables = this.#tables
      if (tables === null) return
      const changes = this.#livingSlots(subjectIds).flatMap(([name, slot]) => [
        { table: 'subjects', key: [name], value: 0 },
        { table: 'pending', key: [name], value: slot },
      ])
      try {
        await tables.write(changes)
      } finally {
        // One that failed may have landed: then they are pending all the same.
        tables.refresh()
        this.#pending = pendingIn(tables)
      }
      failpoint('forget.noted')
      for (const subjectId of subjectIds) this.#cache.drop(subjectId)
      await this.#destroyPending()
      failpoint('forget.destroyed')
    })
  }

  /** Whatever else had to follow from the pending forgettings is done. */
  finish(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#pending.size === 0) return
      const names = [...this.#pending.keys()]
      await this.#tables!.write(names.map((name) => ({ table: 'pending', key: [name] })))
      this.#pending = new Map()
    })
  }

  /** Does something while no key is written or destroyed: those that should be wait for it. */
  undisturbed(work: () => Promise<void>): Promise<void> {
    return this.#inTurn(work)
  }

  /** Forgets what was not written, after a failed commit, and reads again what was. */
  reopen(): Promise<void> {
    return this.#inTurn(async () => {
      this.#waiting = nothing()
      this.#writing = nothing()
      this.#cache.clear()
      this.#sealed.clear()
      this.#sealedActors.clear()
      this.#lastSlot = 0
      this.#snapshotSlot = 0
      const tables = this.#tables
      this.#tables = null
      await tables?.close()
      if (this.#exists) await this.#openTables()
    })
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      this.#cache.clear()
      await this.#tables?.close()
      await this.#parts.slots.close()
    })
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => {})
    return done
  }

  async #openTables(): Promise<void> {
    const tables = await this.#parts.openTables()
    this.#tables = tables
    this.#exists = true
    this.#lastSlot = (tables.table('meta').get(['slots']) as number | undefined) ?? 0
    this.#snapshotSlot = (tables.table('meta').get(['snapshots']) as number | undefined) ?? 0
    for (const { key } of tables.table('sealed').range()) {
      const [aggregateType, type, schemaVersion] = key as [string, string, number]
      this.#addSealed(Object.freeze({ aggregateType, type, schemaVersion }))
    }
    this.#pending = pendingIn(tables)
  }

  #addSealed(sealed: SealedType): void {
    const { aggregateType, type, schemaVersion } = sealed
    this.#sealed.set(`${aggregateType}/${type}@${schemaVersion}`, sealed)
    this.#sealedActors.add(aggregateType)
  }

  #makeKey(): SlotKey {
    const made = { slot: ++this.#lastSlot, key: randomBytes(sealKeyBytes) }
    this.#waiting.keys.push(made)
    return made
  }

  /** Slot of a key that is written; 0: forgotten. */
  #slotOf(subjectId: string): number | undefined {
    return this.#tables?.table('subjects').get([nameOf(subjectId)]) as number | undefined
  }

  /** Names and slots of those who are not forgotten yet. */
  #livingSlots(subjectIds: readonly string[]): readonly (readonly [string, number])[] {
    return subjectIds.flatMap((subjectId) => {
      const slot = this.#slotOf(subjectId)
      return slot ? [[nameOf(subjectId), slot] as const] : []
    })
  }

  #stored(subjectId: string): SlotKey | null | undefined {
    const slot = this.#slotOf(subjectId)
    if (slot === undefined) return undefined
    const key = slot === 0 ? null : this.keyAt(slot)
    if (key === null) return null
    const found = { slot, key: Buffer.from(key) }
    this.#cache.set(subjectId, found)
    return found
  }

  async #flush(): Promise<void> {
    if (!hasAny(this.#waiting)) return
    const writing = this.#waiting
    this.#waiting = nothing()
    this.#writing = writing
    try {
      await this.#write(writing)
    } catch (error) {
      // Nothing that was sealed may reach the log without its key: it waits again.
      this.#waiting = together(writing, this.#waiting)
      throw error
    } finally {
      this.#writing = nothing()
    }
  }

  async #write(unwritten: Unwritten): Promise<void> {
    const { keys, subjects, snapshots } = unwritten
    if (this.#tables === null) {
      // The first key of all makes the tables; any that were there before are open.
      assert(!this.#exists)
      this.#tables = await this.#parts.openTables()
      this.#exists = true
    }
    const [first] = keys
    if (first !== undefined) {
      const bytes = keys.map(({ key }) => key)
      await this.#parts.slots.write(first.slot, bytes)
      failpoint('keys.slots-written')
    }
    await this.#tables.write(changesOf(unwritten))
    failpoint('keys.named')
    this.#tables.refresh()
    if (snapshots !== null) this.#snapshotSlot = snapshots.slot
    for (const [subjectId, key] of subjects) this.#cache.set(subjectId, key)
  }

  /** All of them, with the key of snapshots: what was overwritten before is overwritten again. */
  async #destroyPending(): Promise<void> {
    const snapshots = this.#snapshotSlot === 0 ? [] : [this.#snapshotSlot]
    await this.#parts.slots.destroy([...this.#pending.values(), ...snapshots])
  }
}

function pendingIn(tables: TableDatabase): ReadonlyMap<string, number> {
  const entries = tables.table('pending').range()
  return new Map(entries.map(({ key, value }) => [key[0] as string, value as number]))
}

/**
 * The books of one handler: cursors, keys set aside, counts; in memory and in the work store.
 *
 * Turns what pumps report, threads that died and operators ask for into one transaction each. Knows no
 * thread, no timer and no channel to a pump.
 *
 * Invariants:
 *   - memory follows the work store: nothing is believed here that is not written there;
 *   - a cursor moves in the same transaction as the changes that let it move;
 *   - entries run one after the other, so each sees the one before.
 */

import assert from 'node:assert/strict'
import type { Clock } from '../base/clock.js'
import { errorToData } from '../base/errors.js'
import { failpoint } from '../base/failpoint.js'
import type { HandlerDefinition } from '../define/handler.js'
import type { Position } from '../events/event.js'
import type { TableChange } from '../store/tables.js'
import { publish } from '../telemetry/channels.js'
import { PartitionsChangedError, WorkerCrashError } from './errors.js'
import { idOf, type KnownKey, LedgerEntry, retriedAnew } from './ledger-entry.js'
import type { KeyChange, PumpReport } from './pump-messages.js'
import { isFatal, restartDelayMs } from './retry-policy.js'
import type { Suspect } from './suspects.js'
import {
  type BlockedKey,
  type HandlerCounts,
  type HandlerRecord,
  type KeyName,
  noCounts,
  putCursor,
  putDiscard,
  putHandler,
  putKey,
  removeQueued,
  type WorkStore,
} from './work-store.js'

/** A key that waits for its time. Parked keys are in the work store only. */
export interface WaitingKey extends KeyName {
  blocked: BlockedKey
  /** Given to a pump, which has not said yet how it went. */
  handed: boolean
}

/** Of an event that nobody has tried yet. */
const untried = { attempt: 0, deaths: 0 }

export class HandlerLedger {
  readonly definition: HandlerDefinition
  readonly #work: WorkStore
  readonly #clock: Clock
  readonly #cursors = new Map<number, Position>()
  readonly #waiting = new Map<string, WaitingKey>()
  #counts: HandlerCounts = noCounts
  #parked = 0
  #paused = false
  #entries: Promise<unknown> = Promise.resolve()

  private constructor(definition: HandlerDefinition, work: WorkStore, clock: Clock) {
    this.definition = definition
    this.#work = work
    this.#clock = clock
  }

  /**
   * Reads the books, or begins them where the definition says.
   *
   * @throws {PartitionsChangedError} DRAMATIS_PARTITIONS_CHANGED
   */
  static async open(
    definition: HandlerDefinition,
    work: WorkStore,
    clock: Clock,
    head: Position,
  ): Promise<HandlerLedger> {
    const ledger = new HandlerLedger(definition, work, clock)
    const record = work.readHandler(definition.name)
    if (record === undefined) await ledger.#begin(head)
    else ledger.#load(record)
    return ledger
  }

  get paused(): boolean {
    return this.#paused
  }

  get counts(): HandlerCounts {
    return this.#counts
  }

  /** Keys parked now. */
  get parked(): number {
    return this.#parked
  }

  get waiting(): ReadonlyMap<string, WaitingKey> {
    return this.#waiting
  }

  /** How a key is doing that does not flow; `null`: it flows. Costs a look-up while none is parked. */
  blockedKey(name: KeyName): BlockedKey | null {
    const waiting = this.#waiting.get(idOf(name))
    if (waiting !== undefined) return waiting.blocked
    if (this.#parked === 0) return null
    this.#work.refresh()
    return this.#work.readKey(this.definition.name, name) ?? null
  }

  /** Keys parked now, by partition and key. */
  parkedKeys(): readonly KeyName[] {
    if (this.#parked === 0) return []
    this.#work.refresh()
    return this.#work
      .readKeys(this.definition.name)
      .filter(({ blocked }) => blocked.state === 'parked')
      .map(({ partition, key }) => ({ partition, key }))
  }

  cursorOf(partition: number): Position {
    const cursor = this.#cursors.get(partition)
    assert(cursor !== undefined)
    return cursor
  }

  /** Every partition is done up to here. */
  get cursor(): Position {
    return Math.min(...this.#cursors.values())
  }

  setPaused(paused: boolean): Promise<void> {
    return this.#enter(async () => {
      await this.#work.write([putHandler(this.definition.name, { ...this.#record(), paused })])
      this.#paused = paused
    })
  }

  /** Writes down what a pump reports. */
  apply(report: PumpReport): Promise<void> {
    return this.#enter(() => this.#apply(report))
  }

  /** Sets aside the events that a thread was handling when it died: none of them is known to be why. */
  setAside(suspects: readonly Suspect[], reason: string): Promise<void> {
    return this.#enter(() => this.#recordDeaths(suspects, reason, false))
  }

  /** Writes down that a thread died which had this one event to handle. */
  recordDeath(suspect: Suspect, reason: string): Promise<void> {
    return this.#enter(() => this.#recordDeaths([suspect], reason, true))
  }

  /** Writes down how an event fared that was tried alone; `null`: it was handled. */
  recordIsolated(
    name: KeyName,
    position: Position,
    setback: Extract<KeyChange, { type: 'failed' }> | null,
  ): Promise<void> {
    return this.#enter(async () => {
      const known = this.#waiting.get(idOf(name))
      assert(known !== undefined)
      if (setback !== null) return this.#apply(reportOf(setback))
      const next = this.#work.readQueue(this.definition.name, name).find((each) => each > position)
      const isSuspect = position >= known.blocked.position
      const changes = [removeQueued(this.definition.name, name, position)]
      const blocked: BlockedKey = {
        ...known.blocked,
        state: isSuspect ? 'retrying' : 'isolated',
        position: isSuspect ? (next ?? position) : known.blocked.position,
        attempt: isSuspect ? 0 : known.blocked.attempt,
        deaths: isSuspect ? 0 : known.blocked.deaths,
        redrives: isSuspect ? 0 : known.blocked.redrives,
        dueAtMs: this.#clock.nowMs(),
      }
      changes.push(putKey(this.definition.name, name, blocked))
      await this.#commit(changes, { handled: 1, retried: 1 })
      this.#waiting.set(idOf(name), { ...name, blocked, handed: false })
    })
  }

  /** Makes parked keys due again, in order. @returns those that were parked. */
  redrive(names: readonly KeyName[]): Promise<KeyName[]> {
    return this.#enter(async () => {
      const parked = this.#onlyParked(names)
      const dueAtMs = this.#clock.nowMs()
      await this.#unpark(
        parked.map((each) => ({ ...each, blocked: retriedAnew(each.blocked, dueAtMs, 1) })),
        [],
        { redriven: parked.length },
      )
      failpoint('handler.redriven')
      for (const each of parked)
        this.#publishPark('redriven', each, each.blocked.position, 'asked for')
      return parked
    })
  }

  /** Gives up the event that parked each key; what waits behind it goes on. @returns those parked. */
  discard(names: readonly KeyName[], reason: string): Promise<KeyName[]> {
    return this.#enter(async () => {
      const { name } = this.definition
      const parked = this.#onlyParked(names)
      const atMs = this.#clock.nowMs()
      const changes = parked.flatMap((each) => [
        removeQueued(name, each, each.blocked.position),
        putDiscard(name, each.blocked.position, { key: each.key, reason, atMs }),
      ])
      await this.#unpark(
        parked.map((each) => ({ ...each, blocked: retriedAnew(each.blocked, atMs, 0) })),
        changes,
        { discarded: parked.length },
      )
      failpoint('handler.discarded')
      for (const each of parked) this.#publishPark('discarded', each, each.blocked.position, reason)
      return parked
    })
  }

  /** Where each key begins that does not flow: its events from there on are not done with. */
  firstOfBlockedKeys(): Map<string, Position> {
    this.#work.refresh()
    const { name } = this.definition
    return new Map(
      this.#work.readKeys(name).map((each) => {
        const first = this.#work.readQueue(name, each)[0] ?? each.blocked.position
        return [each.key, first]
      }),
    )
  }

  /** The event that is first in line behind a key, if any. */
  firstQueued(name: KeyName): Position | undefined {
    this.#work.refresh()
    return this.#work.readQueue(this.definition.name, name)[0]
  }

  /** A pump is gone: what it was given is due again. */
  takeBack(partitions: readonly number[]): void {
    for (const waiting of this.#waiting.values()) {
      // What is being tried alone is in nobody else's hands.
      if (waiting.blocked.state === 'isolated') continue
      if (partitions.includes(waiting.partition)) waiting.handed = false
    }
  }

  /** Resolves when every entry made so far is written. */
  async settled(): Promise<void> {
    await this.#entries
  }

  async #begin(head: Position): Promise<void> {
    const { startFrom, partitions, name } = this.definition
    const start = startFrom === 'beginning' ? 0 : startFrom === 'end' ? head : startFrom
    const changes = [putHandler(name, this.#record())]
    for (let partition = 0; partition < partitions; partition++) {
      changes.push(putCursor(name, partition, start))
      this.#cursors.set(partition, start)
    }
    await this.#work.write(changes)
  }

  #load(record: HandlerRecord): void {
    const { name, partitions } = this.definition
    if (record.partitions !== partitions) {
      throw new PartitionsChangedError(name, record.partitions, partitions)
    }
    this.#counts = record.counts
    this.#paused = record.paused
    for (const [partition, cursor] of this.#work.readCursors(name)) {
      this.#cursors.set(partition, cursor)
    }
    for (const { partition, key, blocked } of this.#work.readKeys(name)) {
      if (blocked.state === 'parked') this.#parked += 1
      else this.#waiting.set(idOf({ partition, key }), { partition, key, blocked, handed: false })
    }
  }

  #record(counts: HandlerCounts = this.#counts): HandlerRecord {
    return { partitions: this.definition.partitions, paused: this.#paused, counts }
  }

  /** One entry after the other; a failed one does not stop the next. */
  #enter<T>(entry: () => Promise<T>): Promise<T> {
    const entered = this.#entries.then(() => {
      this.#work.refresh()
      return entry()
    })
    this.#entries = entered.catch(() => {})
    return entered
  }

  async #apply(report: PumpReport): Promise<void> {
    const { name } = this.definition
    const entry = new LedgerEntry(name, this.#work, this.#clock.nowMs())
    for (const change of report.changes) entry.add(change)
    const moved = report.cursors.filter(([partition, to]) => to > this.cursorOf(partition))
    const cursors = moved.map(([partition, to]) => putCursor(name, partition, to))
    const { handled, retried } = report
    failpoint('handler.reported')
    await this.#commit([...entry.changes, ...cursors], { handled, retried, parked: entry.parks })
    failpoint('handler.written')
    if (entry.parks > 0) failpoint('handler.parked')
    for (const [partition, to] of moved) this.#cursors.set(partition, to)
    for (const [id, known] of entry.keys) this.#remember(id, known)
    for (const change of report.changes) this.#publishChange(change)
  }

  #remember(id: string, { partition, key, blocked, before, goesOn }: KnownKey): void {
    if (before?.state === 'parked') this.#parked -= 1
    if (blocked?.state === 'parked') this.#parked += 1
    if (blocked === null || blocked.state === 'parked') this.#waiting.delete(id)
    else {
      const handed = goesOn && this.#waiting.get(id)?.handed === true
      this.#waiting.set(id, { partition, key, blocked, handed })
    }
  }

  async #recordDeaths(
    suspects: readonly Suspect[],
    reason: string,
    wasAlone: boolean,
  ): Promise<void> {
    const { name, retry } = this.definition
    const nowMs = this.#clock.nowMs()
    const entry = new LedgerEntry(name, this.#work, nowMs)
    for (const suspect of suspects) {
      const before = entry.current(suspect)
      const known = before?.position === suspect.position ? before : untried
      const attempt = known.attempt + (wasAlone ? 1 : 0)
      const deaths = known.deaths + 1
      const isOver = wasAlone && isFatal(retry, attempt, deaths)
      const crash = new WorkerCrashError(name, suspect.position, deaths, reason)
      entry.set(suspect, suspect.position, {
        state: isOver ? 'parked' : 'isolated',
        position: suspect.position,
        attempt,
        deaths,
        dueAtMs: nowMs + restartDelayMs(deaths),
        error: errorToData(crash),
        cause: isOver ? 'WORKER_CRASH' : null,
        parkedAtMs: isOver ? nowMs : null,
        redrives: before?.redrives ?? 0,
      })
      if (isOver) this.#publishPark('parked', suspect, suspect.position, reason)
    }
    await this.#commit(entry.changes, { parked: entry.parks })
    for (const [id, known] of entry.keys) this.#remember(id, known)
  }

  #onlyParked(names: readonly KeyName[]): (KeyName & { blocked: BlockedKey })[] {
    return names.flatMap(({ partition, key }) => {
      const blocked = this.#work.readKey(this.definition.name, { partition, key })
      return blocked?.state === 'parked' ? [{ partition, key, blocked }] : []
    })
  }

  async #unpark(
    keys: readonly (KeyName & { blocked: BlockedKey })[],
    more: readonly TableChange[],
    counts: Partial<HandlerCounts>,
  ): Promise<void> {
    const { name } = this.definition
    await this.#commit([...more, ...keys.map((each) => putKey(name, each, each.blocked))], counts)
    this.#parked -= keys.length
    for (const each of keys) this.#waiting.set(idOf(each), { ...each, handed: false })
  }

  async #commit(changes: readonly TableChange[], add: Partial<HandlerCounts>): Promise<void> {
    const counts = addCounts(this.#counts, add)
    await this.#work.write([...changes, putHandler(this.definition.name, this.#record(counts))])
    this.#counts = counts
  }

  #publishChange(change: KeyChange): void {
    if (change.type !== 'failed') return
    const { name } = this.definition
    const { partition, key, position, attempt, error, next } = change
    const base = { handler: name, partition, key, position, reason: error.message }
    if (next.kind === 'later') publish('retry', () => ({ ...base, attempt, delayMs: next.delayMs }))
    else publish('park', () => ({ ...base, action: 'parked' }))
  }

  #publishPark(
    action: 'parked' | 'redriven' | 'discarded',
    { partition, key }: KeyName,
    position: Position,
    reason: string,
  ): void {
    const { name } = this.definition
    publish('park', () => ({ action, handler: name, partition, key, position, reason }))
  }
}

function addCounts(counts: HandlerCounts, add: Partial<HandlerCounts>): HandlerCounts {
  return {
    handled: counts.handled + (add.handled ?? 0),
    retried: counts.retried + (add.retried ?? 0),
    parked: counts.parked + (add.parked ?? 0),
    redriven: counts.redriven + (add.redriven ?? 0),
    discarded: counts.discarded + (add.discarded ?? 0),
  }
}

function reportOf(change: KeyChange): PumpReport {
  return { sequence: 0, cursors: [], handled: 0, retried: 1, changes: [change] }
}

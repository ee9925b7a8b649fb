/**
 * Firing: finds what is due, carries it out, and writes down how it went.
 *
 * The index is read from where it was read last, a few rows at a time; whoever puts a timer before that
 * place says so. Holds what is in flight and nothing else. What becomes of a timer that was fired is
 * `due-policy.ts`; setting and removing are `due-queue.ts`.
 *
 * States: idle -> started -> stopped.
 *
 * Invariants:
 *   - a timer is fired only while the clock shows its time or a later one;
 *   - of one setting of a timer, one firing is in flight at most;
 *   - how it went is written only onto that setting and that occurrence;
 *   - while anything is pending there is an alarm, or a firing in flight whose end looks again.
 */

import type { Clock } from '../base/clock.js'
import { createDeferred, type Deferred } from '../base/deferred.js'
import { type ErrorData, errorToData } from '../base/errors.js'
import { failpoint } from '../base/failpoint.js'
import type { TableDatabase, TableEntry, TableKey } from '../store/tables.js'
import { type Due, type DueRecord, nameText } from './due.js'
import { DueAlarm } from './due-alarm.js'
import { afterFailure, afterFiring, retryPauseMs } from './due-policy.js'
import { type DueRows, readDueRecord } from './due-rows.js'
import { DueTally } from './due-tally.js'
import type { DueWriter } from './due-writer.js'

export interface DueFiringPorts {
  readonly queue: string
  readonly database: TableDatabase
  readonly clock: Clock
  readonly fire: (due: Due) => Promise<void>
  readonly inFlightMax: number
  readonly onFired?: (due: Due, lateMs: number) => void
  readonly onFailed?: (due: Due, error: ErrorData, retryMs: number) => void
}

/** Rows of the index that are read at once; twice as many each time while all of them are due. */
const rowsMin = 8
const rowsMax = 256

export class DueFiring {
  readonly tally: DueTally = new DueTally()
  readonly #ports: DueFiringPorts
  readonly #writer: DueWriter
  readonly #alarm: DueAlarm
  /** What is being fired, and since when it has been due. */
  readonly #inFlight = new Map<string, number>()
  /** Everything due up to this row of the index is in flight. */
  #scanned: { readonly key: TableKey; readonly tryAtMs: number } | null = null
  #phase: 'idle' | 'started' | 'stopped' = 'idle'
  #isTurnDue = false
  /** Set while somebody waits for nothing to be in flight. */
  #landed: Deferred | null = null
  readonly #stopped: Deferred = createDeferred()
  #readError: ErrorData | null = null
  #writeError: ErrorData | null = null

  constructor(ports: DueFiringPorts, writer: DueWriter) {
    this.#ports = ports
    this.#writer = writer
    this.#alarm = new DueAlarm(ports.clock, () => this.#turn())
  }

  get inFlight(): number {
    return this.#inFlight.size
  }

  /** How long the one has been due that has been for longest. Milliseconds; 0: nothing is. */
  get overdueMs(): number {
    const nowMs = this.#ports.clock.nowMs()
    let overdueMs = 0
    for (const tryAtMs of this.#inFlight.values()) overdueMs = Math.max(overdueMs, nowMs - tryAtMs)
    return overdueMs
  }

  /** Why the tables could not be read or written last, until they can. */
  get error(): ErrorData | null {
    return this.#readError ?? this.#writeError
  }

  start(): void {
    if (this.#phase !== 'idle') return
    this.#phase = 'started'
    this.#turn()
  }

  /** Timers were put, the earliest of them at this time. */
  notePut(earliestMs: number): void {
    if (this.#scanned !== null && earliestMs <= this.#scanned.tryAtMs) this.#scanned = null
    this.#turnSoon()
  }

  /** Resolves once nothing is in flight: everything due was fired and that is written. */
  async idle(): Promise<void> {
    while (this.#inFlight.size > 0 || this.#isTurnDue) {
      this.#landed ??= createDeferred()
      await this.#landed.promise
    }
  }

  /** Fires nothing more, and waits for what is in flight, for at most `deadlineMs`. */
  async stop(deadlineMs: number): Promise<void> {
    this.#phase = 'stopped'
    this.#alarm.clear()
    this.#stopped.resolve()
    const late = createDeferred()
    const cancel = this.#ports.clock.schedule(deadlineMs, late.resolve)
    await Promise.race([this.idle(), late.promise])
    cancel()
  }

  /** @param later - In which part of the event loop. */
  #turnSoon(later: (turn: () => void) => unknown = queueMicrotask): void {
    if (this.#isTurnDue) return
    this.#isTurnDue = true
    later(() => {
      this.#isTurnDue = false
      this.#turn()
      this.#land()
    })
  }

  /** Fires what is due, as far as there is room, and sets the alarm for the next. */
  #turn(): void {
    if (this.#phase !== 'started') return
    try {
      const nextMs = this.#fireDue()
      this.#readError = null
      if (nextMs === null) this.#alarm.clear()
      else this.#alarm.setFor(nextMs)
    } catch (error) {
      this.#readError = errorToData(error)
      this.#scanned = null
      this.#alarm.setForRetry()
    }
  }

  /** @returns when to look again; `null`: something else will say so. */
  #fireDue(): number | null {
    const { queue, database, clock, inFlightMax } = this.#ports
    database.refresh()
    const due = database.table('due')
    for (let rows = rowsMin; this.#inFlight.size < inFlightMax; rows *= 2) {
      if (rows > rowsMax) {
        // Many at once do not keep the thread from everything else.
        this.#turnSoon(setImmediate)
        return null
      }
      const limit = Math.min(rows, inFlightMax - this.#inFlight.size)
      const after = this.#scanned === null ? {} : { after: this.#scanned.key }
      const found = due.range({ prefix: [queue], ...after, limit })
      for (const row of found) {
        const tryAtMs = row.key[1] as number
        if (tryAtMs > clock.nowMs()) return tryAtMs
        this.#scanned = { key: row.key, tryAtMs }
        this.#fireRow(row, tryAtMs)
      }
      if (found.length < limit) return null
    }
    return null
  }

  #fireRow(row: TableEntry, tryAtMs: number): void {
    const { queue, database } = this.#ports
    const name = { owner: row.key[2] as string, name: row.key[3] as string }
    const record = readDueRecord(queue, database, name)
    if (record?.tryAtMs !== tryAtMs) {
      // Only after a write that was given up on landed late, behind one that did not know of it.
      this.#writer.write((rows) => rows.removeStray(name, tryAtMs)).catch(() => {})
      return
    }
    const due: Due = { ...name, ...record }
    const flight = `${nameText(due)}\0${due.id}`
    if (this.#inFlight.has(flight)) return
    this.#inFlight.set(flight, tryAtMs)
    void this.#carryOut(due, flight)
  }

  /** Never rejects. */
  async #carryOut(due: Due, flight: string): Promise<void> {
    const { clock, fire } = this.#ports
    const lateMs = Math.max(0, clock.nowMs() - due.dueAtMs)
    let error: ErrorData | null = null
    try {
      failpoint('timer.due')
      await fire(due)
      failpoint('timer.fired')
    } catch (thrown) {
      error = errorToData(thrown)
    }
    const isWritten = await this.#writeOutcome(due, error)
    failpoint('timer.moved-on')
    this.#inFlight.delete(flight)
    if (isWritten) this.#report(due, lateMs, error)
    this.#turnSoon()
  }

  /** Tries until it is written, so that a full disk fires nothing twice. @returns `false`: stopped. */
  async #writeOutcome(due: Due, error: ErrorData | null): Promise<boolean> {
    for (let failures = 1; ; failures++) {
      const nowMs = this.#ports.clock.nowMs()
      try {
        await this.#writer.write((rows) => moveOn(rows, due, error, nowMs))
        this.#writeError = null
        return true
      } catch (thrown) {
        this.#writeError = errorToData(thrown)
        if (this.#phase === 'stopped') return false
        await this.#pause(retryPauseMs(failures))
      }
    }
  }

  /** Ends early when firing is stopped. */
  async #pause(pauseMs: number): Promise<void> {
    const over = createDeferred()
    const cancel = this.#ports.clock.schedule(pauseMs, over.resolve)
    await Promise.race([over.promise, this.#stopped.promise])
    cancel()
  }

  #report(due: Due, lateMs: number, error: ErrorData | null): void {
    const { onFired, onFailed } = this.#ports
    if (error === null) {
      this.tally.countFired(lateMs)
      onFired?.(due, lateMs)
    } else {
      this.tally.countFailed()
      onFailed?.(due, error, retryPauseMs(due.failures + 1))
    }
  }

  #land(): void {
    if (this.#inFlight.size > 0 || this.#isTurnDue) return
    this.#landed?.resolve()
    this.#landed = null
  }
}

/** Writes down how a firing went, if the timer still is what was fired. */
function moveOn(rows: DueRows, due: Due, error: ErrorData | null, nowMs: number): void {
  const record = rows.get(due)
  if (record?.id !== due.id || record.occurrence !== due.occurrence) return
  const next = recordAfter(record, error, nowMs)
  if (next === null) rows.remove(due)
  else rows.put(due, next)
}

function recordAfter(record: DueRecord, error: ErrorData | null, nowMs: number): DueRecord | null {
  return error === null ? afterFiring(record, nowMs) : afterFailure(record, error, nowMs)
}

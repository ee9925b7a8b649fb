/**
 * What callers did in a run and what they were told: what the laws hold the log against.
 *
 * It lives through every crash, as the memory of clients does. Also the story of the run in lines, for
 * whoever has to find out why it failed.
 */

import type { EventMetadata } from '../../src/index.js'
import { laws } from '../support/invariants/index.js'
import type { StateSeen } from '../support/invariants/states-are-folds.js'
import type { AccountData } from './app.js'

/** An event as a reader of the log sees it. */
export interface SeenEvent {
  readonly id: string
  readonly type: string
  readonly streamId: string
  readonly aggregateId: string
  readonly version: number
  readonly position: number
  readonly recordedAt: Date
  readonly metadata: EventMetadata
  /** Of the types that have them. */
  readonly data: AccountData & { readonly from: number }
}

/** Where a command was said to be. */
export interface Told {
  readonly version: number
  readonly position: number
  readonly duplicate: boolean
}

/** One command, however often it was sent. */
export interface Sent {
  readonly token: string
  readonly command: 'add' | 'spend' | 'name'
  readonly to: string
  /** What it was sent together with, as the `at`-th `of` so many. */
  readonly group: string
  readonly at: number
  readonly of: number
  readonly amount: number
  readonly parts: number
  readonly name: string
  readonly commandId: string | null
  readonly expectedVersion: number | null
  readonly receipts: Told[]
  /** Times it was sent. */
  attempts: number
  /** Times that its caller was told that nothing was written. */
  refusals: number
}

/** A timer that somebody set, or tried to. */
export interface SetTimer {
  readonly token: string
  readonly name: string
  readonly to: string
  readonly dueAtMs: number
  readonly everyMs: number | null
  /** Whether its caller was told that it is set. */
  isSet: boolean
  /** Whether somebody tried to replace or to cancel it since. */
  isTouched: boolean
}

export class History {
  readonly sent: Sent[] = []
  readonly timers: SetTimer[] = []
  /** States that somebody was told. */
  readonly answers: StateSeen[] = []
  /** Every event that was ever read, by position. */
  readonly read = new Map<number, SeenEvent>()
  /** Lives in which a write failed. */
  readonly faultyLives = new Set<number>()
  readonly problems: string[] = []
  readonly lines: string[] = []
  #tokens = 0

  nextToken(): string {
    this.#tokens += 1
    return `t${this.#tokens}`
  }

  /** Adds a line to the story. */
  tell(line: string): void {
    this.lines.push(line)
  }

  report(...problems: readonly string[]): void {
    for (const problem of problems) {
      this.problems.push(problem)
      this.tell(`PROBLEM: ${problem}`)
    }
  }

  /** What was read at a position once is what it is now. */
  reread(now: readonly SeenEvent[]): void {
    this.report(...laws.positionsNeverChange({ before: [...this.read.values()], now }))
    for (const event of now) this.read.set(event.position, event)
  }

  /** Commands that can be sent again, newest first. */
  named(): readonly Sent[] {
    return this.sent.filter(({ commandId }) => commandId !== null).reverse()
  }

  /** The newest version of a stream that somebody was told of. */
  newestVersion(to: string): number {
    const told = this.sent.filter((each) => each.to === to).flatMap(({ receipts }) => receipts)
    return Math.max(0, ...told.map(({ version }) => version))
  }

  addTimer(timer: Omit<SetTimer, 'isSet' | 'isTouched'>): SetTimer {
    this.touchTimers(timer.name)
    const added = { ...timer, isSet: false, isTouched: false }
    this.timers.push(added)
    return added
  }

  touchTimers(name: string): void {
    for (const timer of this.timers) if (timer.name === name) timer.isTouched = true
  }
}

/**
 * The timeline of an instance: what happened to it, attempt by attempt, read from its stream.
 *
 * A fold like any other; it invents nothing and decides nothing.
 */

import type { ErrorData } from '../base/errors.js'
import type { AnyRecordedEvent } from '../define/projector.js'
import type { InstanceEventName, InstanceEvents } from '../define/saga/instance-events.js'

/** What an operator did, or how an attempt of a step went. `running`: it has not ended. */
export type AttemptOutcome =
  | 'running'
  | 'completed'
  | 'failed'
  | 'retried'
  | 'halted'
  | 'skipped'
  | 'cancelled'
  | InstanceEvents['Operated']['verb']

/** One attempt of a step, or what an operator did. */
export interface TimelineEntry {
  /**
   * `capture`, `reserve[2]`, `reserve[2]/undo`; `#1` for what a reaction sent; `null`: an operator meant the
   * whole instance.
   */
  readonly step: string | null
  /** 1-based; 0: it ended without having begun, or an operator acted before it had. */
  readonly attempt: number
  /** `operator`: an operator acted; the outcome says what was done, and it took no time. */
  readonly kind: 'send' | 'call' | 'wait' | 'mark' | 'operator'
  readonly startedAt: Date
  /** `null`: it has not ended. */
  readonly endedAt: Date | null
  /** Milliseconds; `null`: it has not ended. */
  readonly durationMs: number | null
  readonly outcome: AttemptOutcome
  /** Why it failed, is tried again, or halted. */
  readonly error: ErrorData | null
  /** Why the operator acted, if that was said; `null` for attempts. */
  readonly reason: string | null
}

interface OpenEntry {
  step: string | null
  attempt: number
  kind: TimelineEntry['kind']
  startedAt: Date
  endedAt: Date | null
  outcome: AttemptOutcome
  error: ErrorData | null
  reason: string | null
}

type Note<K extends InstanceEventName> = (
  timeline: Timeline,
  data: InstanceEvents[K],
  at: Date,
) => void

const notes: { readonly [K in InstanceEventName]?: Note<K> } = {
  StepsStarted: (timeline, { steps }, at) => {
    for (const { step, attempt, kind } of steps) {
      timeline.begin(step, attempt, kind === 'none' ? 'wait' : kind, at)
    }
  },
  StepsRetrying: (timeline, { steps }, at) => {
    for (const { step, error } of steps) timeline.end(step, 'retried', error, at)
  },
  StepsEnded: (timeline, { steps }, at) => {
    for (const { step, outcome, error } of steps) timeline.end(step, outcome, error, at)
  },
  Halted: (timeline, { step, error }, at) => {
    if (step !== null) timeline.end(step, 'halted', error, at)
  },
  Operated: (timeline, operated, at) => timeline.noteOperator(operated, at),
}

/** Entries in the order in which the attempts began. */
export class Timeline {
  readonly #entries: OpenEntry[] = []
  readonly #open = new Map<string, OpenEntry>()

  /** @param name - The last part of the event's type. */
  add(name: InstanceEventName, { data, recordedAt }: AnyRecordedEvent): void {
    const note = notes[name] as Note<InstanceEventName> | undefined
    note?.(this, data as never, recordedAt)
  }

  begin(step: string, attempt: number, kind: TimelineEntry['kind'], startedAt: Date): void {
    const entry: OpenEntry = {
      ...{ step, attempt, kind, startedAt },
      ...{ endedAt: null, outcome: 'running', error: null, reason: null },
    }
    this.#entries.push(entry)
    this.#open.set(step, entry)
  }

  end(step: string, outcome: AttemptOutcome, error: ErrorData | null, at: Date): void {
    const open = this.#open.get(step)
    this.#open.delete(step)
    if (open !== undefined) Object.assign(open, { endedAt: at, outcome, error })
    else this.#endUnbegun(step, outcome, error, at)
  }

  noteOperator({ verb, step, reason }: InstanceEvents['Operated'], at: Date): void {
    const attempt = step === null ? 0 : (this.#lastOf(step)?.attempt ?? 0)
    this.#entries.push({
      ...{ step, attempt, kind: 'operator', startedAt: at, endedAt: at },
      ...{ outcome: verb, error: null, reason },
    })
  }

  entries(): readonly TimelineEntry[] {
    return this.#entries.map((each) =>
      Object.freeze({
        ...each,
        durationMs:
          each.endedAt === null ? null : each.endedAt.getTime() - each.startedAt.getTime(),
      }),
    )
  }

  #lastOf(step: string): OpenEntry | undefined {
    return this.#entries.findLast((each) => each.step === step && each.kind !== 'operator')
  }

  /** A mark, or a step that an operator skipped between two attempts, or before its first. */
  #endUnbegun(step: string, outcome: AttemptOutcome, error: ErrorData | null, at: Date): void {
    const last = this.#lastOf(step)
    this.#entries.push({
      ...{ step, attempt: last?.attempt ?? 0, kind: last?.kind ?? 'mark', startedAt: at },
      ...{ endedAt: at, outcome, error, reason: null },
    })
  }
}

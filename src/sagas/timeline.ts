/**
 * The timeline of an instance: what happened to it, attempt by attempt, read from its stream.
 *
 * A fold like any other; it invents nothing and decides nothing.
 */

import type { ErrorData } from '../base/errors.js'
import type { AnyRecordedEvent } from '../define/projector.js'
import type { InstanceEventName, InstanceEvents } from '../define/saga/instance-events.js'

/** How an attempt of a step went. `running`: it has not ended. */
export type AttemptOutcome =
  | 'running'
  | 'completed'
  | 'failed'
  | 'retried'
  | 'halted'
  | 'skipped'
  | 'cancelled'

/** One attempt of a step. */
export interface TimelineEntry {
  /** `capture`, `reserve[2]`, `reserve[2]/undo`; `#1` for what a reaction sent. */
  readonly step: string
  /** 1-based; 0: it ended without having begun. */
  readonly attempt: number
  readonly kind: 'send' | 'call' | 'wait' | 'mark'
  readonly startedAt: Date
  /** `null`: it has not ended. */
  readonly endedAt: Date | null
  /** Milliseconds; `null`: it has not ended. */
  readonly durationMs: number | null
  readonly outcome: AttemptOutcome
  /** Why it failed, is tried again, or halted. */
  readonly error: ErrorData | null
}

interface OpenEntry {
  step: string
  attempt: number
  kind: TimelineEntry['kind']
  startedAt: Date
  endedAt: Date | null
  outcome: AttemptOutcome
  error: ErrorData | null
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
      ...{ endedAt: null, outcome: 'running', error: null },
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

  entries(): readonly TimelineEntry[] {
    return this.#entries.map((each) =>
      Object.freeze({
        ...each,
        durationMs:
          each.endedAt === null ? null : each.endedAt.getTime() - each.startedAt.getTime(),
      }),
    )
  }

  /** A mark, or a step that an operator skipped between two attempts, or before its first. */
  #endUnbegun(step: string, outcome: AttemptOutcome, error: ErrorData | null, at: Date): void {
    const last = this.#entries.findLast((each) => each.step === step)
    this.#entries.push({
      ...{ step, attempt: last?.attempt ?? 0, kind: last?.kind ?? 'mark', startedAt: at },
      ...{ endedAt: at, outcome, error },
    })
  }
}

/**
 * The state of one saga instance: a fold of its own stream and of nothing else.
 *
 * Types and the questions that are asked of them. What was decided is in the events as data, so no
 * function of a user's runs when an instance comes back: a deploy changes what happens next, never what
 * has happened.
 */

import type { ErrorData } from '../../base/errors.js'
import type { Position } from '../../events/event.js'

/**
 * `none`: no event has started it. `running` and `compensating` go on; the others are its end:
 * `completed`, `compensated` (a step failed, and everything was taken back), `failed` (something could
 * not be), `cancelled` (an operator ended it).
 */
export type SagaStatus =
  | 'none'
  | 'running'
  | 'compensating'
  | 'completed'
  | 'compensated'
  | 'failed'
  | 'cancelled'

/** Where a step stands. The first two are under way outside of the instance. */
export type StepStatus =
  | 'sending'
  | 'calling'
  /** For an event. */
  | 'waiting'
  /** For the time of its next attempt. */
  | 'retrying'
  /** For an operator. */
  | 'halted'
  | 'completed'
  | 'failed'
  | 'skipped'
  | 'cancelled'

/** A command as it was decided. */
export interface RecordedCommand {
  readonly actor: string
  readonly aggregateId: string
  readonly command: string
  readonly data: unknown
}

/** What a step may have done to the world. `unknown`: its call failed, and may have acted before. */
export type StepEffect = 'none' | 'done' | 'unknown'

/** Why a step under way is not wanted any more. */
export type AbandonCause = 'timeout' | 'failure' | 'lost' | 'cancelled'

export interface StepRecord {
  readonly kind: 'send' | 'call' | 'none'
  readonly status: StepStatus
  /** 1-based. */
  readonly attempt: number
  /** Steps that ended are numbered in the order of their ends, from 1; 0: it has not. */
  readonly ended: number
  readonly effect: StepEffect
  readonly abandoned: AbandonCause | null
  /** Whether a timer is set for it. */
  readonly hasTimer: boolean
  readonly error: ErrorData | null
}

/** An event that came before any step waited for it. It is in the log; this says where. */
export interface KeptEvent {
  readonly type: string
  readonly position: Position
  /** Which one of those that an upcaster made of it, from 0. */
  readonly part: number
}

/** Why an instance cannot go on without an operator. */
export interface Halt {
  /** The step that it stands at; `null`: none in particular. */
  readonly step: string | null
  readonly error: ErrorData
  /** Which halt of this instance it is, from 1. */
  readonly number: number
  /** The step has its answer, and what is made of it failed: the answer is kept here. */
  readonly answer: { readonly value: unknown } | null
}

/** Something that could not be taken back. */
export interface NotUndone {
  readonly step: string
  readonly error: ErrorData
}

/** Why an instance is being taken back, or ended badly. */
export interface SagaCause {
  /** `null`: an operator, or a reaction that failed. */
  readonly step: string | null
  readonly error: ErrorData
}

export interface SagaInstance {
  readonly status: SagaStatus
  /** The user's state. */
  readonly data: unknown
  /** Place of the last event taken in: its position, and its part if an upcaster split it. */
  readonly receivedTo: readonly [position: Position, part: number]
  /** By step id: `capture`, `reserve[2]`, `reserve[2]/undo`, `#1` for what a reaction sent. */
  readonly steps: Readonly<Record<string, StepRecord>>
  readonly endedCount: number
  /** What `when` said, by id. */
  readonly choices: Readonly<Record<string, boolean>>
  /** What `each` found, by id. */
  readonly items: Readonly<Record<string, readonly unknown[]>>
  /** Which branch of `first` won, by id. */
  readonly winners: Readonly<Record<string, number>>
  readonly inbox: readonly KeptEvent[]
  /** Those that are read again, until they have been offered. */
  readonly recalled: readonly KeptEvent[]
  /** Timers that are set, by name, each with the id of its setting. */
  readonly timers: Readonly<Record<string, string>>
  readonly timersSet: number
  /** Commands that reactions have sent so far. */
  readonly sends: number
  /** Those that are not answered yet, by step id. */
  readonly commands: Readonly<Record<string, RecordedCommand>>
  readonly haltsCount: number
  /** Where it waits for an operator, in order; empty: it goes on. */
  readonly halts: readonly Halt[]
  /** A reaction has completed it; commands that it sent before are still under way. */
  readonly isCompleting: boolean
  readonly cause: SagaCause | null
  /** An operator ended it, for this reason. */
  readonly cancelled: string | null
  readonly notUndone: readonly NotUndone[]
}

export const newInstance: SagaInstance = Object.freeze({
  status: 'none',
  data: null,
  receivedTo: Object.freeze([0, 0] as const),
  steps: Object.freeze({}),
  endedCount: 0,
  choices: Object.freeze({}),
  items: Object.freeze({}),
  winners: Object.freeze({}),
  inbox: Object.freeze([]),
  recalled: Object.freeze([]),
  timers: Object.freeze({}),
  timersSet: 0,
  sends: 0,
  commands: Object.freeze({}),
  haltsCount: 0,
  halts: Object.freeze([]),
  isCompleting: false,
  cause: null,
  cancelled: null,
  notUndone: Object.freeze([]),
})

/** Whether two say the same place in the log. */
export function isSameEvent(one: KeptEvent, { type, position, part }: KeptEvent): boolean {
  return one.position === position && one.part === part && one.type === type
}

/** Whether it goes on. */
export function isActive({ status }: SagaInstance): boolean {
  return status === 'running' || status === 'compensating'
}

/** Whether a step is under way outside of its instance: only an answer ends it. */
export function isInFlight({ status }: StepRecord): boolean {
  return status === 'sending' || status === 'calling'
}

/** Whether a step has begun and not ended. */
export function isOpen({ ended }: StepRecord): boolean {
  return ended === 0
}

/** What a step id says. */
export interface StepId {
  readonly name: string
  /** Which item of each `each` around it, outermost first. */
  readonly indexes: readonly number[]
  readonly isUndo: boolean
}

const undoSuffix = '/undo'

/** `reserve`, `reserve[2]`, `reserve[2,0]`. */
export function stepIdOf(name: string, indexes: readonly number[]): string {
  return indexes.length === 0 ? name : `${name}[${indexes.join(',')}]`
}

/** The id of what takes a step back. */
export function undoIdOf(stepId: string): string {
  return `${stepId}${undoSuffix}`
}

export function parseStepId(id: string): StepId {
  const isUndo = id.endsWith(undoSuffix)
  const own = isUndo ? id.slice(0, -undoSuffix.length) : id
  const bracket = own.indexOf('[')
  if (bracket < 0) return { name: own, indexes: [], isUndo }
  const indexes = own
    .slice(bracket + 1, -1)
    .split(',')
    .map(Number)
  return { name: own.slice(0, bracket), indexes, isUndo }
}

/** The step that an undo takes back. */
export function undoneBy(undoId: string): string {
  return undoId.slice(0, -undoSuffix.length)
}

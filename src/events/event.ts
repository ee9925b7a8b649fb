/**
 * What an event is: the envelope that every layer passes along.
 *
 * Types only. How an envelope becomes bytes is `record.ts`; what a payload may hold is `values.ts`.
 *
 * Invariants:
 *   - `version` is 1-based and dense in its stream, `position` 1-based and dense in the log;
 *   - `id` is `streamId@version`: unique in its store for ever, and the same on every read; events that
 *     an upcaster made of one recorded event share it and differ in `part`;
 *   - `recordedAt` never decreases along the log.
 */

/** The closed set of values that a payload, a row or a state may hold; see `values.ts`. */
export type EventValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | readonly EventValue[]
  | { readonly [key: string]: EventValue }

/** 1-based place in the log; 0 stands before the first event. */
export type Position = number

/** 1-based place in a stream; 0 = the stream does not exist. */
export type Version = number

/** Where an event came from. Set by the runtime; further keys are the caller's own. */
export interface EventMetadata {
  /** The command that decided the event. */
  readonly commandId: string
  /** Of the command's name and payload, where the caller chose the commandId: `command-hash.ts`. */
  readonly commandHash?: string
  /** The same for everything that one outside request led to. Default: its first commandId. */
  readonly correlationId: string
  /** The event that led to the command; for a command from outside, the command's own id. */
  readonly causationId: string
  readonly userId?: string
  readonly [key: string]: EventValue | undefined
}

/** An event as decided: a type and a payload. Made by an event creator; copied when it is recorded. */
export interface NewEvent<Type extends string = string, Data = unknown> {
  readonly type: Type
  readonly data: Data
}

/** An event as the log has it. Frozen where it is shared, private to its reader elsewhere. */
export interface RecordedEvent<Type extends string = string, Data = unknown> {
  /** `streamId@version`. */
  readonly id: string
  readonly type: Type
  readonly schemaVersion: number
  readonly aggregateType: string
  readonly aggregateId: string
  /** `aggregateType-aggregateId`. */
  readonly streamId: string
  readonly version: Version
  readonly position: Position
  /** The runtime's clock at commit. */
  readonly recordedAt: Date
  /** When it happened in the world: `recordedAt`, unless the command said otherwise. */
  readonly occurredAt: Date
  readonly data: Data
  readonly metadata: EventMetadata
  /**
   * Only where personal fields are forgotten: their names as recorded. They read as their replacements.
   */
  readonly forgotten?: readonly string[]
  /** Only where an upcaster made several events of one: which of them this is, from 0. */
  readonly part?: number
}

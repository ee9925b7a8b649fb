/**
 * What a replay to a handler is asked for, and what it says of itself.
 *
 * Parsing needs to know what the handler is done with: only that can be replayed.
 */

import { type ErrorData, InvalidArgumentError } from '../base/errors.js'
import { arrayAt, functionAt, integerIn, knownKeys, signalAt } from '../base/options.js'
import type { HandlerDefinition } from '../define/handler.js'
import type { AnyRecordedEvent } from '../define/projector.js'
import type { Position } from '../events/event.js'

/** Which past events to deliver again: those of which everything that is given holds. */
export interface ReplayOptions {
  /** First position. @default 1 */
  readonly from?: Position
  /** Last position; at most the handler's own. @default the handler's position */
  readonly to?: Position
  /** Present names of event types that the handler has. @default all of them */
  readonly types?: readonly string[]
  /** Keys of the handler, as dead letters name them. @default all */
  readonly keys?: readonly string[]
  /** Asked on the host for each event, as it is today. What it throws ends the replay. */
  readonly filter?: (event: AnyRecordedEvent) => boolean
  /** Gives it up: what is under way ends, nothing more begins. */
  readonly signal?: AbortSignal
  /** Called after each batch. */
  readonly onProgress?: (progress: ReplayProgress) => void
  /** More failed keys than that end the replay. Integer in [0, 10_000]. @default 100 */
  readonly failuresMax?: number
}

export interface ReplayProgress {
  /** Everything of the range up to here is through. */
  readonly position: Position
  readonly to: Position
  /** Events handled. */
  readonly delivered: number
  /** Positions passed per second, on average. */
  readonly positionsPerSecond: number
  /** Milliseconds to go at this rate. */
  readonly etaMs: number
}

/** An event that failed for good in a replay. */
export interface ReplayFailure {
  readonly position: Position
  readonly key: string
  /** Deliveries in this replay. */
  readonly attempts: number
  readonly error: ErrorData
  /** Later events of its key that were not delivered, to keep the order. */
  readonly left: number
}

export interface ReplayResult {
  readonly from: Position
  readonly to: Position
  /** Everything of the range up to here is through. */
  readonly position: Position
  /** Events handled. */
  readonly delivered: number
  /** One for each failed key, in the order of their positions. */
  readonly failures: readonly ReplayFailure[]
  /** Events that wait for a retry or as dead letters: redriven, not replayed. */
  readonly withheld: number
  readonly durationMs: number
}

/** {@link ReplayOptions}, parsed and complete. */
export interface ParsedReplay {
  readonly from: Position
  readonly to: Position
  readonly types: ReadonlySet<string> | null
  readonly keys: ReadonlySet<string> | null
  readonly filter: ((event: AnyRecordedEvent) => boolean) | null
  readonly signal: AbortSignal | undefined
  readonly onProgress: (progress: ReplayProgress) => void
  readonly failuresMax: number
}

const optionNames = ['from', 'to', 'types', 'keys', 'filter', 'signal', 'onProgress', 'failuresMax']

/**
 * @param position - What the handler is done with.
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 */
export function parseReplay(
  definition: HandlerDefinition,
  given: ReplayOptions,
  position: Position,
): ParsedReplay {
  const options = knownKeys('replay', given, optionNames)
  const { signal, onProgress, filter, failuresMax } = options
  if (signal !== undefined) signalAt('replay.signal', signal)
  const to = options.to ?? position
  if (to > position) {
    const expected = `at most ${position}, what ${definition.name} is done with; later events are on their way`
    throw new InvalidArgumentError('replay.to', expected, to)
  }
  return {
    from: integerIn('replay.from', options.from ?? 1, 1, Number.MAX_SAFE_INTEGER),
    to: integerIn('replay.to', to, 0, Number.MAX_SAFE_INTEGER),
    types: parseTypes(definition, options.types),
    keys: parseTexts('replay.keys', options.keys),
    filter: filter === undefined ? null : functionAt('replay.filter', filter),
    signal,
    onProgress: onProgress === undefined ? () => {} : functionAt('replay.onProgress', onProgress),
    failuresMax: integerIn('replay.failuresMax', failuresMax ?? 100, 0, 10_000),
  }
}

function parseTypes(
  { name, on }: HandlerDefinition,
  types: readonly string[] | undefined,
): ReadonlySet<string> | null {
  const parsed = parseTexts('replay.types', types)
  for (const type of parsed ?? []) {
    if (Object.hasOwn(on, type)) continue
    const known = Object.keys(on).join(', ') || 'none'
    throw new InvalidArgumentError('replay.types', `types that ${name} handles (${known})`, type)
  }
  return parsed
}

function parseTexts(
  argument: string,
  texts: readonly string[] | undefined,
): ReadonlySet<string> | null {
  if (texts === undefined) return null
  for (const text of arrayAt(argument, texts)) {
    if (typeof text !== 'string' || text === '') {
      throw new InvalidArgumentError(argument, 'a list of texts', text)
    }
  }
  return new Set(texts)
}

/**
 * What a caller says beside a command, and what it gets back.
 *
 * Parsing happens once, at the edge: a {@link CommandContext} is complete and trusted. Runs per
 * command.
 */

import { InvalidArgumentError } from '../base/errors.js'
import type { IdSource } from '../base/ids.js'
import { dateAt, integerIn, knownKeys, signalAt } from '../base/options.js'
import type {
  EventMetadata,
  EventValue,
  Position,
  RecordedEvent,
  Version,
} from '../events/event.js'
import { copyPayload } from '../events/values.js'
import type { ExpectedVersion } from '../store/contracts.js'

/** What may be said beside a command. */
export interface SendOptions {
  /**
   * Names the command, so that it can be repeated: its actor answers a repeat with the first one's
   * receipt. At most 1,000 characters. @default a new ULID, which nobody can repeat
   */
  readonly commandId?: string
  /** @default commandId */
  readonly correlationId?: string
  /** @default commandId */
  readonly causationId?: string
  readonly userId?: string
  /** More keys for the events' metadata. The four above, and `commandHash`, are not among them. */
  readonly metadata?: Readonly<Record<string, EventValue>>
  /** The version that the decision must be based on. @default 'any' */
  readonly expectedVersion?: ExpectedVersion
  /** When it happened in the world. @default the time of recording */
  readonly occurredAt?: Date
  /** Gives up waiting. A command that has not run yet is not run. */
  readonly signal?: AbortSignal
  /** Gives up waiting after so long. Milliseconds in [1, 2_147_483_647]. @default never */
  readonly timeoutMs?: number
}

/** What may be said beside a command of a transaction; the rest is said of all of them. */
export type CommandOptions = Pick<SendOptions, 'expectedVersion' | 'occurredAt'>

/** What may be said beside a transaction. `commandId` names all of it, so that it can be repeated. */
export type TransactOptions = Omit<SendOptions, 'expectedVersion'>

/** What may be said beside a decision over tags. It has no `commandId`: its tags tell a repeat. */
export type DecideOptions = Omit<TransactOptions, 'commandId'>

/** What a durable command returns. */
export interface Receipt<Event extends RecordedEvent = RecordedEvent> {
  readonly streamId: string
  /** The stream's version after the command. */
  readonly version: Version
  /** Position of the stream's last event. 0: it has none. */
  readonly position: Position
  /** What the command recorded; empty when there was nothing to do. */
  readonly events: readonly Event[]
  /** Whether this is the receipt of an earlier command with this id, which recorded the events. */
  readonly duplicate: boolean
}

/** {@link SendOptions}, parsed and complete. */
export interface CommandContext {
  readonly metadata: EventMetadata
  /** That of the metadata; `undefined` for a command that cannot be repeated. */
  readonly commandHash: string | undefined
  /** {@link anyVersion} where none is expected. */
  readonly expectedVersion: number
  readonly occurredAtMs: number | undefined
  readonly signal: AbortSignal | undefined
  readonly timeoutMs: number | undefined
  /** Whether there is a signal or a deadline to watch. */
  readonly isWatched: boolean
}

/** An expected version that every version meets. */
export const anyVersion = -1

const idCharsMax = 1_000

export const decideOptionNames: readonly string[] = [
  'correlationId',
  'causationId',
  'userId',
  'metadata',
  'occurredAt',
  'signal',
  'timeoutMs',
]

export const transactOptionNames: readonly string[] = ['commandId', ...decideOptionNames]

const optionNames = [...transactOptionNames, 'expectedVersion']

/** The keys of the metadata that are not the caller's own. */
const reservedKeys = ['commandId', 'commandHash', 'correlationId', 'causationId', 'userId']

/** The context of a command that was sent without options. */
export function createCommandContext(ids: IdSource): CommandContext {
  const commandId = ids.next()
  return {
    metadata: Object.freeze({ commandId, correlationId: commandId, causationId: commandId }),
    commandHash: undefined,
    expectedVersion: anyVersion,
    occurredAtMs: undefined,
    signal: undefined,
    timeoutMs: undefined,
    isWatched: false,
  }
}

/**
 * @param hashOf - Hashes the command, where its caller named it; `null`: no command is remembered.
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 * @throws {EventValueError} DRAMATIS_EVENT_VALUE: metadata holds what no event may hold.
 */
export function parseSendOptions(
  given: SendOptions,
  ids: IdSource,
  hashOf: (() => string) | null,
): CommandContext {
  if (given === null || typeof given !== 'object') {
    throw new InvalidArgumentError('options', 'an object', given)
  }
  const options = knownKeys('options', given, optionNames)
  const metadata = parseMetadata(options, ids, hashOf)
  return {
    metadata,
    commandHash: metadata.commandHash,
    expectedVersion: parseExpectedVersion(options.expectedVersion),
    occurredAtMs: parseTime(options.occurredAt),
    signal: parseSignal(options.signal),
    timeoutMs:
      options.timeoutMs === undefined
        ? undefined
        : integerIn('timeoutMs', options.timeoutMs, 1, 2_147_483_647),
    isWatched: options.signal !== undefined || options.timeoutMs !== undefined,
  }
}

/**
 * The context of a command of a transaction: what was said of all of them, and of this one.
 *
 * @param at - Which of the commands it is, from 0.
 * @param commandHash - Of the whole transaction; `undefined` for one that cannot be repeated.
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 */
export function contextInTransaction(
  shared: CommandContext,
  at: number,
  options: CommandOptions,
  commandHash: string | undefined,
): CommandContext {
  const own = knownKeys('options of a command', options, ['expectedVersion', 'occurredAt'])
  const commandId = `${shared.metadata.commandId}#${at}`
  const ids = commandHash === undefined ? { commandId } : { commandId, commandHash }
  return {
    metadata: Object.freeze({ ...shared.metadata, ...ids }),
    commandHash,
    expectedVersion: parseExpectedVersion(own.expectedVersion),
    occurredAtMs: parseTime(own.occurredAt) ?? shared.occurredAtMs,
    signal: undefined,
    timeoutMs: undefined,
    isWatched: false,
  }
}

function parseMetadata(
  options: SendOptions,
  ids: IdSource,
  hashOf: (() => string) | null,
): EventMetadata {
  const named = parseId('commandId', options.commandId)
  const commandId = named ?? ids.next()
  const correlationId = parseId('correlationId', options.correlationId) ?? commandId
  const causationId = parseId('causationId', options.causationId) ?? commandId
  const userId = parseId('userId', options.userId)
  const own = {
    commandId,
    ...(named === undefined || hashOf === null ? {} : { commandHash: hashOf() }),
    correlationId,
    causationId,
    ...(userId === undefined ? {} : { userId }),
  }
  if (options.metadata === undefined) return Object.freeze(own)
  const more = copyPayload(options.metadata, 'metadata')
  for (const key of reservedKeys) {
    if (!Object.hasOwn(more, key)) continue
    const why = key === 'commandHash' ? 'the runtime sets it' : 'it has an option of its own'
    throw new InvalidArgumentError(`metadata.${key}`, `absent: ${why}`, key)
  }
  return Object.freeze({ ...more, ...own })
}

function parseId(argument: string, id: unknown): string | undefined {
  if (id === undefined) return undefined
  const isId =
    typeof id === 'string' && id.length > 0 && id.length <= idCharsMax && id.isWellFormed()
  if (isId) return id
  throw new InvalidArgumentError(
    argument,
    `a well-formed string of 1 to ${idCharsMax} characters`,
    id,
  )
}

function parseExpectedVersion(expected: unknown): number {
  if (expected === undefined || expected === 'any') return anyVersion
  if (expected === 'none') return 0
  if (typeof expected === 'number' && Number.isSafeInteger(expected) && expected >= 0) {
    return expected
  }
  throw new InvalidArgumentError('expectedVersion', "an integer from 0, 'none' or 'any'", expected)
}

function parseTime(time: unknown): number | undefined {
  if (time === undefined) return undefined
  return dateAt('occurredAt', time).getTime()
}

function parseSignal(signal: unknown): AbortSignal | undefined {
  return signal === undefined ? undefined : signalAt('signal', signal)
}

/**
 * Decisions: what `decide` returned, read into events to stage.
 *
 * Pure. Whatever is returned is read once, checked and copied here; nothing of it is kept. Runs per
 * command.
 *
 * Invariants:
 *   - an event that leaves here is one of its actor's, fits its schema, and is frozen;
 *   - whatever `decide` does, the actor is unharmed.
 */

import { types } from 'node:util'
import { describeValue } from '../base/errors.js'
import type { Rejection } from '../define/actor.js'
import type { NewEvent } from '../events/event.js'
import type { Payload } from '../events/schema.js'
import type { EventToStage } from '../store/contracts.js'
import type { EventType } from './actor-type.js'
import type { CommandTools } from './command-tools.js'
import {
  CommandRejectedError,
  DecideFailedError,
  InvalidDecisionError,
  OverloadedError,
} from './errors.js'
import { tagsOfEvent } from './event-tags.js'
import type { Message } from './message.js'
import { personalFieldsOf } from './personal-fields.js'

/**
 * Decides a command.
 *
 * @param eventsMax - The limit `eventsPerCommandMax`, or the command's own.
 * @throws {CommandRejectedError} DRAMATIS_COMMAND_REJECTED
 * @throws {DecideFailedError} DRAMATIS_DECIDE_FAILED
 * @throws {InvalidDecisionError} DRAMATIS_INVALID_DECISION
 * @throws {SchemaMismatchError} DRAMATIS_SCHEMA_MISMATCH: an event does not fit its schema.
 * @throws {EventValueError} DRAMATIS_EVENT_VALUE: an event holds what no event may hold.
 * @throws {InvalidTagsError} DRAMATIS_INVALID_TAGS
 * @throws {InvalidSubjectError} DRAMATIS_INVALID_SUBJECT: of a personal field.
 * @throws {OverloadedError} DRAMATIS_OVERLOADED: more events than one command may decide.
 */
export function decideEvents(
  message: Message,
  state: unknown,
  tools: CommandTools,
  eventsMax: number,
): readonly EventToStage[] {
  const decision = decide(message, state, tools)
  if (!isList(message, decision)) return [toEvent(message, decision)]
  const list = copyList(message, decision, eventsMax)
  return list.map((each) => toEvent(message, each))
}

function decide(message: Message, state: unknown, tools: CommandTools): unknown {
  try {
    return message.command!.definition.decide(state, message.payload, tools)
  } catch (error) {
    throw new DecideFailedError(message.streamId, message.name, error)
  }
}

function isList(message: Message, decision: unknown): decision is readonly unknown[] {
  try {
    return Array.isArray(decision)
  } catch (error) {
    throw invalid(message, 'a list that throws when it is read', error)
  }
}

/** A list may be a proxy too, or of any length. */
function copyList(message: Message, list: readonly unknown[], eventsMax: number): unknown[] {
  let length: number
  try {
    length = list.length
    const isLength = Number.isSafeInteger(length) && length >= 0
    if (!isLength) throw new TypeError('a length that is none')
    if (length <= eventsMax) return Array.from({ length }, (_each, at) => list[at])
  } catch (error) {
    throw invalid(message, 'a list that throws when it is read', error)
  }
  throw new OverloadedError('eventsPerCommandMax', eventsMax, length, message.streamId)
}

/** Reads each property once. A getter or a proxy may throw: that too is an invalid decision. */
function toEvent(message: Message, decided: unknown): EventToStage {
  if (decided === null || typeof decided !== 'object') {
    throw invalid(message, describeValue(decided))
  }
  let type: unknown
  let data: unknown
  let rejected: unknown
  let detail: unknown
  try {
    type = (decided as NewEvent).type
    data = (decided as NewEvent).data
    rejected = (decided as Rejection).rejected
    if (rejected !== undefined) detail = (decided as Rejection).message
  } catch (error) {
    throw invalid(message, 'an object that throws when it is read', error)
  }
  if (rejected !== undefined) throw rejection(message, rejected, detail)
  if (type === undefined) throw invalid(message, describeUntyped(decided))
  return checkedEvent(message, type, data)
}

function checkedEvent(message: Message, type: unknown, data: unknown): EventToStage {
  const known = message.type.events.get(type as string)
  if (known === undefined || known.endsStream !== message.command!.endsStream) {
    throw invalid(message, describeType(type))
  }
  const { metadata, occurredAtMs } = message.context!
  const { schemaVersion } = known
  // A command's payload handed on as the event's is ours already: it need not be copied again.
  const checked =
    data === message.payload ? known.payload.recheck(data as Payload) : known.payload.check(data)
  const event: EventToStage =
    occurredAtMs === undefined
      ? { type: type as string, schemaVersion, data: checked, metadata }
      : { type: type as string, schemaVersion, data: checked, metadata, occurredAtMs }
  if (known.tags === null && known.personal === null) return event
  return withConcerns(message, event, known)
}

/** What few events have: tags, and fields about somebody. */
function withConcerns(message: Message, event: EventToStage, type: EventType): EventToStage {
  const { data } = event
  const { tags: tagsOf, personal: fieldsOf } = type
  const tags = tagsOf === null ? undefined : tagsOfEvent(message.streamId, event.type, tagsOf, data)
  const personal = fieldsOf === null ? null : personalFieldsOf(fieldsOf, data, message.aggregateId)
  return {
    ...event,
    ...(tags === undefined ? {} : { tags }),
    ...(personal === null ? {} : { personal }),
  }
}

function rejection(message: Message, reason: unknown, detail: unknown): Error {
  if (typeof reason !== 'string' || reason.length === 0) {
    return invalid(message, `a rejection whose reason is ${describeValue(reason)}`)
  }
  const said = typeof detail === 'string' ? detail : undefined
  return new CommandRejectedError(message.streamId, message.name, reason, said)
}

function describeType(type: unknown): string {
  return `an event of type ${describeValue(type)}, which is not among the actor's`
}

function describeUntyped(decided: object): string {
  if (!types.isPromise(decided)) return `${describeValue(decided)} without a type`
  // Whatever comes of it comes too late; a rejection must not end the process.
  decided.catch(() => {})
  return 'a promise: decide is synchronous, look things up in prepare'
}

function invalid(message: Message, found: string, cause?: unknown): InvalidDecisionError {
  return new InvalidDecisionError(message.streamId, message.name, found, { cause })
}

/**
 * Sending the commands of steps to their actors, and reading the answers.
 *
 * A command's id follows from the instance and the step alone, and one that may have been sent before is
 * looked for first, so it acts once however often its step is delivered. A refusal is an answer; what the
 * machine could not do is not, and is thrown.
 */

import type { ActorSystem } from '../actors/actor-system.js'
import type { SentCommand } from '../actors/sent-before.js'
import type { HandlerReceipt } from '../define/handler.js'
import type { StepStart } from '../define/saga/instance-events.js'
import { isTypeName, parseAggregateId, streamIdOf } from '../events/stream-id.js'
import type { Origin } from './instance-port.js'
import { recordedErrorOf } from './recorded-error.js'
import type { Answer } from './settle.js'

/** Codes of errors that say what the domain, or the store for it, has refused. */
const refusals: ReadonlySet<string> = new Set([
  'DRAMATIS_COMMAND_REJECTED',
  'DRAMATIS_CLAIM_TAKEN',
  'DRAMATIS_STREAM_ENDED',
])

/** Codes of errors that come again until the code has changed. */
const mistakes: ReadonlySet<string> = new Set([
  'DRAMATIS_UNKNOWN_ACTOR',
  'DRAMATIS_UNKNOWN_COMMAND',
  'DRAMATIS_INVALID_ID',
  'DRAMATIS_INVALID_ARGUMENT',
  'DRAMATIS_SCHEMA_MISMATCH',
  'DRAMATIS_EVENT_VALUE',
  'DRAMATIS_DECIDE_FAILED',
  'DRAMATIS_INVALID_DECISION',
  'DRAMATIS_INVALID_CLAIM',
  'DRAMATIS_INVALID_TAGS',
  'DRAMATIS_INVALID_SUBJECT',
  'DRAMATIS_EVOLVE_FAILED',
  'DRAMATIS_COMMAND_ID_REUSED',
  'DRAMATIS_RECORD_TOO_LARGE',
])

/** Sends a command, unless it was sent before. */
export type SendOnce = (
  streamId: string,
  commandId: string,
  send: () => Promise<HandlerReceipt>,
) => Promise<SentCommand>

/** The commandId of a step: the same for all of its attempts. */
export function stepCommandId(saga: string, sagaId: string, step: string): string {
  return `${streamIdOf(saga, sagaId)}/${step}`
}

/**
 * Sends the command of an attempt.
 *
 * @throws whatever is neither a refusal nor a mistake: the attempt has no answer yet.
 */
export async function sendStep(
  actors: ActorSystem,
  saga: string,
  sagaId: string,
  { step, attempt, command }: StepStart,
  origin: Origin,
  sendOnce: SendOnce,
): Promise<Answer> {
  const { actor, aggregateId, command: name, data } = command!
  const commandId = stepCommandId(saga, sagaId, step)
  try {
    const send = (): Promise<HandlerReceipt> =>
      actors.send(actor, aggregateId, name, data, { ...origin, commandId })
    // What cannot be an actor is for the actor system to refuse.
    if (!isTypeName(actor)) await send()
    const streamId = streamIdOf(actor, parseAggregateId(actor, aggregateId))
    const { receipt: value } = await sendOnce(streamId, commandId, send)
    return { step, attempt, failure: null, value, isMistake: false }
  } catch (thrown) {
    const { code = '' } = thrown as { code?: string }
    if (!refusals.has(code) && !mistakes.has(code)) throw thrown
    const failure = { error: recordedErrorOf(thrown), terminal: false, retryAfterMs: null }
    return { step, attempt, failure, value: null, isMistake: mistakes.has(code) }
  }
}

/**
 * A message to an instance of a saga, described and not sent: checked once, plain data from then on.
 *
 * Whether there is an instance, and whether it takes the message, is found out when it is sent.
 */

import { InvalidArgumentError } from '../base/errors.js'
import type { AnySaga } from '../define/saga/saga.js'
import type { EventValue } from '../events/event.js'
import { parseAggregateId } from '../events/stream-id.js'
import { copyValue } from '../events/values.js'

/** A message to an instance that has not been sent: for `runtime.schedule`. Frozen. */
export interface SagaMessageToSend {
  readonly saga: string
  readonly sagaId: string
  readonly message: string
  readonly data: unknown
}

/** {@link SagaMessageToSend}, checked: it can be kept. */
export interface DescribedMessage extends SagaMessageToSend {
  readonly data: EventValue
}

/**
 * @throws {InvalidIdError} DRAMATIS_INVALID_ID
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT: the saga has no such message.
 * @throws {EventValueError} DRAMATIS_EVENT_VALUE
 */
export function describeMessage(
  saga: AnySaga,
  sagaId: string,
  message: string,
  data: unknown,
): DescribedMessage {
  parseAggregateId(saga.name, sagaId)
  if (typeof message !== 'string' || !Object.hasOwn(saga.messages, message)) {
    const known = Object.keys(saga.messages).join(', ') || 'it has none'
    throw new InvalidArgumentError('message', `a message of saga ${saga.name} (${known})`, message)
  }
  const copy = copyValue(data ?? null, `data of ${message}`)
  return Object.freeze({ saga: saga.name, sagaId, message, data: copy })
}

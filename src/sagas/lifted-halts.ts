/**
 * Halts that an operator has lifted while the key of their instance is still parked by them.
 *
 * What an operator does is recorded first; then the key is taken out of the dead letters. A crash may
 * come between the two, and the key may be parked only afterwards. So every key that is found parked is
 * looked at once more.
 */

import type { AnyRecordedEvent } from '../define/projector.js'
import { type InstanceEvents, instanceEventType } from '../define/saga/instance-events.js'
import type { HandlerSubscription, ParkedKey } from '../subscriptions/handler-subscription.js'
import type { SagaPorts } from './saga-ports.js'

/** Lets a parked key go on if its instance is not halted any more by the event that parked it. */
export async function releaseLifted(
  { saga, instances, log }: SagaPorts,
  handler: HandlerSubscription,
  { partition, key, position }: ParkedKey,
): Promise<void> {
  const batch = await log.readBatch({ after: position - 1, to: position, eventsMax: 1 })
  const event = batch.events[0] as AnyRecordedEvent | undefined
  if (event?.type !== instanceEventType(saga.name, 'Halted')) return
  const { number } = event.data as InstanceEvents['Halted']
  const { halts } = await instances.state(event.aggregateId)
  if (halts.some((halt) => halt.number === number)) return
  await handler.redrive([{ partition, key }])
}

/**
 * The keys of a saga among the dead letters: told apart, and let go once nothing holds them any more.
 *
 * An operator's verb is recorded by the instance first; its key is redriven after that. A crash between the
 * two, or a delivery that parks the key only after the verb, would leave it parked for a halt that is
 * over. So whoever parks a key, finds one at the start, or has used a verb, asks here.
 *
 * Invariants:
 *   - a key is redriven only when its instance is halted nowhere.
 */

import type { ErrorData } from '../base/errors.js'
import { isActive } from '../define/saga/instance-state.js'
import type { HandlerSubscription } from '../subscriptions/handler-subscription.js'
import type { KeyName } from '../subscriptions/work-store.js'
import type { InstancePort } from './instance-port.js'

/** What of a saga's handler is needed here. */
export type ParkedKeys = Pick<HandlerSubscription, 'blockedKey' | 'parkedKeys' | 'redrive'>

/** Redrives the key of an instance, if it is parked and the instance is halted nowhere. */
export async function releaseKey(
  instances: InstancePort,
  keys: ParkedKeys,
  name: KeyName,
): Promise<void> {
  if (keys.blockedKey(name)?.state !== 'parked') return
  const { halts } = await instances.state(name.key)
  if (halts.length === 0) await keys.redrive([name])
}

/** A key was parked, or was found parked: redrives it if what it was parked for is over. */
export async function releaseIfOver(
  instances: InstancePort,
  keys: ParkedKeys,
  name: KeyName,
): Promise<void> {
  const blocked = keys.blockedKey(name)
  if (blocked?.state !== 'parked') return
  const code = causeOf(blocked.error)
  if (code === 'DRAMATIS_SAGA_HALTED') await releaseKey(instances, keys, name)
  if (code !== 'DRAMATIS_SAGA_CODE') return
  // A function that keeps failing: only an end of its instance makes that unimportant.
  const instance = await instances.state(name.key)
  const hasEnded = instance.status !== 'none' && !isActive(instance)
  if (hasEnded) await keys.redrive([name])
}

/** The code of what parked a key. */
function causeOf({ code, cause }: ErrorData): string | undefined {
  return code === 'DRAMATIS_TERMINAL' ? cause?.code : code
}

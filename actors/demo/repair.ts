/**
 * Act two: what is parked, the fix, redriving in order, and giving up on what nothing can fix.
 */

import { confirmOrder } from '../handlers/order-confirmation.js'
import { demoHandlers } from './app.js'
import { fixFaults } from './fault-file.js'
import { formatCount, plural } from './numbers.js'
import { settle } from './settle.js'
import type { Stage } from './stage.js'

const shownMax = 3

/** Shows what is parked, fixes the broken handler, redrives all, discards one of those that remain. */
export async function repairHandlers(stage: Stage, directory: string): Promise<void> {
  const parked = await parkedKeys(stage)
  if (parked === 0) return
  await fixFaults(directory)
  stage.terminal.say('fixed the bug in analytics; redriving every parked key, in its own order')
  await redriveAll(stage)
  await discardOne(stage)
}

/** Says what is parked at each handler, and returns how many keys that are. */
async function parkedKeys({ runtime, terminal }: Stage): Promise<number> {
  let keys = 0
  for (const handler of demoHandlers) {
    const { handled, retried, parkedKeys: parked } = runtime.handler(handler).status()
    keys += parked
    terminal.say(
      `${handler.name}: ${formatCount(handled)} handled, ${formatCount(retried)} retried, ` +
        `${plural(parked, 'key')} parked`,
    )
    if (parked === 0) continue
    const { entries } = await runtime.deadLetters.list({ handler, limit: shownMax })
    for (const { key, attempts, cause, error, queued } of entries) {
      terminal.say(
        `    ${key}: ${cause} after ${plural(attempts, 'attempt')}, ${plural(queued, 'event')} held: ` +
          error.message,
      )
    }
    if (parked > entries.length)
      terminal.say(`    and ${formatCount(parked - entries.length)} more`)
  }
  return keys
}

async function redriveAll(stage: Stage): Promise<void> {
  const { runtime, terminal } = stage
  for (const handler of demoHandlers) {
    const before = runtime.handler(handler).status().parkedKeys
    if (before === 0) continue
    await runtime.deadLetters.redrive({ handler })
    await settle(stage)
    const { parkedKeys: parked } = runtime.handler(handler).status()
    terminal.say(
      `${handler.name}: ${plural(before, 'key')} redriven, ${formatCount(before - parked)} through` +
        (parked === 0 ? '' : `, ${formatCount(parked)} parked again`),
    )
  }
}

async function discardOne(stage: Stage): Promise<void> {
  const { runtime, terminal } = stage
  const { entries } = await runtime.deadLetters.list({ handler: confirmOrder.name, limit: 1 })
  const hopeless = entries[0]
  if (hopeless === undefined) return
  const { handler, key } = hopeless
  const reason = 'the mailbox does not exist; the customer was phoned'
  await runtime.deadLetters.discard({ handler, key }, { reason })
  // What waited behind the discarded event goes on.
  await settle(stage)
  terminal.say(`${handler}: discarded ${key}: ${reason}`)
}

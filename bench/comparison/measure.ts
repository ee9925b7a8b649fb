/**
 * Measures one program once, in a process of its own, and sends what it found to the parent.
 *
 * Arguments: the URL of the module, the plan as JSON, a directory with an empty one for each store. The first
 * store warms the code up and tells how many commands fill the time; the second one, new, is measured. Neither
 * counts its first turn, one command to each account: what it takes to make an account is not the question. A
 * figure stands only when the store holds exactly one event per command; a store that keeps its events is closed,
 * opened again, and counted once more.
 */

import { join } from 'node:path'
import type { Answer, Described, Measured, Told } from './answer.js'
import type { Peer, Session } from './peer.js'
import { commandsFor, type Plan } from './plan.js'
import { accounts } from './workload.js'

const [url, planJson, directory] = process.argv.slice(2)
let described: Described | null = null
process.on('uncaughtException', (error) => {
  process.send!(answering({ peer: described, reason: reasonOf(error) }), () => process.exit(1))
})
process.send!(answering(await answerOf(url!, JSON.parse(planJson!), directory!)))
process.disconnect()

function answering(answer: Answer): Told {
  return { answer }
}

async function answerOf(moduleUrl: string, plan: Plan, within: string): Promise<Answer> {
  try {
    const { default: peer }: { default: Peer } = await import(moduleUrl)
    const { name, version, durability, settings } = peer
    described = { name, version, durability, settings }
    process.send!({ peer: described } satisfies Told)
    return { peer: described, measured: await measure(peer, plan, within) }
  } catch (error) {
    return { peer: described, reason: reasonOf(error) }
  }
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).split(
    '\n',
  )[0]!
}

async function measure(peer: Peer, plan: Plan, within: string): Promise<Measured> {
  const inFlight = Math.min(plan.inFlight, peer.inFlightMax ?? plan.inFlight)
  const commandsPerSecond = await warmUp(peer, plan, inFlight, join(within, 'warm-up'))
  const commands = commandsFor(plan, commandsPerSecond)
  // What the warm-up left behind is not collected at the expense of what is measured.
  globalThis.gc?.()

  const store = join(within, 'measured')
  const session = await peer.open(store)
  await session.run(accounts, inFlight)
  const startedMs = performance.now()
  await session.run(commands, inFlight)
  const durationMs = performance.now() - startedMs
  await assertRecorded(peer, session, store, accounts + commands)
  return { commands, inFlight, durationMs }
}

/** @returns commands per second, of the last and longest run. */
async function warmUp(
  peer: Peer,
  plan: Plan,
  inFlight: number,
  directory: string,
): Promise<number> {
  const session = await peer.open(directory)
  await session.run(accounts, inFlight)
  const startedMs = performance.now()
  let perSecond = 0
  for (let commands = accounts; ; commands = Math.min(commands * 2, plan.commandsMax)) {
    const runMs = performance.now()
    await session.run(commands, inFlight)
    const nowMs = performance.now()
    perSecond = (commands / (nowMs - runMs)) * 1_000
    if (nowMs - startedMs >= plan.warmUpMs) break
  }
  await session.close()
  return perSecond
}

/** Closes the session. @throws RangeError - unless the store holds one event per command. */
async function assertRecorded(
  peer: Peer,
  session: Session,
  directory: string,
  commands: number,
): Promise<void> {
  const recorded = await session.recorded()
  await session.close()
  if (recorded !== commands) {
    throw new RangeError(`refused: ${commands} commands were settled, ${recorded} events recorded`)
  }
  if (!peer.isKept) return
  const again = await peer.open(directory)
  const kept = await again.recorded()
  await again.close()
  if (kept !== commands) {
    throw new RangeError(`refused: ${commands} commands were settled, ${kept} events kept`)
  }
}

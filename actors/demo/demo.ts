/**
 * The demo, from the first command to the last proof.
 *
 * Act one sends the orders while views and handlers keep up, some handlers failing. Act two repairs
 * what is parked. Act three closes, opens the same directory again and compares; act four rebuilds
 * the views from the log and compares. It owns the data directory for the time of the run.
 */

import { rm } from 'node:fs/promises'
import type { Runtime } from 'dramatis'
import type { OrderCommand } from '../order/order-command.js'
import { eventsByType, ordersByStatus, revenueCentsByMonth } from './census.js'
import { collectEvidence, type Evidence } from './evidence.js'
import { countByName, type DemoFigures, type HandlerFigures } from './figures.js'
import { installFaults, makeDirectory, orderIdsOf, readCommands } from './input.js'
import { plural } from './numbers.js'
import { proveRebuild, proveRecovery } from './proof.js'
import { handlerFigures } from './pulse.js'
import { repairHandlers } from './repair.js'
import { type SendResult, sendOrders } from './send-orders.js'
import { type DemoSession, describeWorkers, withRuntime } from './session.js'

const demoApp = new URL('./app.js', import.meta.url)

/** What the first two acts leave to the others. */
interface FirstHalf {
  readonly sending: SendResult
  readonly handlers: Readonly<Record<string, HandlerFigures>>
  readonly evidence: Evidence
}

/** Runs it all. The data directory is removed afterwards, unless the options name one. */
export async function runDemo(session: DemoSession): Promise<DemoFigures> {
  const { options, terminal } = session
  const commands = await readCommands(options)
  const directory = await makeDirectory(options)
  try {
    terminal.say(
      `${plural(commands.length, 'command')} for ${plural(orderIdsOf(commands).length, 'order')}, ` +
        `${describeWorkers(options.workers)}, data in ${directory}`,
    )
    await installFaults(commands, directory, options)
    return await playActs(session, commands, directory)
  } finally {
    if (options.dataDirectory === null) await rm(directory, { recursive: true, force: true })
  }
}

async function playActs(
  session: DemoSession,
  commands: readonly OrderCommand[],
  directory: string,
): Promise<DemoFigures> {
  const orderIds = orderIdsOf(commands)
  const half = await withRuntime(session, demoApp, directory, async (stage): Promise<FirstHalf> => {
    const sending = await sendOrders(stage, commands)
    await repairHandlers(stage, directory)
    const handlers = handlerFigures(stage.runtime)
    return { sending, handlers, evidence: await collectEvidence(stage.runtime, orderIds) }
  })
  session.terminal.say('closed; opening the same directory again')
  return await withRuntime(session, demoApp, directory, async (stage) => {
    const recovered = await proveRecovery(stage, half.evidence, orderIds)
    const figures = await figuresOf(stage.runtime, commands.length, half)
    const { seconds, sent } = half.sending
    return {
      ...figures,
      recovered,
      rebuiltEqual: await proveRebuild(stage),
      seconds: Math.round(seconds * 1_000) / 1_000,
      commandsPerSecond: seconds > 0 ? Math.round(sent / seconds) : 0,
    }
  })
}

async function figuresOf(
  runtime: Runtime,
  commands: number,
  { sending, handlers }: FirstHalf,
): Promise<Omit<DemoFigures, 'recovered' | 'rebuiltEqual' | 'seconds' | 'commandsPerSecond'>> {
  const byType = await eventsByType(runtime)
  return {
    commands,
    events: Object.values(byType).reduce((total, each) => total + each, 0),
    rejected: countByName(sending.refusals),
    eventsByType: byType,
    ordersByStatus: await ordersByStatus(runtime),
    revenueCentsByMonth: await revenueCentsByMonth(runtime),
    handlers,
  }
}

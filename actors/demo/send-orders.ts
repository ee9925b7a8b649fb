/**
 * Act one: all commands that are not in the log yet go to their actors, and everybody catches up.
 */

import type { Runtime } from 'dramatis'
import { Order } from '../order/order.js'
import type { OrderCommand } from '../order/order-command.js'
import { type Answer, driveCommands } from './drive.js'
import { withLiveProgress } from './live-progress.js'
import { formatCount, plural } from './numbers.js'
import type { Progress } from './progress-line.js'
import { takePulse } from './pulse.js'
import { planResume } from './resume.js'
import { settle } from './settle.js'
import type { Stage } from './stage.js'

/** What came of the commands, those of an interrupted run included. */
export interface SendResult {
  /** The reason of every refusal. */
  readonly refusals: readonly string[]
  /** Commands sent in this run. */
  readonly sent: number
  /** From the first command to the last answer. */
  readonly seconds: number
}

const inFlightMax = 512

/** @throws {ForeignLogError} when the directory holds other orders than these. */
export async function sendOrders(
  stage: Stage,
  commands: readonly OrderCommand[],
): Promise<SendResult> {
  const { runtime, terminal, signal } = stage
  const { toSend, recorded, refusals } = planResume(commands, await recordedCommands(runtime))
  if (recorded > 0) {
    terminal.say(
      `going on: ${plural(recorded, 'command')} in the log, ${formatCount(refusals.length)} refused before, ` +
        `${formatCount(toSend.length)} to send`,
    )
  }
  const answers: Answer[] = []
  const startMs = performance.now()
  let answeredMs: number | null = null
  const elapsedMs = (): number => (answeredMs ?? performance.now()) - startMs
  const progress = (): Progress => ({
    ...takePulse(runtime),
    done: answers.length,
    total: toSend.length,
    elapsedMs: elapsedMs(),
  })
  await withLiveProgress(terminal, progress, async () => {
    await driveCommands(toSend, {
      send: (command) => sendCommand(runtime, command),
      onAnswer: (answer) => answers.push(answer),
      inFlightMax,
      signal,
    })
    answeredMs = performance.now()
    await settle(stage)
  })
  return {
    refusals: [...refusals, ...answers.flatMap((answer) => answer.refusal ?? [])],
    sent: toSend.length,
    seconds: elapsedMs() / 1_000,
  }
}

async function sendCommand(runtime: Runtime, command: OrderCommand): Promise<Answer> {
  const { orderId, step, payload, commandId, occurredAt } = command
  try {
    const receipt = await runtime
      .actor(Order, orderId)
      .send(step, payload as never, { commandId, occurredAt })
    return { refusal: null, events: receipt.events.length }
  } catch (error) {
    const { code, reason } = error as { readonly code?: string; readonly reason?: string }
    if (code !== 'DRAMATIS_COMMAND_REJECTED') throw error
    return { refusal: reason!, events: 0 }
  }
}

/** The ids of all commands whose events are in the log. */
async function recordedCommands(runtime: Runtime): Promise<Set<string>> {
  const ids = new Set<string>()
  for await (const event of runtime.log.read({ after: 0 })) ids.add(event.metadata.commandId)
  return ids
}

/**
 * What an interrupted run still has to send.
 *
 * Every command is named (`commandId`), and accepted ones are in the log under their names. Refused
 * ones leave no trace, and sending one again later could end differently: the parcel that was handed
 * over before the payment would now be shipped. But the commands of one order are sent one at a time,
 * each after the answer to the last. So whatever stands before an order's last recorded command had
 * been answered, and whatever stands behind it meets the same state as the first time. Pure.
 */

import type { OrderCommand } from '../order/order-command.js'
import { runDomain } from './domain-run.js'

export interface ResumePlan {
  /** In the order of history. */
  readonly toSend: readonly OrderCommand[]
  /** How many commands are in the log. */
  readonly recorded: number
  /** Reasons of the refusals that had been answered before the interruption. */
  readonly refusals: readonly string[]
}

/** The log holds commands that are not of this input: another run's directory. */
export class ForeignLogError extends Error {
  override readonly name = 'ForeignLogError'
}

/**
 * @param commands - All of the input, in the order of history.
 * @param recorded - The ids of the commands whose events are in the log.
 * @throws {ForeignLogError}
 */
export function planResume(
  commands: readonly OrderCommand[],
  recorded: ReadonlySet<string>,
): ResumePlan {
  if (recorded.size === 0) return { toSend: commands, recorded: 0, refusals: [] }
  assertOwn(commands, recorded)
  const answered = new Set<OrderCommand>()
  for (const history of byOrder(commands).values()) {
    const last = history.findLastIndex((command) => recorded.has(command.commandId))
    for (const command of history.slice(0, last + 1)) answered.add(command)
  }
  return {
    toSend: commands.filter((command) => !answered.has(command)),
    recorded: recorded.size,
    refusals: refusalsOf(
      [...answered].filter((command) => !recorded.has(command.commandId)),
      commands,
    ),
  }
}

function assertOwn(commands: readonly OrderCommand[], recorded: ReadonlySet<string>): void {
  const own = new Set(commands.map((command) => command.commandId))
  for (const commandId of recorded) {
    if (own.has(commandId)) continue
    throw new ForeignLogError(
      `expected a directory of these orders, found the command '${commandId}' in its log; ` +
        'choose another --data directory, or the options that it was made with',
    )
  }
}

function byOrder(commands: readonly OrderCommand[]): Map<string, OrderCommand[]> {
  const histories = new Map<string, OrderCommand[]>()
  for (const command of commands) {
    const history = histories.get(command.orderId)
    if (history === undefined) histories.set(command.orderId, [command])
    else history.push(command)
  }
  return histories
}

/** The reasons, found again by asking the domain itself. */
function refusalsOf(
  refused: readonly OrderCommand[],
  commands: readonly OrderCommand[],
): readonly string[] {
  const orders = new Set(refused.map((command) => command.orderId))
  const ids = new Set(refused.map((command) => command.commandId))
  return runDomain(commands.filter((command) => orders.has(command.orderId))).flatMap(
    ({ command, refusal }) => (ids.has(command.commandId) && refusal !== null ? [refusal] : []),
  )
}

/**
 * The bounds of the actor runtime.
 *
 * Whatever can grow has one, and beyond it a command is refused at once with an `OverloadedError`
 * that names it.
 */

import { integerIn, knownKeys } from '../base/options.js'

/** Build one with {@link parseActorLimits}; it is frozen. */
export interface ActorLimits {
  /** Commands of one actor that wait to run. Integer in [1, 1_000_000]. @default 10_000 */
  readonly mailboxDepthMax: number
  /** Commands of all actors not answered yet. Integer in [1, 10_000_000]. @default 100_000 */
  readonly commandsInFlightMax: number
  /**
   * Actors in memory. The least recently used idle one makes room for the next; a command is refused
   * when none is idle. Integer in [1, 10_000_000]. @default 100_000
   */
  readonly actorsMax: number
  /** Events that one command may decide. Integer in [1, 100_000]. @default 1_000 */
  readonly eventsPerCommandMax: number
  /** Actors that one transaction may change. Integer in [1, 10_000]. @default 100 */
  readonly transactActorsMax: number
  /** Events that one decision over tags may read. Integer in [1, 1_000_000]. @default 10_000 */
  readonly decisionEventsMax: number
  /** Times that a decision over tags is made, where events came in between. Integer in [1, 1_000]. @default 10 */
  readonly decisionAttemptsMax: number
  /**
   * Events staged for one commit. Commands beyond it wait in their mailboxes for the next group. The
   * command that reaches it still joins with all of its events. Integer in [1, 1_000_000]. @default 8_192
   */
  readonly commitEventsMax: number
  /**
   * How many of its newest events an actor looks through for the commandId of a repeated command; about
   * 160 bytes of memory for each command found there. Commands recorded while this is 0 are never
   * recognised. Integer in [0, 100_000]; 0: a repeated command runs again. @default 256
   */
  readonly commandWindowEvents: number
  /** An actor nobody used for so long is let go. Milliseconds in [1, 2_147_483_647]. @default 600_000 */
  readonly idleMs: number
  /** First pause after a failed activation or reopening; doubles each time. Milliseconds in [1, 3_600_000]. @default 100 */
  readonly recoveryDelayMs: number
  /** Ceiling for one such pause. Milliseconds, from recoveryDelayMs to 86_400_000. @default 30_000 */
  readonly recoveryDelayMsMax: number
  /** Snapshots waiting to be written; more are skipped. Integer in [1, 100_000]. @default 1_000 */
  readonly snapshotsPendingMax: number
}

export const defaultActorLimits: ActorLimits = Object.freeze({
  mailboxDepthMax: 10_000,
  commandsInFlightMax: 100_000,
  actorsMax: 100_000,
  eventsPerCommandMax: 1_000,
  transactActorsMax: 100,
  decisionEventsMax: 10_000,
  decisionAttemptsMax: 10,
  commitEventsMax: 8_192,
  commandWindowEvents: 256,
  idleMs: 600_000,
  recoveryDelayMs: 100,
  recoveryDelayMsMax: 30_000,
  snapshotsPendingMax: 1_000,
})

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
export function parseActorLimits(limits: Partial<ActorLimits> = {}): ActorLimits {
  const given = knownKeys('limits', limits, Object.keys(defaultActorLimits))
  const within = (name: keyof ActorLimits, min: number, max: number): number =>
    integerIn(`limits.${name}`, given[name] ?? defaultActorLimits[name], min, max)
  const recoveryDelayMs = within('recoveryDelayMs', 1, 3_600_000)
  return Object.freeze({
    mailboxDepthMax: within('mailboxDepthMax', 1, 1_000_000),
    commandsInFlightMax: within('commandsInFlightMax', 1, 10_000_000),
    actorsMax: within('actorsMax', 1, 10_000_000),
    eventsPerCommandMax: within('eventsPerCommandMax', 1, 100_000),
    transactActorsMax: within('transactActorsMax', 1, 10_000),
    decisionEventsMax: within('decisionEventsMax', 1, 1_000_000),
    decisionAttemptsMax: within('decisionAttemptsMax', 1, 1_000),
    commitEventsMax: within('commitEventsMax', 1, 1_000_000),
    commandWindowEvents: within('commandWindowEvents', 0, 100_000),
    idleMs: within('idleMs', 1, 2_147_483_647),
    recoveryDelayMs,
    recoveryDelayMsMax: integerIn(
      'limits.recoveryDelayMsMax',
      given.recoveryDelayMsMax ?? Math.max(recoveryDelayMs, defaultActorLimits.recoveryDelayMsMax),
      recoveryDelayMs,
      86_400_000,
    ),
    snapshotsPendingMax: within('snapshotsPendingMax', 1, 100_000),
  })
}

/**
 * What handlers must have done through any number of kills: every event at least once, each key in
 * order, failed attempts counted across restarts, parked keys left alone.
 */

import { attemptsMax, poisonIds, poisonVersion } from './app.js'
import type { Settlement } from './children/settling.js'
import type { DeliveryRecord } from './deliveries.js'
import type { LogAudit } from './log-audit.js'

/** One key of one handler, as its deliveries tell. */
interface KeyHistory {
  /** Every version up to here was handled at least once. */
  handledTo: number
  /** The last delivery. */
  last: DeliveryRecord | null
  /** Failed deliveries, by version. */
  readonly failures: Map<number, DeliveryRecord[]>
}

export class DeliveryAudit {
  readonly problems: string[] = []
  readonly deliveries: number
  readonly #redrivenIn: number
  readonly #keys = new Map<string, KeyHistory>()

  /** @param redrivenIn - From this life on, parked keys were tried again with a clean slate. */
  constructor(deliveries: readonly DeliveryRecord[], redrivenIn: number = Infinity) {
    this.deliveries = deliveries.length
    this.#redrivenIn = redrivenIn
    for (const delivery of deliveries) this.#add(delivery)
  }

  /** Deliveries of the event that always fails, per handler and key. */
  poisonDeliveries(handler: string, aggregateId: string): readonly DeliveryRecord[] {
    return this.#history(handler, aggregateId).failures.get(poisonVersion) ?? []
  }

  /** Together with what waits behind parked keys, all of the log was handled. */
  checkAgainst(log: LogAudit, { handlers, letters }: Settlement): void {
    for (const { name, handled, discarded } of handlers) {
      let queued = 0
      for (const streamId of log.streamIds) {
        const key = letters.find((each) => each.handler === name && each.key === streamId)
        queued += key?.queued ?? 0
        const aggregateId = streamId.slice('Counter-'.length)
        const { handledTo } = this.#history(name, aggregateId)
        const reached = handledTo + (key?.queued ?? 0)
        if (reached === log.versionOf(streamId)) continue
        this.#report(`${name} reached ${reached} of ${log.versionOf(streamId)} in ${streamId}`)
      }
      const total = handled + queued + discarded
      if (total === log.events.length) continue
      this.#report(`${name} counts ${handled} handled and ${queued} queued of ${log.events.length}`)
    }
  }

  /** Exactly the poison keys are parked, at their poison event, after all its attempts. */
  checkParked(log: LogAudit, { handlers, letters }: Settlement, kills: number): void {
    const parked = letters.map(
      ({ handler, key, attempts, queued }) => `${handler} ${key} ${attempts} ${queued}`,
    )
    const expected = handlers.flatMap(({ name }) =>
      poisonIds.map((id) => {
        const queued = log.versionOf(`Counter-${id}`) - poisonVersion + 1
        return `${name} Counter-${id} ${attemptsMax} ${queued}`
      }),
    )
    if (parked.sort().join() !== expected.sort().join()) {
      this.#report(`parked: ${parked.join()}; expected: ${expected.join()}`)
    }
    for (const { name } of handlers) {
      for (const id of poisonIds) this.#checkPoison(name, id, kills)
    }
  }

  #checkPoison(handler: string, aggregateId: string, kills: number): void {
    const { length } = this.poisonDeliveries(handler, aggregateId)
    if (length >= attemptsMax && length <= attemptsMax + kills) return
    this.#report(`${handler} delivered the poison of ${aggregateId} ${length} times`)
  }

  #add(delivery: DeliveryRecord): void {
    const { handler, aggregateId, version, outcome, life } = delivery
    const history = this.#history(handler, aggregateId)
    const { last } = history
    const place = `${handler} ${aggregateId}@${version} in life ${life}`
    if (version > history.handledTo + 1) {
      this.#report(`${place} came before ${history.handledTo + 1} was handled`)
    }
    // Within a life a key goes on where its last delivery left it: nothing is repeated.
    if (last?.life === life && version !== last.version + (last.outcome === 'handled' ? 1 : 0)) {
      this.#report(`${place} followed ${last.version} ${last.outcome}`)
    }
    this.#checkAttempt(delivery, history.failures.get(version)?.at(-1), place)
    if (outcome === 'handled') history.handledTo = Math.max(history.handledTo, version)
    else this.#addFailure(history, delivery)
    history.last = delivery
  }

  #addFailure({ failures }: KeyHistory, delivery: DeliveryRecord): void {
    const before = failures.get(delivery.version)
    if (before === undefined) failures.set(delivery.version, [delivery])
    else before.push(delivery)
  }

  /** Attempts count on; a kill can take back the last one only, which nobody wrote down. */
  #checkAttempt(
    { attempt, life }: DeliveryRecord,
    failed: DeliveryRecord | undefined,
    place: string,
  ): void {
    const isForgotten = failed?.attempt === attemptsMax && life >= this.#redrivenIn
    const before = isForgotten ? 0 : (failed?.attempt ?? 0)
    const isNext = attempt === before + 1
    const isAgain = attempt === before && failed?.life !== life
    if (!isNext && !isAgain) this.#report(`${place} was attempt ${attempt} after ${before}`)
  }

  #history(handler: string, aggregateId: string): KeyHistory {
    const id = `${handler} ${aggregateId}`
    let history = this.#keys.get(id)
    if (history === undefined) {
      history = { handledTo: 0, last: null, failures: new Map() }
      this.#keys.set(id, history)
    }
    return history
  }

  #report(problem: string): void {
    this.problems.push(problem)
  }
}

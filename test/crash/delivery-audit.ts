/**
 * What handlers must have done through any number of kills, held against the laws of `test/support/invariants/`:
 * every event at least once, each key in order, failed attempts counted across restarts, parked keys left alone.
 */

import { laws } from '../support/invariants/index.js'
import { attemptsMax, poisonIds, poisonVersion } from './app.js'
import type { Settlement } from './children/settling.js'
import type { DeliveryRecord } from './deliveries.js'
import type { LogAudit } from './log-audit.js'

export class DeliveryAudit {
  readonly problems: string[] = []
  readonly #deliveries: readonly DeliveryRecord[]
  /** The version up to which everything was handled, by handler and counter. */
  readonly #handledTo = new Map<string, number>()

  /** @param redrivenIn - From this life on, parked keys were tried again with a clean slate. */
  constructor(deliveries: readonly DeliveryRecord[], redrivenIn: number = Infinity) {
    this.#deliveries = deliveries
    for (const { handler, aggregateId, version, outcome } of deliveries) {
      const key = `${handler} ${aggregateId}`
      const handledTo = this.#handledTo.get(key) ?? 0
      if (outcome === 'handled' && version === handledTo + 1) this.#handledTo.set(key, version)
    }
    this.#report(
      ...laws.keysAreInOrder({ deliveries }),
      ...laws.attemptsAreBounded({ deliveries, attemptsMax, redrivenIn }),
    )
  }

  get deliveries(): number {
    return this.#deliveries.length
  }

  /** Together with what waits behind parked keys, all of the log was handled. */
  checkAgainst(log: LogAudit, { handlers, letters }: Settlement): void {
    const keys = handlers.flatMap(({ name: handler }) =>
      log.streamIds.map((key) => {
        const letter = letters.find((each) => each.handler === handler && each.key === key)
        const handledTo = this.#handledTo.get(`${handler} ${key.slice('Counter-'.length)}`) ?? 0
        const queued = letter?.queued ?? 0
        return { handler, key, events: log.versionOf(key), handledTo, queued, discarded: 0 }
      }),
    )
    const accounts = handlers.map(({ name: handler, handled, discarded: skipped }) => {
      const own = keys.filter((each) => each.handler === handler)
      const queued = own.reduce((sum, each) => sum + each.queued, 0)
      return { handler, events: log.events.length, handled, queued, skipped }
    })
    this.#report(...laws.prefixesAreAccountedFor({ keys, handlers: accounts }))
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
    const { length } = this.#deliveries.filter(
      (each) =>
        each.handler === handler &&
        each.aggregateId === aggregateId &&
        each.version === poisonVersion &&
        each.outcome === 'failed',
    )
    if (length >= attemptsMax && length <= attemptsMax + kills) return
    this.#report(`${handler} delivered the poison of ${aggregateId} ${length} times`)
  }

  #report(...problems: readonly string[]): void {
    this.problems.push(...problems)
  }
}

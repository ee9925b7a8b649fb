/**
 * What is looked at while a runtime is at work, and when it has come to rest.
 *
 * Reads log, states, rows and counts as anybody may, and holds each look against the laws.
 */

import { yieldToEventLoop } from '../../src/base/signal.js'
import type { AnyProjector, Runtime } from '../../src/index.js'
import { collect } from '../../src/testing/index.js'
import { laws } from '../support/invariants/index.js'
import { keyOf, wantedTypes } from './app.js'
import type { ClientPorts } from './client.js'
import type { SeenEvent } from './history.js'
import type { HandlerFacts } from './laws/delivery-laws.js'
import { viewProblems } from './laws/view-laws.js'
import { type AppPlan, type HandlerName, handlerNames, type ViewName, viewNames } from './plan.js'
import type { JournalEntry } from './world.js'

/** Turns of the event loop after which nothing more is expected to happen. */
const turnsMax = 20_000
/** An hour of simulated time. */
const patienceMs = 3_600_000

export class Observer {
  readonly #ports: ClientPorts
  readonly #runtime: Runtime

  constructor(ports: ClientPorts, runtime: Runtime) {
    this.#ports = ports
    this.#runtime = runtime
  }

  view(name: ViewName): AnyProjector {
    const { projectors } = this.#ports.app.definition
    return projectors.find((each) => each.name === name)!
  }

  /** Asks an account for its state. */
  async ask(of: string): Promise<void> {
    const { app, history } = this.#ports
    const { events, sum } = await this.#runtime.actor(app.Account, of).state()
    history.answers.push({ streamId: `Account-${of}`, version: events, state: { sum } })
  }

  /** Reads log and views. @returns the log. */
  async look(): Promise<readonly SeenEvent[]> {
    const { history } = this.#ports
    const seen = viewNames.map((name) => {
      const view = this.#runtime.view(this.view(name))
      return { name, position: view.status().position, page: view.find({ limit: 100 }) }
    })
    const pages = await Promise.all(seen.map(({ page }) => page))
    const events = await this.#readLog()
    history.reread(events)
    for (const [at, { name, position }] of seen.entries()) {
      history.report(...viewProblems(name, events, pages[at]!.rows, position))
    }
    return events
  }

  /** Waits until views and handlers are done with all that they can be, and looks. */
  async quiet(): Promise<void> {
    const { head } = this.#runtime.log
    for (const view of viewNames) {
      await this.#runtime.caughtUp(head, { view, timeoutMs: patienceMs })
    }
    // A timer that repeats makes events for ever.
    const { entries } = await this.#runtime.timers.list()
    const comesToRest = entries.every(({ everyMs }) => everyMs === null)
    for (const handler of handlerNames) {
      if (comesToRest && this.#flows(handler)) await this.rest(handler)
    }
    await this.look()
  }

  /** Waits until a handler has nothing left to try, and counts. */
  async rest(handler: HandlerName): Promise<void> {
    const { history } = this.#ports
    const status = () => this.#runtime.handler(handler).status()
    await this.until(`${handler} has nothing to do`, () => {
      const { lag, retryingKeys } = status()
      return lag === 0 && retryingKeys === 0
    })
    const counts = status()
    const { entries } = await this.#runtime.deadLetters.list({ handler, limit: 10_000 })
    const events = await this.#readLog()
    const queued = entries.reduce((sum, letter) => sum + letter.queued, 0)
    const { wants } = this.factsOf(handler)
    const { handled, discarded: skipped, position } = counts
    const wanted = events.slice(0, position).filter(wants).length
    const account = { handler, events: wanted, handled, queued, skipped }
    history.report(...laws.prefixesAreAccountedFor({ keys: [], handlers: [account] }))
  }

  /** Builds a view anew beside itself and compares. */
  async verify(name: ViewName): Promise<void> {
    const { differences } = await this.#runtime.verifyView(this.view(name))
    if (differences > 0)
      this.#ports.history.report(`${name} is not what it is when it is built anew`)
  }

  /** Writes down what an operator is about to do to all parked keys of a handler. */
  async noteLetters(handler: HandlerName, what: JournalEntry['what']): Promise<number> {
    const { world, history } = this.#ports
    const { entries } = await this.#runtime.deadLetters.list({ handler, limit: 10_000 })
    for (const { position, attempts: attempt, redrives } of entries) {
      const { life } = world
      const id = history.read.get(position)?.id ?? ''
      world.journal.push({ what, life, handler, position, id, attempt, redrives })
    }
    return entries.length
  }

  /** Turns the event loop, and with it time, until something is so. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    const { disk, history } = this.#ports
    for (let turn = 0; turn < turnsMax; turn++) {
      await yieldToEventLoop()
      if (disk.hasLostPower || isSo()) return
    }
    history.report(`waited in vain until ${what}: ${JSON.stringify(this.#runtime.status())}`)
  }

  factsOf(name: HandlerName): HandlerFacts {
    return handlerFacts(name, this.#ports.plan.app, this.#ports.history.faultyLives)
  }

  async #readLog(): Promise<readonly SeenEvent[]> {
    return (await collect(this.#runtime.log.read())) as readonly SeenEvent[]
  }

  /** Whether a handler gets on: it is not kept from it. */
  #flows(handler: HandlerName): boolean {
    const { state } = this.#runtime.handler(handler).status()
    return state !== 'paused' && !this.#ports.world.isDown(handler)
  }
}

export function handlerFacts(
  name: HandlerName,
  plan: AppPlan,
  faultyLives: ReadonlySet<number>,
): HandlerFacts {
  const types: readonly string[] = wantedTypes[name]
  return {
    name,
    attemptsMax: plan.attemptsMax,
    retriesAtOnce: plan.retriesAtOnce,
    keepsOrder: plan.deadLetter === 'key',
    faultyLives,
    keyOf: (event) => keyOf(plan, event),
    wants: ({ type }) => types.includes(type),
  }
}

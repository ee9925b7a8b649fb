/**
 * Runs a plan: a whole runtime in one thread, life after life on a disk that fails as the plan has it, and
 * then one more in which everything comes to its end.
 *
 * The world outside and the callers live through all of it. The laws are checked whenever somebody looks,
 * after every life, and at the end. Nothing here depends on the machine or on real time.
 */

import { hash } from 'node:crypto'
import { yieldToEventLoop } from '../../src/base/signal.js'
import type { DramatisError, Runtime } from '../../src/index.js'
import { SimulatedDisk } from '../../src/testing/index.js'
import { laws } from '../support/invariants/index.js'
import { defineSimulatedApp } from './app.js'
import { Client, type ClientPorts } from './client.js'
import { History, type SeenEvent } from './history.js'
import { commandProblems } from './laws/command-laws.js'
import { completenessProblems, deliveryProblems, mirrorProblems } from './laws/delivery-laws.js'
import { claimProblems, decisions, wholenessProblems } from './laws/log-laws.js'
import { timerProblems } from './laws/timer-laws.js'
import { handlerFacts } from './observer.js'
import { PeakClock } from './peak-clock.js'
import { handlerNames, type LifePlan, type SimulationPlan } from './plan.js'
import { World } from './world.js'

/** What happened in a run. */
export interface SimulationCounts {
  lives: number
  crashes: number
  /** Writes that failed, and the runtime went on. */
  failures: number
  commands: number
  events: number
  deliveries: number
}

export interface SimulationResult {
  /** What was wrong; empty: nothing. */
  readonly problems: readonly string[]
  /** Of all that is on the disk in the end. The same for the same plan. */
  readonly digest: string
  readonly counts: SimulationCounts
  /** The story of the run. */
  readonly lines: readonly string[]
}

/** Turns of the event loop after which a life is stuck. */
const turnsMax = 400_000
/** Times that everything parked is tried again before it counts as stuck. */
const roundsMax = 30

export async function simulate(plan: SimulationPlan): Promise<SimulationResult> {
  const run = new Run(plan)
  for (const life of plan.lives) await run.live(life)
  await run.end()
  return run.result()
}

class Run {
  readonly #plan: SimulationPlan
  readonly #disk: SimulatedDisk
  readonly #world: World
  readonly #history = new History()
  readonly #counts: SimulationCounts = {
    ...{ lives: 0, crashes: 0, failures: 0, commands: 0, events: 0, deliveries: 0 },
  }

  constructor(plan: SimulationPlan) {
    this.#plan = plan
    const clock = new PeakClock()
    this.#disk = new SimulatedDisk({ seed: plan.seed, clock })
    this.#world = new World(plan.app, clock)
  }

  async live(life: LifePlan): Promise<void> {
    const { clock } = this.#disk
    clock.jump(life.jumpMs)
    this.#arm(life)
    await this.#live((client) => client.takeAll(life.steps))
    this.#disk.cancelCrash()
    this.#disk.cancelFailure()
  }

  /** A life without faults, in which all that waits is done; then everything is checked. */
  async end(): Promise<void> {
    for (const handler of handlerNames) this.#world.setDown(handler, false)
    await this.#live(async (client, runtime) => {
      const { observer } = client
      for (const handler of handlerNames) await runtime.handler(handler).resume()
      await this.#ringAll(client, runtime)
      await observer.quiet()
      this.#world.mend()
      await this.#redriveAll(client, runtime)
      for (const account of ['a', 'b', 'c', 'd']) await observer.ask(account)
      await observer.verify('Totals')
      await runtime.rebuild(observer.view('Recent'))
      this.#checkEnd(await observer.look())
    })
  }

  result(): SimulationResult {
    const { problems, lines, sent } = this.#history
    this.#counts.failures = this.#disk.failures
    this.#counts.commands = sent.reduce((sum, { attempts }) => sum + attempts, 0)
    this.#counts.deliveries = this.#world.journal.filter(({ what }) => what === 'begun').length
    const story = hash('sha256', lines.join('\n'))
    return { problems, digest: `${this.#disk.digest()} ${story}`, counts: this.#counts, lines }
  }

  #arm({ crash, failure }: LifePlan): void {
    if (crash !== null) this.#disk.crashAfter(crash.after, crash.inFlight)
    if (failure === null) return
    this.#disk.failAfter(failure.after, failure.inFlight)
    this.#history.faultyLives.add(this.#world.life + 1)
  }

  async #live(scenario: (client: Client, runtime: Runtime) => Promise<void>): Promise<void> {
    const { plan, disk, world, history } = this.#ports()
    world.life += 1
    this.#counts.lives += 1
    const app = defineSimulatedApp(plan.app, world)
    const { commandWindowEvents, actorsMax, idleMs, commitEventsMax } = plan.app
    const limits = { commandWindowEvents, actorsMax, idleMs, commitEventsMax }
    const life = disk.live({ app: app.definition, limits }, (runtime) =>
      scenario(new Client({ plan, disk, world, history, app }, runtime), runtime),
    )
    try {
      const end = await withinTurns(life, turnsMax)
      history.tell(`life ${world.life} ${end} after write ${disk.writes} (${disk.lastWrite})`)
      if (end === 'crashed') this.#counts.crashes += 1
      if (end === 'stuck') {
        history.report('a life is stuck')
        disk.cutPower()
      }
    } catch (error) {
      this.#judge(error as DramatisError)
    }
  }

  /** A life that could not begin, because a write of its opening failed, is over. */
  #judge(error: DramatisError): void {
    const { history, world } = this.#ports()
    const isFault = error.code === 'DRAMATIS_COMMIT_UNKNOWN' && history.faultyLives.has(world.life)
    if (isFault) history.tell(`life ${world.life} could not be opened`)
    else history.report(`life ${world.life} ended with ${error.stack}`)
  }

  #ports(): Omit<ClientPorts, 'app'> {
    const [plan, disk, world, history] = [this.#plan, this.#disk, this.#world, this.#history]
    return { plan, disk, world, history }
  }

  /** Lets all timers fire that fire once, and ends the others. */
  async #ringAll({ observer }: Client, runtime: Runtime): Promise<void> {
    const { timers } = runtime
    for (const { name, everyMs } of (await timers.list()).entries) {
      if (everyMs === null) continue
      this.#history.touchTimers(name)
      await timers.cancel(name)
    }
    await observer.until('all timers have fired', () => runtime.status().timers.pending === 0)
  }

  async #redriveAll({ observer }: Client, runtime: Runtime): Promise<void> {
    for (let round = 0; round < roundsMax; round++) {
      const { head } = runtime.log
      await observer.quiet()
      let parked = 0
      for (const handler of handlerNames) {
        parked += await observer.noteLetters(handler, 'redriving')
        await runtime.deadLetters.redrive({ handler })
      }
      if (parked === 0 && runtime.log.head === head) return
    }
    this.#history.report('keys stay parked whatever is done')
  }

  #checkEnd(events: readonly SeenEvent[]): void {
    const { history, world, plan } = this.#ports()
    this.#counts.events = events.length
    history.report(
      ...laws.placesAreDense({ events, head: events.length }),
      ...wholenessProblems(events),
      ...laws.decisionsRestOnTheLog({ events, ...decisions }),
      ...claimProblems(events),
      ...commandProblems(events, history.sent, plan.app.commandWindowEvents),
      // A state that anybody was told of is one that the log leads to, now and for ever.
      ...laws.statesAreFolds({ events, states: history.answers, initialState, evolve }),
      ...timerProblems(events, history.timers, world.firings),
      ...mirrorProblems(events, world.journal),
    )
    for (const name of handlerNames) {
      const facts = handlerFacts(name, plan.app, history.faultyLives)
      history.report(
        ...deliveryProblems(facts, events, world.journal),
        ...completenessProblems(facts, events, world.journal),
      )
    }
  }
}

const initialState = { sum: 0 }

/** What accounts do, once more, in the plainest way. */
function evolve(state: typeof initialState, { data }: SeenEvent): typeof initialState {
  return { sum: state.sum + (data.amount ?? 0) }
}

/** What a promise comes to, or that it did not settle in so many turns of the event loop. */
async function withinTurns<Value>(
  promise: Promise<Value>,
  turns: number,
): Promise<Value | 'stuck'> {
  let isSettled = false
  const settled = promise.finally(() => {
    isSettled = true
  })
  settled.catch(() => {})
  for (let turn = 0; turn < turns && !isSettled; turn++) await yieldToEventLoop()
  return isSettled ? await settled : 'stuck'
}

/**
 * One life on a simulated disk: from the opening of a runtime until it is closed or loses its power.
 *
 * It stands between the runtime and everything outside: the disk, the clock, the process. When it is
 * over, the runtime is a dead process whose memory happens to be there still:
 *
 *   - writes change nothing and never settle, so that nobody is told what did not happen;
 *   - reads throw, since most of them are synchronous and cannot wait for ever; and what was read from
 *     the disk of the next life would wake the dead;
 *   - no timer fires; handlers and calls of sagas are made no more, and those that are never settle.
 *
 * States: `open` -> `closed` (the runtime let go of the disk) or `powerless`.
 */

import type { Cancel, Clock } from '../base/clock.js'
import { createDeferred, type Deferred } from '../base/deferred.js'
import { frozenTable } from '../base/freeze.js'
import { keepProcessAlive } from '../base/keep-alive.js'
import type { AppDefinition } from '../define/app.js'
import type { HandlerDefinition } from '../define/handler.js'
import type { AnySaga } from '../define/saga/saga.js'
import type { StepAction } from '../define/saga/steps.js'
import type { HostProcess } from '../runtime/host-process.js'
import type { DiskAccess } from '../store/memory/disk-access.js'

/**
 * What becomes of a write. Of those that are `kept` or `lost` nobody learns, and they are the last. Those
 * that are `refused` or `doubtful` fail, and the life goes on: a refused one left nothing, a doubtful one all.
 */
export type WriteFate = 'acknowledged' | 'kept' | 'lost' | 'refused' | 'doubtful'

/** What the disk has to do with its lives. */
export interface PowerSupply {
  /** Counts a write that is about to become durable. */
  spend(what: string): WriteFate
  /** Why nothing can be read. */
  lostError(): Error
  /** Why a write fails. */
  failedError(what: string): Error
}

export class DiskLife implements DiskAccess, HostProcess, Clock {
  readonly #power: PowerSupply
  readonly #clock: Clock
  readonly #died: Deferred = createDeferred()
  readonly #timers = new Set<Cancel>()
  readonly #keptAlive = new Set<Cancel>()
  #state: 'open' | 'closed' | 'powerless' = 'open'
  #activity = 0

  constructor(power: PowerSupply, clock: Clock) {
    this.#power = power
    this.#clock = clock
  }

  get state(): 'open' | 'closed' | 'powerless' {
    return this.#state
  }

  /** Resolves when the power is lost. */
  get died(): Promise<void> {
    return this.#died.promise
  }

  /** Rises with everything that is written or scheduled. */
  get activity(): number {
    return this.#activity
  }

  async write(what: string, change: () => void): Promise<void> {
    await Promise.resolve()
    const fate = this.#spend(what)
    if (isDone(fate)) change()
    if (isFailed(fate)) throw this.#power.failedError(what)
    if (fate !== 'acknowledged') await this.#end()
  }

  transact<T>(what: string, work: () => T, rollBack: () => void): T {
    this.assertReadable()
    const result = work()
    const fate = this.#spend(what)
    if (!isDone(fate)) rollBack()
    if (isFailed(fate)) throw this.#power.failedError(what)
    if (fate !== 'acknowledged') void this.#end()
    // Nobody can be kept waiting in a synchronous call.
    this.assertReadable()
    return result
  }

  assertReadable(): void {
    if (this.#state === 'powerless') throw this.#power.lostError()
  }

  release(): void {
    if (this.#state !== 'open') return
    this.#state = 'closed'
    this.#letGo()
  }

  /** Ends the life here and now; what is on its way to the disk is lost. */
  cutPower(): void {
    if (this.#state === 'open') void this.#end()
  }

  nowMs(): number {
    return this.#clock.nowMs()
  }

  elapsedMs(): number {
    return this.#clock.elapsedMs()
  }

  schedule(delayMs: number, callback: () => void): Cancel {
    return this.#schedule(callback, (call) => this.#clock.schedule(delayMs, call))
  }

  scheduleAt(atMs: number, callback: () => void): Cancel {
    return this.#schedule(callback, (call) => this.#clock.scheduleAt(atMs, call))
  }

  #schedule(callback: () => void, schedule: (call: () => void) => Cancel): Cancel {
    if (this.#state !== 'open') return () => {}
    this.#activity++
    const cancel = schedule(() => {
      this.#timers.delete(cancel)
      callback()
    })
    this.#timers.add(cancel)
    return () => {
      this.#timers.delete(cancel)
      cancel()
    }
  }

  keepAlive(): Cancel {
    const cancel = keepProcessAlive()
    this.#keptAlive.add(cancel)
    return cancel
  }

  /** The app as this life runs it: when it is over, nothing of it reaches the outside any more. */
  animate(app: AppDefinition): AppDefinition {
    return Object.freeze({
      ...app,
      handlers: app.handlers.map((each) => this.#animateHandler(each)),
      sagas: app.sagas.map((each) => this.#animateSaga(each)),
    })
  }

  /** Only the calls of a saga reach the outside: all else that it does is written. */
  #animateSaga(saga: AnySaga): AnySaga {
    const steps = [...saga.index.steps].map(([name, { node, each }]) => {
      const { compensate } = node
      const undo = compensate && { ...compensate, action: this.#animateAction(compensate.action) }
      const animated = { ...node, action: this.#animateAction(node.action), compensate: undo }
      return [name, { node: animated, each }] as const
    })
    return Object.freeze({ ...saga, index: { ...saga.index, steps: new Map(steps) } })
  }

  #animateAction<A extends StepAction>(action: A): A {
    if (action.kind !== 'call') return action
    const call = (...given: unknown[]): unknown =>
      this.#state === 'powerless' ? never() : action.call(...given)
    return { ...action, call }
  }

  #animateHandler(handler: HandlerDefinition): HandlerDefinition {
    const on = Object.entries(handler.on).map(([type, handle]) => [
      type,
      (...delivery: Parameters<typeof handle>) =>
        this.#state === 'powerless' ? never() : handle(...delivery),
    ])
    return Object.freeze({ ...handler, on: frozenTable(Object.fromEntries(on)) })
  }

  #spend(what: string): WriteFate {
    if (this.#state === 'powerless') return 'lost'
    this.#activity++
    return this.#power.spend(what)
  }

  /** @returns What whoever was writing waits for. */
  #end(): Promise<never> {
    if (this.#state !== 'powerless') {
      this.#state = 'powerless'
      this.#letGo()
      this.#died.resolve()
    }
    return never()
  }

  #letGo(): void {
    for (const cancel of [...this.#timers, ...this.#keptAlive]) cancel()
    this.#timers.clear()
    this.#keptAlive.clear()
  }
}

function isDone(fate: WriteFate): boolean {
  return fate !== 'lost' && fate !== 'refused'
}

function isFailed(fate: WriteFate): boolean {
  return fate === 'refused' || fate === 'doubtful'
}

/** A promise of its own for each who waits: one for all would keep every life that ever waited. */
function never(): Promise<never> {
  return new Promise(() => {})
}

/**
 * A due queue against a naive model of it: a list of timers that is gone through whenever time moves.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { openMemoryTables } from '../../src/store/memory/memory-tables.js'
import { dueTables } from '../../src/timers/due.js'
import { seed } from '../support/seed.js'
import { DueWorkplace, host } from './due-workplace.js'

interface ModelTimer {
  name: string
  id: string
  dueAtMs: number
  tryAtMs: number
  everyMs: number | null
  occurrence: number
  failures: number
}

/** The rules of timers, as plainly as they can be said. */
class Model {
  readonly timers = new Map<string, ModelTimer>()
  readonly fired: string[] = []

  /** Fires everything due, in order, until nothing is; the fragile fail while `isBroken`. */
  look(nowMs: number, isBroken: boolean): void {
    for (;;) {
      const due = [...this.timers.values()]
        .filter((timer) => timer.tryAtMs <= nowMs)
        .sort((a, b) => a.tryAtMs - b.tryAtMs || (a.name < b.name ? -1 : 1))
      if (due.length === 0) return
      for (const timer of due) this.#fire(timer, nowMs, isBroken)
    }
  }

  #fire(timer: ModelTimer, nowMs: number, isBroken: boolean): void {
    this.fired.push(`${timer.name} ${timer.id} ${timer.occurrence}`)
    if (isBroken && timer.name.startsWith('fragile')) {
      timer.failures++
      timer.tryAtMs = nowMs + Math.min(100 * 2 ** (timer.failures - 1), 30_000)
    } else if (timer.everyMs === null) {
      this.timers.delete(timer.name)
    } else {
      do timer.dueAtMs += timer.everyMs
      while (timer.dueAtMs <= nowMs)
      timer.tryAtMs = timer.dueAtMs
      timer.occurrence++
      timer.failures = 0
    }
  }
}

const name = fc.constantFrom('a', 'b', 'c', 'fragile-1', 'fragile-2')
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      name,
      afterMs: fc.integer({ min: -500, max: 3_000 }),
      everyMs: fc.option(fc.integer({ min: 40, max: 2_000 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), name }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      byMs: fc.integer({ min: 0, max: 1_500 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('jump' as const),
      byMs: fc.integer({ min: -5_000, max: 5_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'break or mend' as const }) },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

class Comparison {
  readonly place: DueWorkplace = new DueWorkplace(openMemoryTables(dueTables))
  readonly model: Model = new Model()
  isBroken = false

  constructor() {
    this.place.fire = async (due) => {
      assert.ok(due.tryAtMs <= this.place.nowMs, 'fired early')
      if (this.isBroken && due.name.startsWith('fragile')) throw new Error('broken')
    }
    this.place.queue.start()
  }

  async take(step: Step): Promise<void> {
    const { place, model } = this
    if (step.kind === 'set') {
      const { name, everyMs } = step
      const dueAtMs = place.nowMs + step.afterMs
      const id = await place.set(name, step.afterMs, everyMs)
      const timer = { name, id, dueAtMs, tryAtMs: dueAtMs, everyMs, occurrence: 1, failures: 0 }
      model.timers.set(name, timer)
    } else if (step.kind === 'cancel') {
      const wasThere = model.timers.delete(step.name)
      assert.equal(await place.queue.remove([host(step.name)]), Number(wasThere))
    } else if (step.kind === 'advance') {
      await this.#advance(step.byMs)
    } else if (step.kind === 'jump') {
      place.clock.jump(step.byMs)
      // Noticed at once, as whenever a timer is set.
      await place.set('far', 1e12)
      await place.queue.remove([host('far')])
    } else if (step.kind === 'restart') await place.restart()
    else this.isBroken = !this.isBroken
    await this.#settle()
  }

  /** In steps from one time to the next, so that each is fired at its own moment. */
  async #advance(byMs: number): Promise<void> {
    const { clock } = this.place
    for (let leftMs = byMs; leftMs > 0; ) {
      const nextMs = Math.min(...[...this.model.timers.values()].map((each) => each.tryAtMs))
      const stepMs = Math.min(leftMs, nextMs - clock.nowMs())
      clock.advance(stepMs)
      await this.#settle()
      leftMs -= stepMs
    }
  }

  async #settle(): Promise<void> {
    await this.place.queue.idle()
    this.model.look(this.place.nowMs, this.isBroken)
  }

  compare(): void {
    const { fired, queue } = this.place
    assert.deepEqual(
      fired.map((due) => `${due.name} ${due.id} ${due.occurrence}`).sort(),
      [...this.model.fired].sort(),
    )
    assert.deepEqual(
      queue.list({ owner: '', limit: 100 }).entries.map((due) => ({
        ...{ name: due.name, id: due.id, dueAtMs: due.dueAtMs, tryAtMs: due.tryAtMs },
        ...{ everyMs: due.everyMs, occurrence: due.occurrence, failures: due.failures },
      })),
      [...this.model.timers.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    )
    const { pending, failing } = queue.status()
    assert.equal(pending, this.model.timers.size)
    const failed = [...this.model.timers.values()].filter((each) => each.failures > 0)
    assert.equal(failing, failed.length)
  }
}

describe(`a due queue, seed ${seed},`, () => {
  test('does what the model does, whatever is set, cancelled, broken, jumped over or restarted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const comparison = new Comparison()
        for (const each of steps) {
          await comparison.take(each)
          comparison.compare()
        }
        await comparison.place.crash()
        await comparison.place.database.close()
      }),
      { seed, numRuns: 100 },
    )
  })
})

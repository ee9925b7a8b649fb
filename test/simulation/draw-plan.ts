/**
 * Draws a plan from a seed. What a seed draws may change with this file; what a plan does may not.
 */

import { createSeededRandom } from '../../src/base/random.js'
import {
  type AppPlan,
  handlerNames,
  type InFlight,
  type LifePlan,
  type SimulationPlan,
  type Step,
  viewNames,
  type WriteFault,
} from './plan.js'

const accounts = ['a', 'b', 'c', 'd'] as const
const timers = ['first', 'second', 'third'] as const
const names = ['x', 'y', 'z'] as const

/** A seed's chance, in the words of plans. */
class Draw {
  readonly #random: { next(): number }

  constructor(seed: number) {
    this.#random = createSeededRandom(seed)
  }

  /** A whole number in [min, max]. */
  from(min: number, max: number): number {
    return min + Math.floor(this.#random.next() * (max - min + 1))
  }

  one<Each>(all: readonly Each[]): Each {
    return all[this.from(0, all.length - 1)]!
  }

  chance(share: number): boolean {
    return this.#random.next() < share
  }

  weighted<Each>(all: readonly (readonly [number, Each])[]): Each {
    const sum = all.reduce((total, [weight]) => total + weight, 0)
    let left = this.#random.next() * sum
    return all.find(([weight]) => {
      left -= weight
      return left < 0
    })![1]
  }
}

export function drawPlan(seed: number): SimulationPlan {
  const draw = new Draw(seed)
  const app = drawApp(draw)
  const lives = Array.from({ length: draw.from(1, 5) }, () => drawLife(draw))
  return { seed, app, lives }
}

function drawApp(draw: Draw): AppPlan {
  return {
    snapshotEvery: draw.one([1, 3, 10, 100]),
    snapshotOnPassivation: draw.chance(0.3),
    commandWindowEvents: draw.one([4, 16, 256, 256]),
    actorsMax: draw.one([8, 100_000, 100_000]),
    idleMs: draw.one([50, 600_000]),
    commitEventsMax: draw.one([1, 4, 8_192, 8_192]),
    partitions: draw.one([1, 2, 4]),
    attemptsMax: draw.from(1, 5),
    retriesAtOnce: draw.from(0, 2),
    delayMs: draw.one([10, 1_000, 60_000]),
    deadLetter: draw.one(['key', 'key', 'event']),
    sharesKeys: draw.chance(0.3),
    fates: draw.from(0, 2 ** 32 - 1),
  }
}

function drawLife(draw: Draw): LifePlan {
  return {
    jumpMs: draw.chance(0.2) ? draw.from(-100_000, 100_000) : 0,
    // Short lives now and then, which crash while they open.
    crash: draw.chance(0.6) ? drawFault(draw, draw.one([8, 30, 80])) : null,
    failure: draw.chance(0.25) ? drawFault(draw, draw.one([8, 40])) : null,
    steps: Array.from({ length: draw.from(1, 14) }, () => drawStep(draw)),
  }
}

function drawFault(draw: Draw, afterMax: number): WriteFault {
  return { after: draw.from(1, afterMax), inFlight: draw.one<InFlight>(['kept', 'lost']) }
}

type Drawn = (draw: Draw) => Step

const waits = (draw: Draw): boolean => draw.chance(0.5)

const steps: readonly (readonly [number, Drawn])[] = [
  [
    26,
    (draw) => ({
      do: 'add',
      to: draw.one(accounts),
      amount: draw.from(1, 9),
      parts: draw.one([1, 1, 2, 3, 7]),
      isNamed: draw.chance(0.6),
      expects: draw.one(['any', 'any', 'any', 'newest', 'stale']),
      givesUpAfter: draw.chance(0.1) ? draw.from(0, 4) : null,
      waits: waits(draw),
    }),
  ],
  [8, (draw) => ({ do: 'again', which: draw.from(0, 5), waits: waits(draw) })],
  [2, (draw) => ({ do: 'reuse', which: draw.from(0, 3), waits: waits(draw) })],
  [
    6,
    (draw) => ({
      do: 'spend',
      to: draw.one(accounts),
      amount: draw.from(1, 20),
      waits: waits(draw),
    }),
  ],
  [
    5,
    (draw) => ({
      do: 'claim',
      to: draw.one(accounts),
      name: draw.one([...names, '']),
      waits: waits(draw),
    }),
  ],
  [
    6,
    (draw) => ({
      do: 'transact',
      to: accounts.filter(() => draw.chance(0.6)),
      amount: draw.from(1, 9),
      isNamed: draw.chance(0.5),
      waits: waits(draw),
    }),
  ],
  [
    3,
    (draw) => ({
      do: 'race',
      to: draw.one(accounts),
      count: draw.from(2, 5),
      waits: waits(draw),
    }),
  ],
  [5, (draw) => ({ do: 'ask', of: draw.one(accounts) })],
  [4, () => ({ do: 'look' })],
  [
    6,
    (draw) => ({
      do: 'schedule',
      name: draw.one(timers),
      to: draw.one(accounts),
      afterMs: draw.from(-1_000, 20_000),
      everyMs: draw.chance(0.3) ? draw.from(1_000, 60_000) : null,
    }),
  ],
  [2, (draw) => ({ do: 'cancel', name: draw.one(timers) })],
  [5, (draw) => ({ do: 'advance', byMs: draw.one([1, 100, 5_000, 100_000]) })],
  [3, (draw) => ({ do: 'jump', byMs: draw.from(-30_000, 30_000) })],
  [2, (draw) => ({ do: 'rebuild', view: draw.one(viewNames), waits: waits(draw) })],
  [1, (draw) => ({ do: 'verify', view: draw.one(viewNames) })],
  [4, (draw) => ({ do: draw.one(['redrive', 'discard']), handler: draw.one(handlerNames) })],
  [3, (draw) => ({ do: draw.one(['pause', 'resume']), handler: draw.one(handlerNames) })],
  [3, (draw) => ({ do: 'outage', handler: draw.one(handlerNames), isDown: draw.chance(0.5) })],
  [2, () => ({ do: 'deleteSnapshots' })],
  [10, (draw) => ({ do: 'turns', count: draw.from(1, 20) })],
  [6, () => ({ do: 'quiet' })],
  [3, (draw) => ({ do: 'fail', ...drawFault(draw, draw.one([1, 3, 10])) })],
  [2, () => ({ do: 'cut' })],
]

function drawStep(draw: Draw): Step {
  return draw.weighted(steps)(draw)
}

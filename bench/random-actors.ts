/**
 * What does a command cost where actors are touched at random, in a store of ten million events?
 *
 * A hundred thousand of its million actors, in an order drawn at random, a thousand in flight; beside a
 * thousand actors, drawn at random too, in a store of a hundred thousand events. The stores take turns in each
 * round. By default a hundred thousand actors stay in memory: the first command to each brings it in, reading
 * its ten events, and those after it find it there. With room for a tenth of them, nine commands of ten bring
 * one in and let one go.
 */

import { createSeededRandom } from '../src/base/random.js'
import { type CounterLanes, microsecondsEach, openCounterLanes } from './programs/counter-lanes.js'
import { fillStore } from './programs/fill-store.js'
import { largeActors, largeEvents, largeStore } from './programs/large-store.js'
import type { Figure } from './suite/answer.js'
import { exactly } from './suite/exactly.js'
import { scaled } from './suite/scale.js'
import { type Scratch, withScratch } from './suite/scratch.js'
import { ratios } from './suite/spread.js'
import { tell } from './suite/tell.js'
import { measureInTurns } from './suite/turns.js'

/** What a command costs in either store, in each round. Microseconds. */
interface Costs {
  readonly small: readonly number[]
  readonly large: readonly number[]
}

const actors = largeActors / 10
/** More than are asked at the same time; never more than there are. */
const roomFor = Math.min(actors, Math.max(2_000, actors / 10))
const smallEvents = scaled(1_000, 10) * 100
const smallActors = smallEvents / 100
const rounds = 5
const commands = actors / rounds
const random = createSeededRandom(2)
const touched = drawn(largeActors, actors)

await withScratch(async (scratch) => {
  const small = await openSmall(scratch)
  const dataDir = await largeStore(scratch)
  const large = await openCounterLanes(dataDir)
  let next = 0
  const first = await besides(small, large, () => touched[next++]!)
  exactly('actors in memory', large.resident(), actors)
  const resident = await besides(small, large, anyTouched)
  exactly('actors in memory', large.resident(), actors)
  await large.close()
  const narrow = await openCounterLanes(dataDir, { actorsMax: roomFor })
  // From here on, whoever comes in has another one let go.
  await narrow.send(touched.subarray(0, roomFor))
  const crowded = await besides(small, narrow, anyTouched)
  exactly('actors in memory', narrow.resident(), roomFor)
  await narrow.close()
  await small.close()
  tell({
    id: 'random-actors',
    question: 'What does a command cost where actors are touched at random, in a large store?',
    setting:
      `${count(largeEvents)} events of ${count(largeActors)} actors, ${count(actors)} of them touched; beside ` +
      `${count(smallEvents)} events of ${count(smallActors)}; 1,000 in flight, fsync per group; by default 100,000 ` +
      'actors stay in memory',
    figures: [
      ...figures('in memory', resident),
      ...figures('first command to each', first),
      ...figures(`room for ${count(roomFor)}`, crowded),
    ],
  })
})

/** The small store, with all of its actors in memory. */
async function openSmall(scratch: Scratch): Promise<CounterLanes> {
  const dataDir = scratch.directory('small-store')
  await fillStore(dataDir, { events: smallEvents, actors: smallActors })
  const small = await openCounterLanes(dataDir)
  await small.send(Array.from({ length: smallActors }, (_each, at) => at))
  return small
}

/** @param nextLarge - Whom the next command in the large store goes to. */
async function besides(
  small: CounterLanes,
  large: CounterLanes,
  nextLarge: () => number,
): Promise<Costs> {
  const found = await measureInTurns(
    [
      { name: 'small', measure: () => measure(small, anySmall) },
      { name: 'large', measure: () => measure(large, nextLarge) },
    ],
    rounds,
  )
  return { small: found.get('small')!, large: found.get('large')! }
}

/** @returns microseconds per command. */
async function measure(counters: CounterLanes, nextActor: () => number): Promise<number> {
  const before = counters.recorded()
  const order = Array.from({ length: commands }, nextActor)
  const each = await microsecondsEach(commands, () => counters.send(order))
  exactly('events recorded', counters.recorded() - before, commands)
  return each
}

function anySmall(): number {
  return Math.floor(random.next() * smallActors)
}

function anyTouched(): number {
  return touched[Math.floor(random.next() * touched.length)]!
}

/** Some of so many numbers from 0, none twice, in an order drawn at random. */
function drawn(of: number, wanted: number): Uint32Array {
  const numbers = Uint32Array.from({ length: of }, (_each, at) => at)
  for (let at = 0; at < wanted; at++) {
    const other = at + Math.floor(random.next() * (of - at))
    const number = numbers[at]!
    numbers[at] = numbers[other]!
    numbers[other] = number
  }
  return numbers.subarray(0, wanted)
}

function figures(name: string, { small, large }: Costs): readonly Figure[] {
  return [
    { name, unit: 'us', values: large },
    { name: `${name}: the small store`, unit: 'us', values: small },
    { name: `${name}: of the small store`, unit: 'ratio', values: ratios(large, small) },
  ]
}

function count(number: number): string {
  return number.toLocaleString('en')
}

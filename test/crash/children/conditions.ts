/**
 * Claims names, takes seats and makes transactions, without end, until it is killed.
 *
 * Says `opened`, and `round N` after each round.
 */

import { createSeededRandom } from '../../../src/base/random.js'
import { openRuntime } from '../../../src/index.js'
import { givenOptions, say } from '../../support/say.js'
import { Member, memberApp, members, names, seats, tables } from '../members.js'

export interface ConditionsOptions {
  readonly dataDir: string
  readonly seed: number
}

const { dataDir, seed } = givenOptions<ConditionsOptions>()
const random = createSeededRandom(seed)
const runtime = await openRuntime({ app: memberApp, dataDir, workers: 'inline' })
say('opened')

function oneOf(list: readonly string[]): string {
  return list[Math.floor(random.next() * list.length)]!
}

function takeSeat(member: string, table: string): Promise<unknown> {
  const { SeatTaken } = Member.creators
  return runtime.decide({ types: [SeatTaken], tags: [`table:${table}`] }, (taken, { reject }) =>
    taken.length >= seats
      ? reject('FULL')
      : runtime.actor(Member, member).append(SeatTaken({ table })),
  )
}

function swap(id: string): Promise<unknown> {
  const [one, two] = [oneOf(members), oneOf(members)]
  const both = [...new Set([one, two])].map((member) => runtime.actor(Member, member))
  const swapped = `${id} of ${both.length}`
  return runtime.transact(both.map((member) => member.command('noteSwap', { swap: swapped })))
}

for (let round = 1; ; round++) {
  const sent: Promise<unknown>[] = []
  for (let at = 0; at < 10; at++) {
    sent.push(runtime.actor(Member, oneOf(members)).send('name', { name: oneOf(names) }))
    sent.push(swap(`${seed}-${round}-${at}`))
    if (random.next() < 0.05) sent.push(takeSeat(oneOf(members), oneOf(tables)))
  }
  await Promise.allSettled(sent)
  say(`round ${round}`)
}

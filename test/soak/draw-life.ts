/** What happens next in a soak: a life of a runtime, drawn from a seed. */

import type { Random } from '../../src/base/random.js'

/** What is done beside the counting. */
export const chores = [
  'claim',
  'swap',
  'ring',
  'redriven',
  'discarded',
  'deadly',
  'carry',
  'forget',
  'backup',
  'rebuild',
  'drop snapshots',
] as const

export type Chore = (typeof chores)[number]

export type Life =
  /** In this process. */
  | {
      readonly kind: 'here'
      readonly workers: number
      readonly chores: readonly Chore[]
    }
  /** In this process, on a disk that has no room: everything is refused, and everything can be read. */
  | { readonly kind: 'full'; readonly workers: number }
  /** In a process of its own, which is killed so long after it began to open. */
  | { readonly kind: 'killed'; readonly afterMs: number }

const workersMax = 3
const killedAfterMsMax = 600
/** Chores whose cost grows with the log. */
const costly: readonly Chore[] = ['backup', 'rebuild', 'forget']
const costlyShare = 0.25

/** @param choresMax - Of one life. */
export function drawLife(random: Random, choresMax: number): Life {
  const kind = random.next()
  if (kind < 0.2) return { kind: 'killed', afterMs: Math.floor(random.next() * killedAfterMsMax) }
  const workers = 1 + Math.floor(random.next() * workersMax)
  if (kind < 0.28) return { kind: 'full', workers }
  const drawn = Array.from(
    { length: choresMax },
    () => chores[Math.floor(random.next() * chores.length)]!,
  )
  const kept = drawn.filter((each) => !costly.includes(each) || random.next() < costlyShare)
  return { kind: 'here', workers, chores: kept }
}

/**
 * Rebuilding claims: what has to be done once after `unique` was added to an actor with a history, or
 * after it claims other values than before.
 *
 * First what no state claims any more is released, then every actor of the type claims what its state says,
 * each at its own turn, so it may go on while commands run. Doing it again changes nothing.
 *
 * A claim that is damaged is given to nobody but the actor whose state makes it, so nobody else is quicker; one that no state
 * makes is released after that.
 */

import { failpoint } from '../base/failpoint.js'
import type { ClaimEntry } from '../store/claims.js'
import type { EventStore } from '../store/contracts.js'
import { readLog } from '../store/read-log.js'
import type { ActorType } from './actor-type.js'

/** Actors that are asked at the same time. */
const atOnceMax = 64
const pageEntries = 1_000
const conflictsKept = 100
const nothing: readonly ClaimEntry[] = []

/** Two actors claim one value, and the first one keeps it. */
export interface ClaimConflict {
  /** `Customer.email`. */
  readonly claim: string
  readonly value: string
  /** The stream that holds it. */
  readonly owner: string
  /** The stream that claims it in vain. */
  readonly streamId: string
}

export interface ClaimsRebuilt {
  /** Actors that were asked. */
  readonly actors: number
  /** Claims that nobody makes any more, damaged ones too, and that were released. */
  readonly released: number
  readonly conflictsTotal: number
  /** At most 100 of them. */
  readonly conflicts: readonly ClaimConflict[]
}

/** What is asked of the actors; each answer waits until it is durable. */
export interface ClaimQuestions {
  /** Has an actor claim what its state says. Returns what others hold already. */
  claim(aggregateId: string): Promise<readonly ClaimConflict[]>
  /** Has an actor release a claim unless its state makes it. Returns whether it was released. */
  releaseUnclaimed(aggregateId: string, key: string): Promise<boolean>
  /** Releases a claim of which nobody can tell who held it. */
  releaseDamaged(key: string): Promise<void>
}

export async function rebuildClaims(
  store: EventStore,
  type: ActorType,
  questions: ClaimQuestions,
): Promise<ClaimsRebuilt> {
  let released = 0
  let damaged = 0
  const names = [...type.unique!.keys()]
  await forEach(claimsOf(store, names), async ({ key, owner }) => {
    const aggregateId = owner?.slice(type.name.length + 1)
    if (aggregateId === undefined) damaged++
    else if (await questions.releaseUnclaimed(aggregateId, key)) released++
  })
  failpoint('claims.released')
  const conflicts: ClaimConflict[] = []
  let conflictsTotal = 0
  const actors = await forEach(aggregateIdsOf(store, type), async (aggregateId) => {
    const found = await questions.claim(aggregateId)
    conflictsTotal += found.length
    conflicts.push(...found.slice(0, conflictsKept - conflicts.length))
  })
  failpoint('claims.claimed')
  await forEach(damaged > 0 ? claimsOf(store, names) : nothing, async ({ key, owner }) => {
    if (owner !== null) return
    await questions.releaseDamaged(key)
    released++
  })
  return { actors, released, conflictsTotal, conflicts }
}

/** Each stream begins once. */
async function* aggregateIdsOf(store: EventStore, { name }: ActorType): AsyncGenerator<string> {
  const wantsType = (_type: string, aggregateType: string): boolean => aggregateType === name
  for await (const { version, aggregateId } of readLog(store, { wantsType })) {
    if (version === 1) yield aggregateId
  }
}

async function* claimsOf(store: EventStore, names: readonly string[]): AsyncGenerator<ClaimEntry> {
  for (const name of names) {
    let page: readonly ClaimEntry[]
    let after: string | undefined
    do {
      page = await store.readClaims(name, after, pageEntries)
      yield* page
      after = page.at(-1)?.key
    } while (page.length === pageEntries)
  }
}

/** @returns how many there were. */
async function forEach<T>(
  items: AsyncIterable<T> | Iterable<T>,
  work: (item: T) => Promise<void>,
): Promise<number> {
  let batch: Promise<void>[] = []
  let count = 0
  for await (const item of items) {
    count++
    batch.push(work(item))
    if (batch.length < atOnceMax) continue
    await Promise.all(batch)
    batch = []
  }
  await Promise.all(batch)
  return count
}

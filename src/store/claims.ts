/**
 * Claims: values that at most one stream holds, as the store keeps them.
 *
 * Staged claims are kept here until their commit has landed, so that the next command can be checked
 * against them. Which values a stream claims is not known here. A claim is kept under a hash, so the
 * table has keys of one length and none of the values.
 *
 * Invariants:
 *   - a claim has one owner, staged or durable; only its owner releases it;
 *   - a check changes nothing, and what it returns can be applied whatever else happened to be checked.
 */

import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { ClaimTakenError, DamagedTableError } from './errors.js'

/** A value that one stream holds alone. */
export interface Claim {
  /** What kind of value it is, across all actors: `Customer.email`. */
  readonly name: string
  readonly value: string
}

/** What one stream claims and releases. */
export interface ClaimChanges {
  readonly streamId: string
  readonly claimed: readonly Claim[]
  /** By their {@link claimKey}. What the stream does not hold stays as it is. */
  readonly released: readonly string[]
  /** Whether claims that are damaged, so that nobody can tell who holds them, count as nobody's. @default false */
  readonly mends?: boolean
}

/** A claim as it is kept. */
export interface ClaimEntry {
  readonly key: string
  /** The stream that holds it; `null`: it is damaged. */
  readonly owner: string | null
}

/** Owners by {@link claimKey}; `null`: released. */
export type ClaimedKeys = ReadonlyMap<string, string | null>

/** Hexadecimal digits of a key that come from its claim's name. */
const nameDigits = 16
const valueDigits = 48

/** Where a claim is kept: 8 bytes of SHA-256 of its name, then 24 of its value, in hexadecimal. */
export function claimKey({ name, value }: Claim): string {
  return claimPrefix(name) + hash('sha256', value, 'hex').slice(0, valueDigits)
}

/** What the keys of all claims of a name begin with. */
export function claimPrefix(name: string): string {
  return hash('sha256', name, 'hex').slice(0, nameDigits)
}

/** The owner of a claim that is damaged. */
const unreadable = Symbol('unreadable')

export class StagedClaims {
  /** The durable owner of a key. */
  readonly #readOwner: (key: string) => string | undefined
  #gathering = new Map<string, string | null>()
  #underWay: ClaimedKeys | null = null

  constructor(readOwner: (key: string) => string | undefined) {
    this.#readOwner = readOwner
  }

  /**
   * Whether claims can change so: first everything is released, then everything claimed.
   *
   * @returns The owners that change.
   * @throws {ClaimTakenError} DRAMATIS_CLAIM_TAKEN
   * @throws {DamagedTableError} DRAMATIS_DAMAGED_TABLE: one that is concerned is damaged, and not to be mended.
   */
  check(changes: readonly ClaimChanges[]): ClaimedKeys {
    const next = new Map<string, string | null>()
    for (const { streamId, released, mends = false } of changes) {
      for (const key of released) {
        const owner = this.#ownerOf(key, mends)
        if (owner === streamId || owner === unreadable) next.set(key, null)
      }
    }
    for (const { streamId, claimed, mends = false } of changes) {
      for (const claim of claimed) {
        const key = claimKey(claim)
        const owner = next.has(key) ? next.get(key) : this.#ownerOf(key, mends)
        if (owner === streamId) continue
        if (typeof owner === 'string')
          throw new ClaimTakenError(claim.name, claim.value, owner, streamId)
        next.set(key, streamId)
      }
    }
    return next
  }

  /** Stages what was checked. */
  apply(keys: ClaimedKeys): void {
    for (const [key, owner] of keys) this.#gathering.set(key, owner)
  }

  get isEmpty(): boolean {
    return this.#gathering.size === 0
  }

  /** Hands over what is staged, for a commit. */
  take(): ClaimedKeys {
    assert(this.#underWay === null)
    const taken = this.#gathering
    this.#underWay = taken
    this.#gathering = new Map()
    return taken
  }

  /** What was taken is durable. */
  landed(): void {
    this.#underWay = null
  }

  #ownerOf(key: string, mends: boolean): string | typeof unreadable | null | undefined {
    const staged = this.#gathering.get(key)
    if (staged !== undefined) return staged
    const underWay = this.#underWay?.get(key)
    if (underWay !== undefined) return underWay
    try {
      return this.#readOwner(key)
    } catch (error) {
      if (mends && error instanceof DamagedTableError) return unreadable
      throw error
    }
  }
}

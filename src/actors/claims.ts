/**
 * Claims of an actor: the values that its state says nobody else may have.
 *
 * They follow from the state, so what a command claims and releases is the difference between the
 * state before and the state after it. Whether a value is free is the store's to say. Runs per command
 * of an actor with `unique`, and never for others.
 */

import { describeValue } from '../base/errors.js'
import { type Claim, type ClaimChanges, claimKey } from '../store/claims.js'
import type { ActorType } from './actor-type.js'
import { InvalidClaimError } from './errors.js'

/** Values that one state may claim under one name. */
export const claimValuesMax = 100
const valueCharsMax = 1_000

const noClaims: readonly Claim[] = Object.freeze([])

/**
 * What a state claims.
 *
 * @throws {InvalidClaimError} DRAMATIS_INVALID_CLAIM
 */
export function claimsOf(type: ActorType, streamId: string, state: unknown): readonly Claim[] {
  if (type.unique === null) return noClaims
  const claims: Claim[] = []
  for (const [name, valuesOf] of type.unique) {
    const values = valuesFrom(streamId, name, valuesOf, state)
    for (const value of new Set(values)) claims.push({ name, value })
  }
  return claims
}

function valuesFrom(
  streamId: string,
  name: string,
  valuesOf: (state: unknown) => unknown,
  state: unknown,
): readonly string[] {
  let values: unknown
  try {
    values = valuesOf(state)
  } catch (cause) {
    throw new InvalidClaimError(streamId, name, `an error: ${describeValue(cause)}`, { cause })
  }
  if (values === null) return []
  const list: readonly unknown[] = Array.isArray(values) ? values : [values]
  if (list.length > claimValuesMax) {
    throw new InvalidClaimError(streamId, name, `a list of ${list.length}`)
  }
  for (const value of list) {
    if (isValue(value)) continue
    throw new InvalidClaimError(streamId, name, describeKind(value))
  }
  return list as readonly string[]
}

/** What changes between two lists of claims; `undefined`: nothing does. */
export function claimChanges(
  streamId: string,
  before: readonly Claim[],
  after: readonly Claim[],
): ClaimChanges | undefined {
  const claimed = after.filter((claim) => !includes(before, claim))
  const released = before.filter((claim) => !includes(after, claim)).map(claimKey)
  if (claimed.length === 0 && released.length === 0) return undefined
  return { streamId, claimed, released }
}

function includes(claims: readonly Claim[], { name, value }: Claim): boolean {
  return claims.some((each) => each.name === name && each.value === value)
}

function isValue(value: unknown): value is string {
  if (typeof value !== 'string' || value.length === 0) return false
  return value.length <= valueCharsMax && value.isWellFormed()
}

/** A value may be personal, and errors are logged: texts are not shown. */
function describeKind(value: unknown): string {
  if (typeof value !== 'string') return describeValue(value)
  return value.isWellFormed()
    ? `a text of ${value.length} characters`
    : 'a text with lone surrogates'
}

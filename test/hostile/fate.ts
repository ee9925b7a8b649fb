/**
 * What became of a hostile value: it is refused with one typed error, or it is kept and reads as it was.
 */

import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { type HostileValue, hostileTexts, hostileValues } from './values.js'

/** What was read back of a value, or the code of the error that refused it. */
export type Result = { readonly readBack: unknown } | { readonly code: string }

/** As a payload gives it back: bytes as a Buffer, no -0, and neither symbols nor prototypes. */
export function plain(value: unknown): unknown {
  if (Object.is(value, -0)) return 0
  if (value instanceof Uint8Array) return Buffer.from(value)
  if (value === null || typeof value !== 'object' || value instanceof Date) return value
  if (Array.isArray(value)) return Array.from(value, plain)
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]))
}

export function assertFate({ name, make, fate }: HostileValue, result: Result): void {
  if ('code' in result) {
    assert.notEqual(fate, 'kept', `${name}: ${result.code}`)
    return
  }
  assert.notEqual(fate, 'refused', name)
  if (fate === 'kept') assert.ok(isDeepStrictEqual(result.readBack, plain(make())), name)
}

/** Without those that take their time. */
export const smallValues: readonly HostileValue[] = hostileValues.filter(
  ({ isLarge }) => isLarge !== true,
)

/** Values, and texts for ids and names, of which nothing is said but that each is refused or taken. */
export const valuesAndTexts: readonly HostileValue[] = [
  ...smallValues.map(({ name, make }) => ({ name, make, fate: 'kept or refused' as const })),
  ...hostileTexts.map((text) => ({
    name: JSON.stringify(text).slice(0, 40),
    make: () => text,
    fate: 'kept or refused' as const,
  })),
]

/** Tries all values, one after the other; an error says with which. */
export async function withEach(
  values: readonly HostileValue[],
  attempt: (value: HostileValue) => Promise<void>,
): Promise<void> {
  for (const value of values) {
    try {
      await attempt(value)
    } catch (cause) {
      throw new Error(`${value.name}: ${cause}`, { cause })
    }
  }
}

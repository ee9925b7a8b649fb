/**
 * What is fuzzed: one decoder each, with what it may make of an input.
 */

import { isDeepStrictEqual } from 'node:util'
import type { Draw } from './draw.js'

/**
 * `as it was`: the change hit nothing, and the value is the original. `refused`: a typed error, or the decoder's
 * word for damage. `another value`: only where no checksum could have told.
 */
export type Outcome = 'as it was' | 'refused' | 'another value'

export interface Target {
  readonly name: string
  /** Draws an input and has it decoded. Throws what no decoder may: see {@link Violation}. */
  run(draw: Draw): Outcome
}

/** A decoder made something of an input that it must not. */
export class Violation extends Error {}

/** What a decoder makes of it; errors with a code of ours are what it should throw. */
export function outcomeOf(decode: () => Outcome): Outcome {
  try {
    return decode()
  } catch (error) {
    if (String((error as { code?: unknown } | null)?.code).startsWith('DRAMATIS_')) return 'refused'
    throw error
  }
}

/** How many sound ones of a kind are made, to be damaged. */
export const originals = 64

export function listOf<T>(length: number, make: (at: number) => T): T[] {
  return Array.from({ length }, (_each, at) => make(at))
}

/** Where a checksum stands, other bytes give nothing at all, and the same bytes the same. */
export function told(isSame: boolean, read: unknown, original: () => unknown): Outcome {
  if (!isSame) throw new Violation('another value')
  if (!isDeepStrictEqual(read, original())) throw new Violation('the same bytes, another value')
  return 'as it was'
}

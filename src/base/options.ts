/**
 * Checks that options go through once, at the edge.
 *
 * Each returns the value it was given, or throws an `InvalidArgumentError` that names the argument.
 * What an option means, and its default, belong to the interface that declares it.
 */

import { InvalidArgumentError } from './errors.js'

/** An integer in [min, max]. */
export function integerIn(argument: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
    return value
  }
  throw new InvalidArgumentError(argument, `an integer from ${min} to ${max}`, value)
}

/** A function. */
export function functionAt<T>(argument: string, value: T): T {
  if (typeof value === 'function') return value
  throw new InvalidArgumentError(argument, 'a function', value)
}

/** An object of names to whatever they name; no array. */
export function objectAt<T>(argument: string, value: T): T & object {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value
  throw new InvalidArgumentError(argument, 'an object', value)
}

/** An array. */
export function arrayAt<T>(argument: string, value: readonly T[]): readonly T[] {
  if (Array.isArray(value)) return value
  throw new InvalidArgumentError(argument, 'an array', value)
}

/** A Date that is one. */
export function dateAt(argument: string, value: unknown): Date {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value
  throw new InvalidArgumentError(argument, 'a valid Date', value)
}

/** One of a closed set of strings. */
export function oneOf<const T extends string>(
  argument: string,
  value: unknown,
  allowed: readonly T[],
): T {
  if (allowed.includes(value as T)) return value as T
  throw new InvalidArgumentError(
    argument,
    `one of ${allowed.map((each) => `'${each}'`).join(', ')}`,
    value,
  )
}

/** An object of known keys only: a misspelt option must not pass in silence. */
export function knownKeys(argument: string, value: unknown, known: readonly string[]): void {
  if (value === null || typeof value !== 'object') {
    throw new InvalidArgumentError(argument, `an object of only ${known.join(', ')}`, value)
  }
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue
    throw new InvalidArgumentError(argument, `an object of only ${known.join(', ')}`, key)
  }
}

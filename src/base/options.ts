/**
 * Checks that options go through once, at the edge.
 *
 * Each returns the value it was given, or throws an `InvalidArgumentError` that names the argument.
 * What an option means, and its default, belong to the interface that declares it.
 */

import { types } from 'node:util'
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
  if (value !== null && typeof value === 'object' && !isArray(value)) return value
  throw new InvalidArgumentError(argument, 'an object', value)
}

/** Most entries of an array that is an argument. */
const arrayLengthMax = 1_000_000

/** A copy of an array, each entry read once: it may be a proxy, and claim any length. */
export function arrayAt<T>(argument: string, value: readonly T[]): readonly T[] {
  const copy = copyOfArray<T>(value, arrayLengthMax)
  if (copy !== undefined) return copy
  throw new InvalidArgumentError(argument, 'an array', value)
}

/** Whether a value is an array; a proxy that was revoked is none. */
export function isArray(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value)
  } catch {
    return false
  }
}

/** The name of a definition, or itself; empty where nothing can be named. */
export function nameOf(definition: unknown): string {
  try {
    const name: unknown =
      typeof definition === 'string' ? definition : (definition as { name?: unknown } | null)?.name
    return typeof name === 'string' ? name : ''
  } catch {
    return ''
  }
}

/** Some properties of an object, each read once: it may be a proxy, or have getters that throw. */
export function propertiesAt<T>(argument: string, value: T, names: readonly string[]): T & object {
  const read: Record<string, unknown> = {}
  try {
    for (const name of names) {
      const each = (objectAt(argument, value) as Record<string, unknown>)[name]
      if (each !== undefined) read[name] = each
    }
  } catch {
    throw new InvalidArgumentError(argument, 'an object that can be read', value)
  }
  return read as T & object
}

/**
 * A copy of an array with at most so many entries.
 *
 * @returns `undefined`: it is none, is longer, or throws when it is read.
 */
export function copyOfArray<T>(value: unknown, lengthMax: number): T[] | undefined {
  try {
    if (!Array.isArray(value)) return undefined
    const length: unknown = value.length
    const isLength = Number.isSafeInteger(length) && (length as number) >= 0
    if (!isLength || (length as number) > lengthMax) return undefined
    const copy: T[] = []
    for (let at = 0; at < (length as number); at++) copy.push(value[at] as T)
    return copy
  } catch {
    return undefined
  }
}

/** A copy of a Date that is one. */
export function dateAt(argument: string, value: unknown): Date {
  if (types.isDate(value)) {
    const copy = new Date(Date.prototype.getTime.call(value))
    if (!Number.isNaN(copy.getTime())) return copy
  }
  throw new InvalidArgumentError(argument, 'a valid Date', value)
}

/** An AbortSignal that is one: what only looks like one throws when it is asked. */
export function signalAt(argument: string, value: unknown): AbortSignal {
  try {
    isAborted.call(value)
    return value as AbortSignal
  } catch {
    throw new InvalidArgumentError(argument, 'an AbortSignal', value)
  }
}

const isAborted = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted')!.get!

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

/**
 * An object of known keys only: a misspelt option must not pass in silence.
 *
 * @returns what it has under them, each read once: it may be a proxy, or have a getter that says something else
 *   the next time.
 */
export function knownKeys<T>(argument: string, value: T, known: readonly string[]): T {
  const expected = `an object of only ${known.join(', ')}`
  if (value === null || typeof value !== 'object') {
    throw new InvalidArgumentError(argument, expected, value)
  }
  const read: Record<string, unknown> = {}
  let unknown: string | undefined
  try {
    unknown = Object.keys(value).find((key) => !known.includes(key))
    for (const key of known) {
      const each = (value as Record<string, unknown>)[key]
      if (each !== undefined) read[key] = each
    }
  } catch {
    throw new InvalidArgumentError(argument, `${expected}, which can be read`, value)
  }
  if (unknown !== undefined) throw new InvalidArgumentError(argument, expected, unknown)
  return read as T
}

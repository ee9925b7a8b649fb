/**
 * The closed set of event values: checked, copied and frozen in one pass at the edge.
 *
 * What comes back shares nothing with the caller's object and holds only values that survive the codec
 * unchanged; its objects and arrays are frozen (JavaScript cannot freeze a Date or bytes). Whatever
 * else is found is refused with its path. Each property is read once, so a getter or a proxy cannot
 * show one value here and another later. Runs per command and per event.
 *
 * Invariants:
 *   - decode(encode(copyValue(x))) equals copyValue(x), for every x that is not refused;
 *   - -0 becomes 0, bytes come back as a Buffer (Node's Uint8Array), and a subclass of Array or Date
 *     as its base; nothing else is converted;
 *   - own enumerable properties with text keys are the data; symbol keys are left behind, as by JSON;
 *   - nothing but an EventValueError is thrown, whatever the value does when it is looked at.
 */

import { describeValue } from '../base/errors.js'
import { EventValueError } from './errors.js'
import type { EventValue } from './event.js'

/** Deepest nesting. */
export const valueDepthMax = 100
/** Most values in one payload, nested ones included. */
export const valueCountMax = 1_000_000
/** Most text and bytes in one payload, keys left out; a text counts as often as it is referred to. Characters and bytes. */
export const valueSizeMax: number = 64 * 1024 * 1024

const byteLengthOf = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  'byteLength',
)!.get!
const int64Min = -(2n ** 63n)
const uint64Max = 2n ** 64n - 1n

/** Values copied since the last call from outside: the bound against payloads that explode. */
let copied = 0
/** Characters and bytes in them. */
let size = 0

/** Why a value is refused. Its path grows from the inside out, so that only refusals pay for one. */
class Refusal {
  path = ''
  readonly found: unknown
  readonly why: string | undefined
  readonly cause: unknown

  constructor(found: unknown, why?: string, cause?: unknown) {
    this.found = found
    this.why = why
    this.cause = cause
  }
}

/**
 * Copies and freezes a payload: a plain object of event values.
 *
 * @param path - What to call it in an error: `command`, `data`.
 * @throws {EventValueError} DRAMATIS_EVENT_VALUE
 */
export function copyPayload(payload: unknown, path: string): Readonly<Record<string, EventValue>> {
  const copy = copyValue(payload, path)
  if (isPlainObject(copy)) return copy as Readonly<Record<string, EventValue>>
  throw new EventValueError(path, copy, `${describeValue(copy)} where a payload is an object`)
}

/**
 * Copies and freezes any event value.
 *
 * @throws {EventValueError} DRAMATIS_EVENT_VALUE
 */
export function copyValue(value: unknown, path: string): EventValue {
  copied = 0
  size = 0
  try {
    return copyAny(value, 0)
  } catch (error) {
    const { path: steps, found, why, cause } = refusalOf(error)
    throw new EventValueError(path + steps, found, why, { cause })
  }
}

function copyAny(value: unknown, depth: number): EventValue {
  switch (typeof value) {
    case 'string':
      addSize(value.length)
      if (!value.isWellFormed()) throw new Refusal(value, 'a lone surrogate')
      return value
    case 'number':
      if (!Number.isFinite(value)) throw new Refusal(value)
      return value + 0
    case 'boolean':
      return value
    case 'bigint':
      if (value < int64Min || value > uint64Max) throw new Refusal(value)
      return value
    case 'object':
      return value === null ? null : copyObject(value, depth)
    default:
      throw new Refusal(value)
  }
}

function copyObject(value: object, depth: number): EventValue {
  if (depth > valueDepthMax) {
    throw new Refusal(value, `more than ${valueDepthMax} levels, or a cycle`)
  }
  if (Array.isArray(value)) return copyArray(value, depth)
  if (value instanceof Uint8Array) return copyBytes(value)
  if (value instanceof Date) return copyDate(value)
  if (isPlainObject(value)) return copyPlainObject(value, depth)
  throw new Refusal(value)
}

function copyArray(value: readonly unknown[], depth: number): EventValue {
  const { length } = value
  // A proxy can claim any length, also one that is another each time it is compared.
  const isLength = typeof length === 'number' && length >= 0
  if (!isLength) throw new Refusal(value, 'an array without a length')
  countValues(length)
  const copy: EventValue[] = []
  let at = 0
  try {
    for (; at < length; at++) copy.push(copyAny(value[at], depth + 1))
  } catch (error) {
    throw refusedAt(`[${at}]`, error)
  }
  return Object.freeze(copy)
}

function copyPlainObject(value: object, depth: number): EventValue {
  const keys = Object.keys(value)
  countValues(keys.length)
  const copy: Record<string, EventValue> = {}
  let at = 0
  try {
    for (; at < keys.length; at++) {
      const key = keys[at]!
      if (key === '__proto__') throw new Refusal(value, "a key named '__proto__'")
      if (!key.isWellFormed()) throw new Refusal(value, 'a key with a lone surrogate')
      copy[key] = copyAny((value as Record<string, unknown>)[key], depth + 1)
    }
  } catch (error) {
    throw refusedAt(`.${keys[at]}`.toWellFormed(), error)
  }
  return Object.freeze(copy)
}

/** What is no Uint8Array, or one whose memory is gone, throws here, whatever it says of itself. */
function copyBytes(value: Uint8Array): Buffer {
  const length: number = byteLengthOf.call(value)
  addSize(length)
  const copy = Buffer.allocUnsafe(length)
  copy.set(value)
  return copy
}

function copyDate(value: Date): Date {
  const timeMs = Date.prototype.getTime.call(value)
  if (Number.isNaN(timeMs)) throw new Refusal(value, 'an invalid Date')
  return new Date(timeMs)
}

function countValues(more: number): void {
  copied += more
  if (copied > valueCountMax) throw new Refusal(undefined, `more than ${valueCountMax} values`)
}

function addSize(more: number): void {
  size += more
  if (size > valueSizeMax) {
    throw new Refusal(undefined, `more than ${valueSizeMax} characters and bytes`)
  }
}

function refusedAt(step: string, error: unknown): Refusal {
  const refusal = refusalOf(error)
  refusal.path = step + refusal.path
  return refusal
}

/** A getter or a proxy may throw anything: that too is a value that cannot be recorded. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  return new Refusal(undefined, 'a value that throws when it is read', error)
}

/** Made by braces, or without a prototype: neither an array nor an instance of a class. */
export function isPlainObject(value: unknown): value is object {
  if (value === null || typeof value !== 'object') return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

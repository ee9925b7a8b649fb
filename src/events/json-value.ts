/**
 * Event values as JSON, and back: nothing is lost on the way.
 *
 * What JSON has is itself. What it does not have is an object with one key that begins with `$`:
 *
 *   { "$bigint": "18446744073709551615" }   { "$date": "2024-02-29T12:00:00.000Z" }   { "$bytes": "AQID" }
 *
 * and a key of the payload that begins with `$` gets a second one in front. Bytes are base64. It does
 * not check that a value is one that an event may hold: `values.ts` does.
 *
 * Invariant: fromJson(JSON.parse(JSON.stringify(toJson(x)))) equals x, for every event value.
 */

import { describeValue } from '../base/errors.js'
import type { EventValue } from './event.js'
import { valueDepthMax } from './values.js'

/** A value as `JSON.stringify` takes it and `JSON.parse` returns it. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** The value with what JSON lacks written out. */
export function toJson(value: EventValue): JsonValue {
  if (typeof value === 'bigint') return { $bigint: String(value) }
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Date) return { $date: value.toISOString() }
  if (value instanceof Uint8Array) return { $bytes: base64Of(value) }
  if (Array.isArray(value)) return value.map(toJson)
  const json: Record<string, JsonValue> = {}
  for (const [key, each] of Object.entries(value)) {
    json[key.startsWith('$') ? `$${key}` : key] = toJson(each)
  }
  return json
}

/** What {@link toJson} was given. Throws a `TypeError` where that cannot be told. */
export function fromJson(json: JsonValue): EventValue {
  return valueAt(json, 0)
}

function valueAt(json: JsonValue, depth: number): EventValue {
  if (json === null || typeof json !== 'object') return json
  // One level more than a value has: what JSON lacks is written as an object.
  if (depth > valueDepthMax + 1) throw new TypeError(`more than ${valueDepthMax} levels`)
  if (Array.isArray(json)) return json.map((each: JsonValue) => valueAt(each, depth + 1))
  const entries = Object.entries(json)
  const [first] = entries
  if (entries.length === 1 && isTag(first![0])) return untagged(first![0], first![1])
  return Object.fromEntries(entries.map(([key, each]) => [keyOf(key), valueAt(each, depth + 1)]))
}

function isTag(key: string): boolean {
  return key.startsWith('$') && !key.startsWith('$$')
}

function keyOf(key: string): string {
  if (isTag(key)) throw new TypeError(`${describeValue(key)} where a key with one $ stands alone`)
  return key.startsWith('$') ? key.slice(1) : key
}

function untagged(tag: string, text: JsonValue): EventValue {
  const value = typeof text === 'string' ? taggedValue(tag, text) : undefined
  if (value === undefined) throw new TypeError(`${tag} of ${describeValue(text)}`)
  return value
}

function taggedValue(tag: string, text: string): EventValue | undefined {
  switch (tag) {
    case '$bigint':
      return /^-?\d{1,20}$/.test(text) ? BigInt(text) : undefined
    case '$date':
      return dateOf(text)
    case '$bytes': {
      const bytes = Buffer.from(text, 'base64')
      return base64Of(bytes) === text ? bytes : undefined
    }
    default:
      return undefined
  }
}

/** The date of exactly that text; `undefined` where `toISOString` would not give it. */
export function dateOf(text: string): Date | undefined {
  const date = new Date(text)
  return !Number.isNaN(date.getTime()) && date.toISOString() === text ? date : undefined
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

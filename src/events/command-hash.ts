/**
 * The hash that tells two commands of one id apart: over a command's name and its payload.
 *
 * It is part of the storage format: it is recorded with the events of a command whose id the caller
 * chose, and compared with that of a repeat years later. So it depends on nothing but its input: the
 * first 6 bytes of SHA-256 over the MessagePack of `[name, payload]` with the keys of every map in the
 * order of their UTF-16 code units, as base64url. It finds mistakes; it is no defence against somebody
 * who looks for two payloads of one hash. Runs per command that its caller named.
 */

import { hash } from 'node:crypto'
import { encodeValue } from './codec.js'
import type { EventValue } from './event.js'

/** 6 bytes as base64url: one mistake in 2^48 is not found, and the text is as short as can be. */
const hashChars = 8

/** @param payload - As the caller sent it, copied (`values.ts`); nothing has changed it yet. */
export function hashCommand(name: string, payload: EventValue): string {
  return hash('sha256', encodeValue([name, sorted(payload)]), 'base64url').slice(0, hashChars)
}

/** The same value with its maps as Maps in order: an object would put keys that are integers first. */
function sorted(value: EventValue): unknown {
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Date || value instanceof Uint8Array) return value
  if (isList(value)) return value.map(sorted)
  const keys = Object.keys(value).sort()
  return new Map(keys.map((key) => [key, sorted(value[key]!)]))
}

function isList(value: object): value is readonly EventValue[] {
  return Array.isArray(value)
}

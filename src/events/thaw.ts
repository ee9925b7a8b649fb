/**
 * Thawing: a mutable copy of a frozen payload, for checks that may change what they are given.
 */

import type { EventValue } from './event.js'

/** A mutable copy of what was copied and frozen. Dates and bytes are private already. */
export function thaw(value: EventValue): unknown {
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Date || value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map(thaw)
  const copy: Record<string, unknown> = {}
  for (const [key, each] of Object.entries(value)) copy[key] = thaw(each)
  return copy
}

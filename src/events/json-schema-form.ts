/**
 * What JSON Schemas are made of, and the notes about what they cannot say.
 *
 * Invariant: a note makes nothing narrower. A validator that does not know `x-dramatis` passes over it.
 */

import { createHash } from 'node:crypto'

/** A JSON value. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

/** A JSON Schema of draft 2020-12. */
export type JsonSchema = { readonly [keyword: string]: Json }

/** `output`: what a schema makes of a payload, and what is recorded. `input`: what it takes. */
export type SchemaSide = 'input' | 'output'

/** The key of notes. */
export const noteKey = 'x-dramatis'

/** A schema with notes about what it leaves out. */
export function noted(schema: JsonSchema, notes: { readonly [name: string]: unknown }): JsonSchema {
  const entries = Object.entries(notes).map(([name, value]) => [name, noteOf(value)] as const)
  if (entries.length === 0) return schema
  return {
    ...schema,
    [noteKey]: { ...(schema[noteKey] as object), ...Object.fromEntries(entries) },
  }
}

/** Anything an option may hold, as JSON: a function by the hash of its text. */
function noteOf(value: unknown): Json {
  if (typeof value === 'function') return functionMark(value)
  if (value instanceof RegExp) return String(value)
  return jsonOf(value) ?? String(value)
}

/** `function 3f2a9c04d1b7`; of a class its name. Other text, or another compiler, is another hash. */
function functionMark(value: object): string {
  const text = String(value).replace(/\s+/g, ' ')
  if (text.startsWith('class ') || text.includes('[native code]')) {
    return `class ${(value as { readonly name?: unknown }).name}`
  }
  return `function ${createHash('sha256').update(text).digest('hex').slice(0, 12)}`
}

/** A value as JSON has it; `undefined`: it has no such form. */
export function jsonOf(value: unknown): Json | undefined {
  try {
    const text = JSON.stringify(value)
    return text === undefined ? undefined : (JSON.parse(text) as Json)
  } catch {
    return undefined
  }
}

/**
 * Lock files, read: what came from a file becomes a lock that can be trusted, or one typed error.
 *
 * Every key is known, every value has its form, and every schema has its hash: a file that was edited, or
 * merged into nonsense, does not pass for a description of an app.
 */

import { DramatisError, describeValue } from '../base/errors.js'
import { defaultRetryPolicy } from '../define/retry.js'
import type { JsonSchema } from '../events/json-schema-form.js'
import { hashSchema, lockFormat, type SchemaLock } from './schema-lock.js'

/** A lock file is not one that this code can read. Nothing was compared: write it anew. */
export class LockFileError extends DramatisError {
  readonly code = 'DRAMATIS_LOCK_FILE'
  /** Where: `actors.Order.events.OrderPaid.version`; empty for the file itself. */
  readonly path: string

  constructor(
    path: string,
    expected: string,
    found: string,
    options?: { readonly cause?: unknown },
  ) {
    super(
      `Expected ${path === '' ? 'the lock file' : `${path} of the lock file`} to be ${expected}, ` +
        `got ${found}. Nothing was compared: write the file anew with describeSchemas, from the code ` +
        'that was deployed last.',
      options,
    )
    this.path = path
  }
}

/** Throws unless a value has its form. */
type Assert = (value: unknown, path: string) => void

const name = /^[A-Za-z][A-Za-z0-9_.-]*$/

const count: Assert = (value, path) => {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return
  refuse(path, 'a whole number', value)
}
const version: Assert = (value, path) => {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return
  refuse(path, 'a version, from 1', value)
}
const truth: Assert = (value, path) => {
  if (typeof value !== 'boolean') refuse(path, 'true or false', value)
}
const names: Assert = (value, path) =>
  listOf(value, path, 'names', (each) => name.test(String(each)))
const texts: Assert = (value, path) =>
  listOf(value, path, 'texts', (each) => typeof each === 'string')
const versions: Assert = (value, path) => listOf(value, path, 'versions', Number.isSafeInteger)

const isUnknownEvents = oneOf('fail', 'skip')
const retry = record(
  Object.fromEntries(Object.keys(defaultRetryPolicy).map((key) => [key, count] as const)),
)

const event = {
  version,
  formerly: names,
  into: names,
  upcastFrom: versions,
  personal: texts,
  isTagged: truth,
}
const actor = record({
  commands: tableOf(schema({})),
  events: tableOf(schema(event)),
  snapshot: (value, path) => {
    if (value !== null) record({ version })(value, path)
  },
  unique: names,
})
const projector = record({
  from: names,
  indexes: names,
  on: names,
  unknownEvents: isUnknownEvents,
  version,
})
const handler = record({
  deadLetter: oneOf('key', 'event'),
  from: names,
  keyed: truth,
  on: names,
  partitions: version,
  retry,
  runsOn: oneOf('worker', 'host'),
  startFrom: (value, path) => {
    if (typeof value === 'number') count(value, path)
    else oneOf('beginning', 'end')(value, path)
  },
  timeoutMs: count,
  unknownEvents: isUnknownEvents,
})
const step = record({
  action: oneOf('send', 'call', 'none'),
  compensated: truth,
  each: names,
})
const saga = record({ messages: names, startOn: names, steps: tableOf(step) })
const lock = record({
  format: count,
  actors: tableOf(actor),
  handlers: tableOf(handler),
  projectors: tableOf(projector),
  sagas: (value, path) => {
    if (value !== undefined) tableOf(saga)(value, path)
  },
})

/**
 * A lock from the text of its file, or from what that parses to.
 *
 * @throws {LockFileError} DRAMATIS_LOCK_FILE
 */
export function parseSchemaLock(given: unknown): SchemaLock {
  const parsed = typeof given === 'string' ? parseText(given) : given
  const { format } = Object(parsed) as { readonly format?: unknown }
  if (format !== lockFormat) {
    refuse('format', `${lockFormat}, the only one that this version reads`, format)
  }
  lock(parsed, '')
  return { ...(parsed as SchemaLock), sagas: (parsed as Partial<SchemaLock>).sagas ?? {} }
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new LockFileError('', 'JSON', (cause as Error).message, { cause })
  }
}

function record(fields: Readonly<Record<string, Assert>>): Assert {
  return (value, path) => {
    const found = objectAt(value, path)
    for (const key of Object.keys(found)) {
      if (!Object.hasOwn(fields, key))
        refuse(path, `an object of ${Object.keys(fields).join(', ')}`, key)
    }
    for (const [key, assert] of Object.entries(fields)) assert(found[key], join(path, key))
  }
}

function tableOf(assert: Assert): Assert {
  return (value, path) => {
    for (const [key, each] of Object.entries(objectAt(value, path))) {
      if (!name.test(key)) refuse(path, 'an object of names', key)
      assert(each, join(path, key))
    }
  }
}

function schema(more: Readonly<Record<string, Assert>>): Assert {
  const fields = record({ ...more, schema: objectAt, schemaHash: () => {} })
  return (value, path) => {
    fields(value, path)
    const { schema: found, schemaHash } = value as { schema: JsonSchema; schemaHash: unknown }
    if (hashSchema(found) === schemaHash) return
    refuse(join(path, 'schemaHash'), 'the hash of the schema beside it', schemaHash)
  }
}

function oneOf(...allowed: readonly string[]): Assert {
  return (value, path) => {
    if (!allowed.includes(value as string)) refuse(path, allowed.join(' or '), value)
  }
}

function listOf(
  value: unknown,
  path: string,
  what: string,
  isOne: (each: unknown) => boolean,
): void {
  if (!Array.isArray(value) || !value.every(isOne)) refuse(path, `a list of ${what}`, value)
}

function objectAt(value: unknown, path: string): Record<string, unknown> {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as never
  return refuse(path, 'an object', value)
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

function refuse(path: string, expected: string, found: unknown): never {
  throw new LockFileError(path, expected, describeValue(found))
}

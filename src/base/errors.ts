/**
 * The root of every operating error.
 *
 * An operating error is expected and documented: it has a stable `code`, typed fields, and a
 * message that says what was expected, what was found and what to do next. Each layer declares its
 * own errors in its own `errors.ts`; this file owns only what they share and how one crosses a
 * thread. A programmer's mistake inside the library is an `assert`, never one of these.
 *
 * Invariants:
 *   - `code` starts with `DRAMATIS_` and never changes once released: match on it, not on the class;
 *   - `cause` carries the original error wherever there was one.
 */

import { types } from 'node:util'

/** A stable, documented error code: see `docs/errors.md`. */
export type ErrorCode = `DRAMATIS_${string}`

/** The base class of every documented error. Match on {@link DramatisError.code}. */
export abstract class DramatisError extends Error {
  abstract readonly code: ErrorCode

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
  }
}

/** An option, an argument or an id is not what it has to be. Nothing was done. */
export class InvalidArgumentError extends DramatisError {
  readonly code = 'DRAMATIS_INVALID_ARGUMENT'
  /** The name of the argument, with its path: `retry.attemptsMax`. */
  readonly argument: string

  constructor(argument: string, expected: string, found: unknown) {
    super(`Expected ${argument} to be ${expected}, got ${describeValue(found)}. Nothing was done.`)
    this.argument = argument
  }
}

/** An error as plain data: what crosses a thread and what a dead letter keeps. */
export interface ErrorData {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
  readonly cause?: ErrorData
}

/** How many causes {@link errorToData} follows. */
const causeDepthMax = 5
const textCharsMax = 8_192

/** Turns anything that was thrown into plain data. Never throws, whatever it is given. */
export function errorToData(thrown: unknown, depth = 0): ErrorData {
  try {
    if (!isError(thrown)) return { name: 'NonError', message: describeValue(thrown) }
    const code: unknown = (thrown as { code?: unknown }).code
    return {
      name: bounded(thrown.name),
      message: bounded(thrown.message),
      ...(typeof code === 'string' ? { code: bounded(code) } : {}),
      ...(typeof thrown.stack === 'string' ? { stack: bounded(thrown.stack) } : {}),
      ...(thrown.cause !== undefined && depth < causeDepthMax
        ? { cause: errorToData(thrown.cause, depth + 1) }
        : {}),
    }
  } catch {
    return { name: 'NonError', message: 'an error that cannot be described' }
  }
}

/** Also of another realm, where `instanceof` says no. */
function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || types.isNativeError(thrown)
}

/** A short, safe description of any value, for messages. Never throws. */
export function describeValue(value: unknown): string {
  try {
    if (typeof value === 'string') return JSON.stringify(shortened(value))
    if (typeof value === 'bigint') return shortened(`${value}n`)
    if (typeof value === 'function') return `a function`
    if (value === null || typeof value !== 'object') return shortened(String(value))
    if (isError(value)) return shortened(`${value.name}: ${value.message}`)
    if (Array.isArray(value)) return shortened(`an array of ${value.length}`)
    return shortened(`an object of ${value.constructor?.name ?? 'no class'}`)
  } catch {
    return 'a value that cannot be described'
  }
}

function shortened(text: string): string {
  return (text.length <= 80 ? text : `${text.slice(0, 77)}...`).toWellFormed()
}

/** Well-formed and bounded, so that an error always fits into a record. */
function bounded(text: string): string {
  return String(text).slice(0, textCharsMax).toWellFormed()
}

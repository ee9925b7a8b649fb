/**
 * The operating errors of payloads: what an event, a command or a stored value may not hold.
 *
 * All of them arise before anything is written. Codes are API: `docs/errors.md`.
 */

import { DramatisError, describeValue } from '../base/errors.js'

/** One thing wrong with a payload. */
export interface PayloadIssue {
  /** Where: `lines[2].cents`; empty for the payload itself. */
  readonly path: string
  readonly message: string
  readonly expected?: unknown
  readonly actual?: unknown
}

/** A value is outside the closed set that events, rows and states may hold. Nothing was written. */
export class EventValueError extends DramatisError {
  readonly code = 'DRAMATIS_EVENT_VALUE'
  /** Where the value stands: `data.lines[2].cents`. */
  readonly path: string

  constructor(path: string, found: unknown, why?: string, options?: { readonly cause?: unknown }) {
    super(
      `Expected ${path} to be null, a boolean, a finite number, a 64-bit bigint, a well-formed string, ` +
        'a valid Date, a Uint8Array, an array or a plain object of these, ' +
        `got ${why ?? describeValue(found)}. Nothing was written.`,
      options,
    )
    this.path = path
  }
}

/** A payload does not fit its schema. Nothing was written. */
export class SchemaMismatchError extends DramatisError {
  readonly code = 'DRAMATIS_SCHEMA_MISMATCH'
  /** `command Order.pay` or `event OrderPaid`. */
  readonly subject: string
  /** Everything that is wrong, in the order of the schema. */
  readonly issues: readonly PayloadIssue[]

  constructor(subject: string, issues: readonly PayloadIssue[]) {
    super(
      `Expected ${subject} to fit its schema, found ${issues.length} ` +
        `${issues.length === 1 ? 'issue' : 'issues'}: ` +
        issues.map((issue) => `${issue.path || 'the payload'}: ${issue.message}`).join('; ') +
        ' Nothing was written.',
    )
    this.subject = subject
    this.issues = issues
  }
}

/** A schema cannot be compiled, or does what schemas may not do. Nothing was written. */
export class InvalidSchemaError extends DramatisError {
  readonly code = 'DRAMATIS_INVALID_SCHEMA'
  readonly subject: string

  constructor(subject: string, why: string, options?: { readonly cause?: unknown }) {
    super(
      `Expected the schema of ${subject} to be one that can check payloads: ${why}. Nothing was written.`,
      options,
    )
    this.subject = subject
  }
}

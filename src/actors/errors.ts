/**
 * The operating errors of commands: why one was refused, or came to nothing.
 *
 * Each says whether anything was written, and what to do next. Codes are API: `docs/errors.md`.
 */

import { DramatisError, describeValue } from '../base/errors.js'

/** The domain said no. An outcome, not a failure: it is never logged. Nothing was written. */
export class CommandRejectedError extends DramatisError {
  readonly code = 'DRAMATIS_COMMAND_REJECTED'
  /** The domain's own, stable code: `ORDER_NOT_PENDING`. */
  readonly reason: string
  /** What the domain said beside it. */
  readonly detail: string | undefined
  readonly streamId: string
  readonly command: string

  constructor(streamId: string, command: string, reason: string, detail?: string) {
    super(`${streamId} refused ${command}: ${reason}${detail === undefined ? '' : `, ${detail}`}.`)
    this.reason = reason
    this.detail = detail
    this.streamId = streamId
    this.command = command
  }
}

/** No actor of that name is registered. Nothing was written. */
export class UnknownActorError extends DramatisError {
  readonly code = 'DRAMATIS_UNKNOWN_ACTOR'
  readonly actor: string
  readonly known: readonly string[]

  constructor(actor: unknown, known: readonly string[]) {
    super(
      `Expected one of the actors ${known.join(', ') || '(none)'}, got ${describeValue(actor)}. ` +
        'Nothing was written: list the actor in defineApp, or correct the name.',
    )
    this.actor = typeof actor === 'string' ? actor : describeValue(actor)
    this.known = known
  }
}

/** The actor has no such command. Nothing was written. */
export class UnknownCommandError extends DramatisError {
  readonly code = 'DRAMATIS_UNKNOWN_COMMAND'
  readonly actor: string
  readonly command: string
  readonly known: readonly string[]

  constructor(actor: string, command: unknown, known: readonly string[]) {
    super(
      `Expected one of the commands of ${actor}, ${known.join(', ') || '(none)'}, ` +
        `got ${describeValue(command)}. Nothing was written: correct the name.`,
    )
    this.actor = actor
    this.command = typeof command === 'string' ? command : describeValue(command)
    this.known = known
  }
}

/** A command of this id has been recorded already, and it was another one. Nothing was written. */
export class CommandIdReusedError extends DramatisError {
  readonly code = 'DRAMATIS_COMMAND_ID_REUSED'
  readonly streamId: string
  readonly commandId: string
  readonly command: string
  /** The command that was recorded; `undefined` once it is known from the log only, which has events. */
  readonly commandRecorded: string | undefined

  constructor(streamId: string, commandId: string, command: string, recorded: string | undefined) {
    super(
      `Expected a command '${commandId}' of ${streamId} to be the ${recorded ?? 'one'} that was recorded, ` +
        `found ${describeReuse(command, recorded)}. ` +
        'Nothing was written: send another command under an id of its own.',
    )
    this.streamId = streamId
    this.commandId = commandId
    this.command = command
    this.commandRecorded = recorded
  }
}

/** `decide` threw. Nothing was written and the actor is unharmed: mend `decide`. */
export class DecideFailedError extends DramatisError {
  readonly code = 'DRAMATIS_DECIDE_FAILED'
  readonly streamId: string
  readonly command: string

  constructor(streamId: string, command: string, cause: unknown) {
    super(
      `decide of ${command} threw on ${streamId}: ${describeValue(cause)}. ` +
        'Nothing was written: mend decide, and use reject to refuse a command.',
      { cause },
    )
    this.streamId = streamId
    this.command = command
  }
}

/** `decide` returned what is no decision. Nothing was written: mend `decide`. */
export class InvalidDecisionError extends DramatisError {
  readonly code = 'DRAMATIS_INVALID_DECISION'
  readonly streamId: string
  readonly command: string
  /** What it returned, in words. */
  readonly found: string

  constructor(streamId: string, command: string, found: string, options?: { cause?: unknown }) {
    super(
      `Expected decide of ${command} on ${streamId} to return events of its own actor, ` +
        `a list of them or a rejection, got ${found}. Nothing was written: mend decide.`,
      options,
    )
    this.streamId = streamId
    this.command = command
    this.found = found
  }
}

/** `evolve` threw, or returned no state. Nothing was written and the state is as it was. */
export class EvolveFailedError extends DramatisError {
  readonly code = 'DRAMATIS_EVOLVE_FAILED'
  readonly streamId: string
  readonly type: string
  readonly version: number

  constructor(
    streamId: string,
    type: string,
    version: number,
    why: string,
    options?: { readonly cause?: unknown },
  ) {
    super(
      `evolve of ${type} ${why} on version ${version} of ${streamId}. ` +
        'Nothing was written: mend evolve; it must return a new state and change nothing in place.',
      options,
    )
    this.streamId = streamId
    this.type = type
    this.version = version
  }
}

/** A function of `unique` threw, or returned no claim. Nothing was written: mend it. */
export class InvalidClaimError extends DramatisError {
  readonly code = 'DRAMATIS_INVALID_CLAIM'
  readonly streamId: string
  /** The claim's name: `Customer.email`. */
  readonly claim: string
  /** What it returned, in words. */
  readonly found: string

  constructor(
    streamId: string,
    claim: string,
    found: string,
    options?: { readonly cause?: unknown },
  ) {
    super(
      `Expected ${claim} of ${streamId} to be a text of 1 to 1,000 characters, a list of at most 100 ` +
        `of them, or null, got ${found}. Nothing was written: mend the function in unique.`,
      options,
    )
    this.streamId = streamId
    this.claim = claim
    this.found = found
  }
}

/** `tags` of an event threw, or returned no tags. Nothing was written: mend it. */
export class InvalidTagsError extends DramatisError {
  readonly code = 'DRAMATIS_INVALID_TAGS'
  readonly streamId: string
  readonly type: string
  /** What it returned, in words. */
  readonly found: string

  constructor(
    streamId: string,
    type: string,
    found: string,
    options?: { readonly cause?: unknown },
  ) {
    super(
      `Expected tags of ${type} to return a list of at most 20 texts of 1 to 200 characters, ` +
        `got ${found} for ${streamId}. Nothing was written: mend the function.`,
      options,
    )
    this.streamId = streamId
    this.type = type
    this.found = found
  }
}

/** `prepare` threw, or returned what the command's schema refuses. Nothing was written. */
export class PrepareFailedError extends DramatisError {
  readonly code = 'DRAMATIS_PREPARE_FAILED'
  readonly streamId: string
  readonly command: string

  constructor(streamId: string, command: string, cause: unknown) {
    super(
      `prepare of ${command} failed for ${streamId}: ${describeValue(cause)}. ` +
        'Nothing was written: the command may be sent again.',
      { cause },
    )
    this.streamId = streamId
    this.command = command
  }
}

/** The actor's state could not be read back from its stream. Nothing was written. */
export class ActivationFailedError extends DramatisError {
  readonly code = 'DRAMATIS_ACTIVATION_FAILED'
  readonly streamId: string
  /** When it will be tried again, at the next command. */
  readonly retryAt: Date

  constructor(streamId: string, retryAt: Date, cause: unknown) {
    super(
      `The state of ${streamId} could not be read back: ${describeValue(cause)}. Nothing was written; ` +
        `commands fail until ${retryAt.toISOString()}, then it is tried again.`,
      { cause },
    )
    this.streamId = streamId
    this.retryAt = retryAt
  }
}

/** A bound was reached. Nothing was written: send again later, or slower. */
export class OverloadedError extends DramatisError {
  readonly code = 'DRAMATIS_OVERLOADED'
  /** The limit's name: `mailboxDepthMax`. */
  readonly limit: string
  readonly allowed: number
  readonly found: number
  readonly streamId: string

  constructor(limit: string, allowed: number, found: number, streamId: string) {
    super(
      `Expected at most ${allowed} for ${limit}, found ${found} at ${streamId}. ` +
        'Nothing was written: send again later, or raise the limit.',
    )
    this.limit = limit
    this.allowed = allowed
    this.found = found
    this.streamId = streamId
  }
}

/** The caller's signal aborted before the command was answered. */
export class CommandAbortedError extends DramatisError {
  readonly code = 'DRAMATIS_COMMAND_ABORTED'
  /** Whether its events were on their way to the disk already. */
  readonly accepted: boolean

  constructor(streamId: string, command: string, accepted: boolean, cause: unknown) {
    super(`${command} on ${streamId} was aborted. ${fateOf(accepted)}`, { cause })
    this.accepted = accepted
  }
}

/** The command was not answered within its `timeoutMs`. */
export class CommandTimeoutError extends DramatisError {
  readonly code = 'DRAMATIS_COMMAND_TIMEOUT'
  readonly accepted: boolean
  readonly timeoutMs: number

  constructor(streamId: string, command: string, accepted: boolean, timeoutMs: number) {
    super(`${command} on ${streamId} was not answered within ${timeoutMs} ms. ${fateOf(accepted)}`)
    this.accepted = accepted
    this.timeoutMs = timeoutMs
  }
}

/** The actor's own snapshot rule threw, or gave no yes or no. The command stands; nothing was kept. */
export class SnapshotRuleFailedError extends DramatisError {
  readonly code = 'DRAMATIS_SNAPSHOT_RULE_FAILED'
  readonly streamId: string
  /** The version that it was asked about. */
  readonly version: number

  constructor(
    streamId: string,
    version: number,
    why: string,
    options?: { readonly cause?: unknown },
  ) {
    super(
      `Expected snapshot.when of ${streamId} to return true or false at version ${version}, but it ${why}. ` +
        'The command stands and no snapshot was taken: correct the rule.',
      options,
    )
    this.streamId = streamId
    this.version = version
  }
}

/** A state was asked for that is not there yet: a version, a position or a time still to come. */
export class MomentNotReachedError extends DramatisError {
  readonly code = 'DRAMATIS_MOMENT_NOT_REACHED'
  readonly streamId: string
  /** What was asked for: `version 9`. */
  readonly moment: string
  /** What is durable: `version 3`. */
  readonly reached: string

  constructor(streamId: string, moment: string, reached: string) {
    super(
      `Expected a moment that has come for ${streamId}, got ${moment}, found ${reached}. ` +
        'Nothing was done: ask for an earlier one, or again later.',
    )
    this.streamId = streamId
    this.moment = moment
    this.reached = reached
  }
}

function describeReuse(command: string, recorded: string | undefined): string {
  if (recorded === undefined) return `${command} with another name or payload`
  return recorded === command ? 'another payload' : command
}

function fateOf(accepted: boolean): string {
  return accepted
    ? 'It had been accepted and may still commit: read the stream, or send it again with the same commandId.'
    : 'Nothing was written.'
}

/** The function that says whom a personal field is about gave no id. Nothing was written. */
export class InvalidSubjectError extends DramatisError {
  readonly code = 'DRAMATIS_INVALID_SUBJECT'
  readonly type: string
  readonly field: string

  constructor(type: string, field: string, found: string, options?: { readonly cause?: unknown }) {
    super(
      `Expected the subject of ${field} in ${type} to be null or an id (well-formed text of 1 to 512 ` +
        `bytes), found ${found}. Nothing was written: mend personal.${field} of its definition.`,
      options,
    )
    this.type = type
    this.field = field
  }
}

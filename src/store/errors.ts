/**
 * The operating errors of storage.
 *
 * Each says whether anything was written, and what to do next. Codes are API: `docs/errors.md`.
 */

import { DramatisError } from '../base/errors.js'

/** The stream moved on between load and append. Nothing was written: reload and decide again. */
export class VersionConflictError extends DramatisError {
  readonly code = 'DRAMATIS_VERSION_CONFLICT'
  readonly streamId: string
  readonly versionExpected: number
  readonly versionActual: number

  constructor(streamId: string, versionExpected: number, versionActual: number) {
    super(
      `Expected ${streamId} to be at version ${versionExpected}, found ${versionActual}. ` +
        'Nothing was written: read its state again, then decide again.',
    )
    this.streamId = streamId
    this.versionExpected = versionExpected
    this.versionActual = versionActual
  }
}

/** Another stream holds a value that may be held once. Nothing was written. */
export class ClaimTakenError extends DramatisError {
  readonly code = 'DRAMATIS_CLAIM_TAKEN'
  /** The claim's name: `Customer.email`. */
  readonly claim: string
  /** What is held already. Not part of the message, which may be logged. */
  readonly value: string
  /** The stream that holds it. */
  readonly owner: string
  /** The stream that claimed it in vain. */
  readonly streamId: string

  constructor(claim: string, value: string, owner: string, streamId: string) {
    super(
      `Expected the ${claim} that ${streamId} claims to be free, found it held by ${owner}. ` +
        'Nothing was written: use another value, or have the owner release it first.',
    )
    this.claim = claim
    this.value = value
    this.owner = owner
    this.streamId = streamId
  }
}

/** Events that a decision should have known of came in between. Nothing was written: decide again. */
export class BoundaryConflictError extends DramatisError {
  readonly code = 'DRAMATIS_BOUNDARY_CONFLICT'
  /** Every tag of the query. */
  readonly tags: readonly string[]
  /** Times it was decided. */
  readonly attempts: number

  constructor(tags: readonly string[], attempts: number) {
    super(
      `Expected no further event of ${tags.join(', ')} between reading and recording, found some ` +
        `each of ${attempts} times. Nothing was written: decide again, or over fewer events.`,
    )
    this.tags = tags
    this.attempts = attempts
  }
}

/** A stream was closed or deleted: it takes no more events. Nothing was written. */
export class StreamEndedError extends DramatisError {
  readonly code = 'DRAMATIS_STREAM_ENDED'
  readonly streamId: string
  readonly state: 'closed' | 'deleted'

  constructor(streamId: string, state: 'closed' | 'deleted') {
    super(
      `Expected ${streamId} to take events, found it ${state}. ` +
        'Nothing was written, and nothing more will be: use another id.',
    )
    this.streamId = streamId
    this.state = state
  }
}

/** An event is larger than a record may be. Nothing was written. */
export class RecordTooLargeError extends DramatisError {
  readonly code = 'DRAMATIS_RECORD_TOO_LARGE'
  readonly streamId: string
  readonly type: string
  readonly bytes: number
  readonly bytesMax: number

  constructor(streamId: string, type: string, bytes: number, bytesMax: number) {
    super(
      `Expected a ${type} of ${streamId} to take at most ${bytesMax} bytes, found ${bytes}. ` +
        'Nothing was written: keep large content elsewhere and record where it is.',
    )
    this.streamId = streamId
    this.type = type
    this.bytes = bytes
    this.bytesMax = bytesMax
  }
}

/** A commit failed or never settled. It may have landed or not: read the stream to find out. */
export class CommitUnknownError extends DramatisError {
  readonly code = 'DRAMATIS_COMMIT_UNKNOWN'

  constructor(what: string, options?: { readonly cause?: unknown }) {
    super(
      `${what}. Whether its events were written is unknown: read the stream, ` +
        'or send the command again under the same commandId.',
      options,
    )
  }
}

/** The store has stopped after a failed commit, or is closed. Nothing was written. */
export class StoreStoppedError extends DramatisError {
  readonly code = 'DRAMATIS_STORE_STOPPED'

  constructor(why: string, options?: { readonly cause?: unknown }) {
    super(`The store takes no writes: ${why}. Nothing was written.`, options)
  }
}

/** A record's bytes are not what was written. It is never returned as data. */
export class DamagedRecordError extends DramatisError {
  readonly code = 'DRAMATIS_DAMAGED_RECORD'
  readonly position: number
  readonly reason: string

  constructor(position: number, reason: string, options?: { readonly cause?: unknown }) {
    super(
      `Expected a sound record at position ${position}, found ${reason}. ` +
        'The data directory is damaged: restore it from a backup.',
      options,
    )
    this.position = position
    this.reason = reason
  }
}

/** A row beside the log is not what was written. It is never returned as data. */
export class DamagedTableError extends DramatisError {
  readonly code = 'DRAMATIS_DAMAGED_TABLE'
  readonly table: string
  readonly reason: string

  constructor(table: string, reason: string, options?: { readonly cause?: unknown }) {
    super(
      `Expected sound rows in table ${table}, found ${reason}. ` +
        'The data directory is damaged: rebuild the view, or restore the directory from a backup.',
      options,
    )
    this.table = table
    this.reason = reason
  }
}

/** The data directory was written in a format that this version does not know. Nothing was changed. */
export class FormatVersionError extends DramatisError {
  readonly code = 'DRAMATIS_FORMAT_VERSION'
  readonly dataDir: string
  readonly formatExpected: number
  /** `null`: nothing that can be read. */
  readonly formatActual: number | null

  constructor(dataDir: string, formatExpected: number, formatActual: number | null) {
    const [found, next] =
      formatActual === null
        ? ['none that can be read', 'restore it from a backup']
        : [formatActual, 'open it with the version of dramatis that wrote it']
    super(
      `Expected ${dataDir} to be in format ${formatExpected}, found ${found}. Nothing was changed: ${next}.`,
    )
    this.dataDir = dataDir
    this.formatExpected = formatExpected
    this.formatActual = formatActual
  }
}

/** Another live process owns the data directory. Nothing was changed. */
export class StoreLockedError extends DramatisError {
  readonly code = 'DRAMATIS_STORE_LOCKED'
  readonly dataDir: string
  readonly ownerPid: number

  constructor(dataDir: string, ownerPid: number) {
    super(
      `Expected ${dataDir} to have no owner, found process ${ownerPid}. ` +
        'Nothing was changed: stop that process, or open another directory.',
    )
    this.dataDir = dataDir
    this.ownerPid = ownerPid
  }
}

/** A data directory was written to while it was checked or copied, so what was found of it says nothing. */
export class StoreChangedError extends DramatisError {
  readonly code = 'DRAMATIS_STORE_CHANGED'
  readonly dataDir: string
  /** The directory in it that was written to: `log`, `work`, `keys`, `views/...`. */
  readonly environment: string

  constructor(dataDir: string, environment: string) {
    super(
      `Expected ${dataDir} to stay as it was while it was read, found that ${environment} was written to. ` +
        'Nothing is made of what was read: stop the process that has it open, then try again.',
    )
    this.dataDir = dataDir
    this.environment = environment
  }
}

/** The data directory cannot be read or written: permissions, a full disk, not a directory. */
export class StoreUnavailableError extends DramatisError {
  readonly code = 'DRAMATIS_STORE_UNAVAILABLE'
  readonly dataDir: string

  constructor(dataDir: string, why: string, options?: { readonly cause?: unknown }) {
    super(`Expected ${dataDir} to be a writable directory: ${why}. Nothing was changed.`, options)
    this.dataDir = dataDir
  }
}

/** The disk under the data directory is nearly full. Nothing was written; reads go on. */
export class DiskFullError extends DramatisError {
  readonly code = 'DRAMATIS_DISK_FULL'
  readonly dataDir: string
  readonly freeBytes: number
  readonly freeBytesMin: number

  constructor(dataDir: string, freeBytes: number, freeBytesMin: number) {
    super(
      `Expected at least ${freeBytesMin} free bytes under ${dataDir}, found ${freeBytes}. ` +
        'Nothing was written: make room, and writes go on by themselves.',
    )
    this.dataDir = dataDir
    this.freeBytes = freeBytes
    this.freeBytesMin = freeBytesMin
  }
}

/** A key of a table is longer than a key may be. Nothing was written. */
export class KeyTooLargeError extends DramatisError {
  readonly code = 'DRAMATIS_KEY_TOO_LARGE'
  readonly table: string
  readonly bytesMax: number

  constructor(table: string, bytesMax: number, options?: { readonly cause?: unknown }) {
    super(
      `Expected a key of table ${table} to take at most ${bytesMax} bytes. ` +
        'Nothing was written: index a shorter value.',
      options,
    )
    this.table = table
    this.bytesMax = bytesMax
  }
}

/** A key of sealed fields is not what was written. What it sealed is never taken for forgotten. */
export class DamagedKeyError extends DramatisError {
  readonly code = 'DRAMATIS_DAMAGED_KEY'
  readonly slot: number
  readonly reason: string

  constructor(slot: number, reason: string, options?: { readonly cause?: unknown }) {
    super(
      `Expected a key, or the mark of a destroyed one, in slot ${slot} of keys/slots, found ` +
        `${reason}. Nothing was changed: restore keys/ from a backup of the same data directory.`,
      options,
    )
    this.slot = slot
    this.reason = reason
  }
}

/** An event has personal fields of a subject that was forgotten. Nothing was written. */
export class SubjectForgottenError extends DramatisError {
  readonly code = 'DRAMATIS_SUBJECT_FORGOTTEN'
  readonly subjectId: string
  readonly streamId: string
  readonly type: string

  constructor(subjectId: string, streamId: string, type: string) {
    super(
      `Expected ${type} of ${streamId} to hold nothing personal of '${subjectId}', who was forgotten. ` +
        'Nothing was written: record it under a new subject id, or with the fields already replaced.',
    )
    this.subjectId = subjectId
    this.streamId = streamId
    this.type = type
  }
}

/** Somebody is to be forgotten of whom nothing was ever recorded. Nobody was forgotten. */
export class UnknownSubjectError extends DramatisError {
  readonly code = 'DRAMATIS_UNKNOWN_SUBJECT'
  readonly subjectId: string

  constructor(subjectId: string) {
    super(
      `Expected personal fields of '${subjectId}' in the log, found none. ` +
        'Nothing was changed: is this the id that the events name as their subject?',
    )
    this.subjectId = subjectId
  }
}

/** A directory that something is to be written to has something in it. Nothing was written. */
export class DirectoryNotEmptyError extends DramatisError {
  readonly code = 'DRAMATIS_DIRECTORY_NOT_EMPTY'
  readonly directory: string

  constructor(directory: string) {
    super(
      `Expected ${directory} to be empty, or not to exist, found something in it. ` +
        'Nothing was written: name another directory, or move away what is there.',
    )
    this.directory = directory
  }
}

/** A data directory could not be copied. What was written of the copy is removed; the original is as it was. */
export class CopyFailedError extends DramatisError {
  readonly code = 'DRAMATIS_COPY_FAILED'
  readonly directory: string

  constructor(directory: string, why: string, options?: { readonly cause?: unknown }) {
    super(
      `Expected to write a copy to ${directory}: ${why}. ` +
        'The original is as it was, and nothing of the copy is left: make room or check rights, then try again.',
      options,
    )
    this.directory = directory
  }
}

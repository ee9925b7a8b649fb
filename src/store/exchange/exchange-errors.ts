/**
 * The operating errors of exports and imports.
 */

import { DramatisError } from '../../base/errors.js'

/** A file is not an export, or not a whole and unchanged one. Nothing was written. */
export class ExportDamagedError extends DramatisError {
  readonly code = 'DRAMATIS_EXPORT_DAMAGED'
  readonly file: string
  /** 1-based. */
  readonly line: number
  readonly reason: string

  constructor(file: string, line: number, reason: string, options?: { readonly cause?: unknown }) {
    super(
      `Expected line ${line} of ${file} to be as it was exported, found ${reason}. ` +
        'Nothing was written: export again, or use another copy of the file.',
      options,
    )
    this.file = file
    this.line = line
    this.reason = reason
  }
}

/** A file of an export cannot be read or written. Whatever was under its name is as it was. */
export class FileUnavailableError extends DramatisError {
  readonly code = 'DRAMATIS_FILE_UNAVAILABLE'
  readonly file: string
  readonly access: 'read' | 'write'

  constructor(file: string, access: 'read' | 'write', options: { readonly cause: Error }) {
    const next =
      access === 'read'
        ? 'Name a file that can be read, or move away what is in its place; an import that was begun goes on where it was.'
        : 'Name a file in a directory that is there and can be written to, or make room; an export that was begun goes on where it was.'
    super(`Expected to ${access} ${file}: ${options.cause.message}. ${next}`, options)
    this.file = file
    this.access = access
  }
}

/** A stream was deleted while it was exported. Nothing is left of the file. */
export class ExportDisturbedError extends DramatisError {
  readonly code = 'DRAMATIS_EXPORT_DISTURBED'
  readonly file: string
  readonly streamId: string

  constructor(file: string, streamId: string) {
    super(
      `Expected ${file} to hold ${streamId} as it was at one time, found that it was deleted during the export. ` +
        'Nothing is left of the file: export again, while nothing is deleted.',
    )
    this.file = file
    this.streamId = streamId
  }
}

/** A store cannot take an export: it holds other events, or does not end where the export begins. */
export class ImportRefusedError extends DramatisError {
  readonly code = 'DRAMATIS_IMPORT_REFUSED'
  readonly file: string
  /** Where the store ends. */
  readonly head: number

  constructor(file: string, head: number, reason: string) {
    super(
      `Expected a store that continues with ${file}, found that ${reason}. ` +
        'Nothing was written: import into an empty directory, or into one that ends where the export begins.',
    )
    this.file = file
    this.head = head
  }
}

/** After an import the store does not give what the file has. */
export class ImportUnverifiedError extends DramatisError {
  readonly code = 'DRAMATIS_IMPORT_UNVERIFIED'
  readonly file: string

  constructor(file: string) {
    super(
      `Expected the imported events to be those of ${file}, found others: the file was changed during ` +
        'the import, or the disk is damaged. Delete the data directory and import again.',
    )
    this.file = file
  }
}

/** An error of the file system as the documented one; every other as it is. */
export function asFileUnavailable(file: string, access: 'read' | 'write', error: unknown): unknown {
  const { syscall } = error as NodeJS.ErrnoException
  if (!(error instanceof Error) || typeof syscall !== 'string') return error
  return new FileUnavailableError(file, access, { cause: error })
}

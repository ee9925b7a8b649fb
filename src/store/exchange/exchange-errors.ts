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

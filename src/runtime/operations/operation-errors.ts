/** What copying, restoring and compacting a store may end with, beside what storage says. */

import { DramatisError } from '../../base/errors.js'
import type { StoreReport } from './verify-store.js'

/** A store, or the copy that was made of it, is not sound. Nothing was put in its place. */
export class UnsoundStoreError extends DramatisError {
  readonly code = 'DRAMATIS_STORE_UNSOUND'
  /** What was checked. */
  readonly directory: string
  /** What was found. */
  readonly report: StoreReport

  constructor(directory: string, report: StoreReport) {
    const [first] = report.findings
    super(
      `Expected ${directory} to be sound, found ${report.findingsCount} things wrong with it: ` +
        `${first === undefined ? 'see the report' : first.message} Nothing was put in its place: read the report.`,
    )
    this.directory = directory
    this.report = report
  }
}

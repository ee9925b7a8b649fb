/**
 * What a view does when it is opened: which rows serve, and whether others are to be filled.
 *
 * Pure: from the projector and what is written of its view. The view carries it out.
 *
 * Invariants:
 *   - rows of another version serve only until those of the projector's own have taken over;
 *   - rows that other code has begun are never gone on with.
 */

import type { AnyProjector } from '../define/projector.js'
import type { ViewFilling, ViewRecord } from './work-store.js'

/** Rows of one view: those of a version, numbered. */
export interface Generation {
  readonly version: number
  readonly generation: number
}

export interface ViewOpening {
  /** What is to be written down. */
  readonly record: ViewRecord
  /** Whether the rows to be filled go on where they stopped; `false`: they begin empty. */
  readonly resumes: boolean
}

/**
 * @param code - Of the projector, see `projector-code.ts`.
 * @param record - What is written of the view; `undefined`: it was never opened.
 * @param isThere - Whether there are the rows that served.
 */
export function planOpening(
  projector: AnyProjector,
  code: string,
  record: ViewRecord | undefined,
  isThere: (rows: Generation) => boolean,
): ViewOpening {
  const { version, whileFilling } = projector
  const indexes = Object.keys(projector.indexes)
  if (record === undefined) {
    return { record: { version, generation: 0, indexes, filling: null }, resumes: false }
  }
  const target = targetOf(projector, code, record)
  if (record.version === version) {
    const served = { ...record, indexes: record.indexes ?? indexes }
    return { resumes: target.resumes, record: { ...served, filling: target.filling } }
  }
  const filling = target.filling ?? { version, generation: 0, code, eventsPerSecondMax: null }
  if (whileFilling === 'old' && isThere(record)) {
    const served = { ...record, indexes: record.indexes ?? [] }
    return { resumes: target.resumes, record: { ...served, filling } }
  }
  const { generation } = filling
  return { resumes: target.resumes, record: { version, generation, indexes, filling: null } }
}

/** What is to be filled: what was begun, if it was for this version; anew where its code is another. */
function targetOf(
  { version }: AnyProjector,
  code: string,
  { filling }: ViewRecord,
): { readonly filling: ViewFilling | null; readonly resumes: boolean } {
  if (filling == null || filling.version !== version) return { filling: null, resumes: false }
  if (filling.code === code) return { filling, resumes: true }
  return { filling: { ...filling, code, generation: filling.generation + 1 }, resumes: false }
}

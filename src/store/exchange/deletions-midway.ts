/**
 * Streams that are deleted while they are exported.
 *
 * A deletion overwrites a stream where it lies. So a file that has some events of a stream as they were before and others
 * as they were after it is what the log never was, and no store can take it. Such a file is given up.
 *
 * A stream is whole in the file when its first tombstone there is the first event that the file has of it. Memory: a
 * name for each deleted stream.
 */

import type { Position, RecordedEvent } from '../../events/event.js'
import { streamDeleted } from '../../events/stream-end.js'
import type { LogReader } from '../contracts.js'
import { ExportDisturbedError } from './exchange-errors.js'
import type { ExportRange } from './exchange-format.js'

export class DeletionsMidway {
  readonly #file: string
  readonly #range: ExportRange
  readonly #deleted = new Set<string>()
  /** First tombstones of streams that may have had events in the file before, by stream. */
  readonly #doubtful = new Map<string, Position>()
  /** The last of them. */
  #doubtfulTo: Position = 0

  constructor(file: string, range: ExportRange) {
    this.#file = file
    this.#range = range
  }

  /**
   * Notes the next event of the file.
   *
   * @throws {ExportDisturbedError} DRAMATIS_EXPORT_DISTURBED
   */
  note({ type, streamId, version, position }: RecordedEvent): void {
    if (type !== streamDeleted || this.#deleted.has(streamId)) return
    this.#deleted.add(streamId)
    if (version === 1) return
    // Whatever came before it is in the file.
    if (this.#range.after === 0) throw new ExportDisturbedError(this.#file, streamId)
    this.#doubtful.set(streamId, position)
    this.#doubtfulTo = position
  }

  /**
   * Looks up where the streams begin that have events before the range too.
   *
   * @throws {ExportDisturbedError} DRAMATIS_EXPORT_DISTURBED
   */
  async finish(store: LogReader): Promise<void> {
    let { after } = this.#range
    const to = this.#doubtfulTo
    while (after < to) {
      const wantsType = (type: string): boolean => type === streamDeleted
      const batch = await store.readBatch({ after, to, wantsType, eventsMax: 1_024 })
      after = batch.scannedTo
      for (const { streamId, position } of batch.events) {
        const first = this.#doubtful.get(streamId)
        if (first === undefined || position >= first) continue
        throw new ExportDisturbedError(this.#file, streamId)
      }
    }
  }
}

/**
 * Which records of a group lie together in one segment.
 *
 * A segment is what storage reads and writes at once: many small records share one, a large one has its own.
 * Where a record lies is known as soon as it is placed, so that the next event of its stream can say so.
 * Runs per event.
 */

import type { Position } from '../events/event.js'

/** A segment with more than one record is no larger: with its index it fills a page of LMDB. Bytes. */
export const segmentBytesMax = 3_600

export class SegmentLayout {
  /** The first position of each segment, in order. */
  readonly firsts: Position[] = []
  #bytes = 0

  /** Adds a record. @returns its index in its segment. */
  add(position: Position, bytes: number): number {
    const isFull = this.#bytes + bytes > segmentBytesMax
    if (isFull || this.firsts.length === 0) {
      this.firsts.push(position)
      this.#bytes = bytes
      return 0
    }
    this.#bytes += bytes
    return position - this.firsts.at(-1)!
  }

  /** Takes back everything that was added from a position on. Whatever comes next begins a segment. */
  cut(position: Position): void {
    while (this.firsts.length > 0 && this.firsts.at(-1)! >= position) this.firsts.pop()
    this.#bytes = Number.POSITIVE_INFINITY
  }
}

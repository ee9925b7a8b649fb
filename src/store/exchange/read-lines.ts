/**
 * The lines of a file, with where each one begins.
 *
 * A line is what ends with a newline: what stands behind the last one was cut off in the middle and is
 * no line. Bytes that are not UTF-8 are an error, not replacement characters.
 *
 * The pieces of a line that spans several reads are joined once, when its end is there: the cost of a line
 * grows with its length.
 */

import { constants } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { asFileUnavailable } from './exchange-errors.js'

export interface FileLine {
  /** Without its end. */
  readonly text: string
  /** 1-based. */
  readonly number: number
  /** With its end. */
  readonly bytes: Buffer
}

/** Longest line, without its end. Bytes. Text that is longer nobody can have exported. */
const lineBytesMax = constants.MAX_STRING_LENGTH
const newline = 10

/**
 * Throws a `TypeError` about a line.
 *
 * @throws {FileUnavailableError} DRAMATIS_FILE_UNAVAILABLE
 */
export async function* readLines(
  path: string,
  bytesMax: number = lineBytesMax,
): AsyncGenerator<FileLine, void> {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let number = 0
  const begun: Buffer[] = []
  let begunBytes = 0
  for await (const data of chunksOf(path)) {
    let start = 0
    for (let end = data.indexOf(newline); end !== -1; end = data.indexOf(newline, start)) {
      assertLength(begunBytes + end - start, bytesMax)
      const piece = data.subarray(start, end + 1)
      const bytes = begunBytes === 0 ? piece : Buffer.concat([...begun, piece])
      begun.length = 0
      begunBytes = 0
      yield { text: utf8.decode(bytes.subarray(0, -1)), number: ++number, bytes }
      start = end + 1
    }
    if (start === data.length) continue
    begun.push(data.subarray(start))
    begunBytes += data.length - start
    assertLength(begunBytes, bytesMax)
  }
}

async function* chunksOf(path: string): AsyncGenerator<Buffer, void> {
  try {
    yield* createReadStream(path, { highWaterMark: 1024 * 1024 })
  } catch (cause) {
    throw asFileUnavailable(path, 'read', cause)
  }
}

function assertLength(bytes: number, bytesMax: number): void {
  if (bytes > bytesMax) throw new TypeError(`a line of more than ${bytesMax} bytes`)
}

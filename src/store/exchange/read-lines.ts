/**
 * The lines of a file, with where each one begins.
 *
 * A line is what ends with a newline: what stands behind the last one was cut off in the middle and is
 * no line. Bytes that are not UTF-8 are an error, not replacement characters.
 */

import { createReadStream } from 'node:fs'

export interface FileLine {
  /** Without its end. */
  readonly text: string
  /** 1-based. */
  readonly number: number
  /** With its end. */
  readonly bytes: Buffer
}

/** Longest line. Bytes. */
const lineBytesMax = 256 * 1024 * 1024
const newline = 10

/** Throws an error of the file system, or a `TypeError` about a line. */
export async function* readLines(
  path: string,
  bytesMax: number = lineBytesMax,
): AsyncGenerator<FileLine, void> {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let number = 0
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    const data = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer])
    let start = 0
    for (let end = data.indexOf(newline); end !== -1; end = data.indexOf(newline, start)) {
      const bytes = data.subarray(start, end + 1)
      yield { text: utf8.decode(data.subarray(start, end)), number: ++number, bytes }
      start = end + 1
    }
    rest = data.subarray(start)
    if (rest.length > bytesMax) throw new TypeError(`a line of more than ${bytesMax} bytes`)
  }
}

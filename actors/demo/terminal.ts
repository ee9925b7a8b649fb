/**
 * What the demo says while it runs, on stderr: whole lines, and one live line below them.
 *
 * On a terminal the live line is redrawn in place; elsewhere each is a line of its own, so the one
 * who draws it has to be sparing (see {@link Terminal.liveEveryMs}).
 */

/** The part of a `WriteStream` that is used. */
export interface TextStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const clearLine = '\r\u001B[2K'

export class Terminal {
  readonly #stream: TextStream
  #hasLiveLine = false

  constructor(stream: TextStream) {
    this.#stream = stream
  }

  /** How often a live line is welcome. Milliseconds. */
  get liveEveryMs(): number {
    return this.#stream.isTTY === true ? 100 : 1_000
  }

  /** The most characters that a live line can have. */
  get columns(): number {
    return this.#stream.isTTY === true ? (this.#stream.columns ?? 80) - 1 : 200
  }

  /** Writes a line that stays. */
  say(line: string): void {
    this.#stream.write(`${this.#hasLiveLine ? clearLine : ''}${line}\n`)
    this.#hasLiveLine = false
  }

  /** Writes the line that the next one replaces. */
  live(line: string): void {
    if (this.#stream.isTTY === true) this.redraw(line)
    else this.say(`  ${line}`)
  }

  /** The same for lines that nobody needs to keep: they are shown on a terminal only. */
  redraw(line: string): void {
    if (this.#stream.isTTY !== true) return
    this.#stream.write(clearLine + line)
    this.#hasLiveLine = true
  }
}

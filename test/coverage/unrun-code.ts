/**
 * Which characters of a built file no process has run, of what V8 counted in each of them.
 *
 * Pure. Within one process an inner range says more than the one around it; of several processes, whatever
 * one has run counts as run.
 */

/** A part of a file, [startOffset, endOffset), and how often one process has run it. */
export interface CountedRange {
  readonly startOffset: number
  readonly endOffset: number
  readonly count: number
}

/** Of one script in one file of `NODE_V8_COVERAGE`. */
export interface ScriptCoverage {
  readonly url: string
  readonly functions: readonly { readonly ranges: readonly CountedRange[] }[]
}

/** A piece of code that was not run, without the space around it. */
export interface UnrunCode {
  /** Of its first character. */
  readonly offset: number
  readonly text: string
}

/** The file, character by character: whether any of the processes that were added has run it. */
export class RunCode {
  readonly #text: string
  readonly #isRun: Uint8Array

  /** @param text - Of the built file. */
  constructor(text: string) {
    this.#text = text
    this.#isRun = new Uint8Array(text.length)
  }

  /** Adds what one process has run. */
  add({ functions }: Pick<ScriptCoverage, 'functions'>): void {
    const inProcess = new Uint8Array(this.#text.length)
    const outerFirst = functions
      .flatMap(({ ranges }) => ranges)
      .sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset)
    for (const { startOffset, endOffset, count } of outerFirst) {
      inProcess.fill(count > 0 ? 1 : 0, startOffset, endOffset)
    }
    for (let at = 0; at < inProcess.length; at++) this.#isRun[at]! |= inProcess[at]!
  }

  /** What none has run, in order. Comments and closing brackets alone are no code. */
  unrun(): readonly UnrunCode[] {
    const found: UnrunCode[] = []
    for (let at = this.#isRun.indexOf(0); at !== -1; ) {
      const run = this.#isRun.indexOf(1, at)
      const end = run === -1 ? this.#isRun.length : run
      const piece = this.#text.slice(at, end)
      if (hasCode(piece)) {
        found.push({ offset: at + piece.length - piece.trimStart().length, text: piece.trim() })
      }
      at = this.#isRun.indexOf(0, end)
      if (run === -1) break
    }
    return found
  }
}

/** A file of types alone, which no process loads, is built to an empty export. */
function hasCode(text: string): boolean {
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|\bexport \{\}/g, '')
  return /[^\s{}()[\],;]/.test(code)
}

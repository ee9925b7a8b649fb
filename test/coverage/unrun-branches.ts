/**
 * Code that was not run, as branches of the source: the line of each, and whether a comment there says why no test
 * comes to it.
 *
 * Pure. Such a comment stands on the line of the branch, on the next one, or in the lines of comment above it.
 */

import type { UnrunCode } from './unrun-code.js'

const excuse = /\/\/ Not reached by tests: \S/
const textCharsMax = 90

export interface UnrunBranch {
  /** Of the source, from 1. */
  readonly line: number
  readonly text: string
  /** A comment says why it is not reached. */
  readonly isExcused: boolean
}

/** A place in a text, both from 0. */
export interface TextPlace {
  readonly line: number
  readonly column: number
}

/**
 * @param built - Text of the built file.
 * @param source - Text of its source.
 * @param sourceLine - The line of the source, from 0, that a place of the built file was made of.
 */
export function unrunBranches(
  unrun: readonly UnrunCode[],
  built: string,
  source: string,
  sourceLine: (place: TextPlace) => number,
): readonly UnrunBranch[] {
  const lines = source.split('\n')
  return unrun.map(({ offset, text }) => {
    // An operator in front has no place of its own in the source map.
    const operator = /^[\s?:&|=]*/.exec(text)![0].length
    const line = sourceLine(placeOf(built, offset + operator))
    return { line: line + 1, text: shortened(text), isExcused: isExcused(lines, line) }
  })
}

function isExcused(lines: readonly string[], line: number): boolean {
  if (excuse.test(lines[line] ?? '') || excuse.test(lines[line + 1] ?? '')) return true
  for (let above = line - 1; (lines[above] ?? '').trimStart().startsWith('//'); above--) {
    if (excuse.test(lines[above]!)) return true
  }
  return false
}

function placeOf(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length - 1, column: offset - lineStart }
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length <= textCharsMax ? line : `${line.slice(0, textCharsMax)} ...`
}

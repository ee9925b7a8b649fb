/**
 * How many lines each function of a source takes, header and closing brace included.
 *
 * Reads source as Biome formats it: the header of a function ends its line with the brace that opens
 * the body, preceded by `=>`, by the closing parenthesis of the parameters, or by a return type behind
 * one; a header of several lines begins on the line of the same indentation above. The end of a body is
 * its matching brace. Braces in comments and literals were blanked before. The lines of a `describe`
 * are its tests' and nobody else's: it is no function, nor part of one.
 */

import { blankSource } from './blank-source.js'

export interface FunctionLength {
  /** The first line of its header, trimmed. */
  readonly header: string
  /** 1-based. */
  readonly line: number
  readonly lines: number
}

const notFunction = /^(?:\} )?(?:else|if|for|while|do|switch|try|catch|finally|class|interface)\b/
const opensBody = /(?:=>|\)|\): .+|^[>}\]].*>) \{$/
const opensGroup = /^(?:describe|suite)\(.*=> \{$/

export function functionLengths(source: string): readonly FunctionLength[] {
  const code = blankSource(source).code.split('\n')
  const written = source.split('\n')
  const groups: FunctionLength[] = []
  const functions: FunctionLength[] = []
  for (const [at, line] of code.entries()) {
    const header = headerOf(code, at)
    if (header === null) continue
    const lines = closingLine(code, at) - header + 1
    const found = { header: written[header]!.trim(), line: header + 1, lines }
    if (opensGroup.test(line.trim())) groups.push(found)
    else functions.push(found)
  }
  return functions.map((each) => ({ ...each, lines: each.lines - linesWithin(groups, each) }))
}

/** The line on which the function begins whose body this line opens, or `null`. */
function headerOf(code: readonly string[], at: number): number | null {
  const line = code[at]!
  const text = line.trim()
  if (!opensBody.test(text) || notFunction.test(text)) return null
  if (!/^[)>}\]]/.test(text)) return at
  const indent = indentOf(line)
  let start = at - 1
  while (start > 0 && (code[start]!.trim() === '' || indentOf(code[start]!) > indent)) start--
  return notFunction.test(code[start]!.trim()) ? null : start
}

/** The line of the brace that closes what the last brace of a line opens. */
function closingLine(code: readonly string[], from: number): number {
  let depth = 1
  for (let at = from + 1; at < code.length; at++) {
    for (const char of code[at]!) {
      if (char === '{') depth++
      if (char === '}') depth--
      if (depth === 0) return at
    }
  }
  return code.length - 1
}

/** The lines that the outermost groups inside of a function take. */
function linesWithin(groups: readonly FunctionLength[], { line, lines }: FunctionLength): number {
  const inside = groups.filter((group) => group.line > line && group.line < line + lines)
  return inside
    .filter(
      (group) => !inside.some((other) => other.line < group.line && endOf(other) > group.line),
    )
    .reduce((sum, group) => sum + group.lines, 0)
}

function endOf({ line, lines }: FunctionLength): number {
  return line + lines - 1
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}

/**
 * Source text with comments and literals blanked, so that rules about code do not trip over prose.
 *
 * Blanked characters become spaces; line breaks and lengths stay, so places in one text are places in
 * the other. Code inside `${}` of a template stays. A slash begins a regular expression where no
 * operand stands before it, which is exact for code as Biome formats it.
 */

/** Behind an operator, an opening bracket or a keyword, a slash begins a regular expression. */
const beforeRegExp = /(?:^|[([{,;:=!&|?+\-*%<>~^]|\b(?:return|typeof|case|in|of|await))$/

export interface BlankedSource {
  /** Without comments. */
  readonly uncommented: string
  /** Without comments and without the content of strings, templates and regular expressions. */
  readonly code: string
}

export function blankSource(source: string): BlankedSource {
  const scanner = new Scanner(source)
  scanner.scanCode(null)
  return { uncommented: scanner.uncommented, code: scanner.code }
}

class Scanner {
  uncommented = ''
  code = ''
  readonly #source: string
  #at = 0

  constructor(source: string) {
    this.#source = source
  }

  /** Scans up to the brace that closes a template's `${`, or to the end. */
  scanCode(until: '}' | null): void {
    let braces = 0
    while (this.#at < this.#source.length) {
      const char = this.#source[this.#at]!
      if (until !== null && char === '}' && braces === 0) return
      if (char === '{') braces++
      if (char === '}') braces--
      this.#scanToken(char)
    }
  }

  #scanToken(char: string): void {
    if (this.#source.startsWith('//', this.#at)) this.#skipComment(this.#indexOf('\n'))
    else if (this.#source.startsWith('/*', this.#at)) this.#skipComment(this.#indexOf('*/') + 2)
    else if (char === "'" || char === '"') this.#scanString(char)
    else if (char === '`') this.#scanTemplate()
    else if (char === '/' && beforeRegExp.test(this.code.slice(-200).trimEnd())) this.#scanRegExp()
    else this.#take(1)
  }

  #indexOf(text: string): number {
    const at = this.#source.indexOf(text, this.#at + 1)
    return at === -1 ? this.#source.length : at
  }

  #skipComment(to: number): void {
    const blank = blanked(this.#source.slice(this.#at, to))
    this.uncommented += blank
    this.code += blank
    this.#at = to
  }

  #scanString(quote: string): void {
    this.#take(1)
    while (this.#isBefore(quote)) this.#blank()
    this.#take(1)
  }

  #scanTemplate(): void {
    this.#take(1)
    while (this.#isBefore('`')) {
      if (this.#source.startsWith('${', this.#at)) {
        this.#take(2)
        this.scanCode('}')
        this.#take(1)
      } else this.#blank()
    }
    this.#take(1)
  }

  #scanRegExp(): void {
    this.#take(1)
    let inClass = false
    while (this.#isBefore('/') || (inClass && this.#at < this.#source.length)) {
      const char = this.#source[this.#at]
      if (char === '[') inClass = true
      if (char === ']') inClass = false
      this.#blank()
    }
    this.#take(1)
  }

  #isBefore(end: string): boolean {
    return this.#at < this.#source.length && this.#source[this.#at] !== end
  }

  #take(chars: number): void {
    const text = this.#source.slice(this.#at, this.#at + chars)
    this.uncommented += text
    this.code += text
    this.#at += chars
  }

  /** Blanks one character of a literal, or two where the first escapes the second. */
  #blank(): void {
    const chars = this.#source[this.#at] === '\\' ? 2 : 1
    const text = this.#source.slice(this.#at, this.#at + chars)
    this.uncommented += text
    this.code += blanked(text)
    this.#at += chars
  }
}

function blanked(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}

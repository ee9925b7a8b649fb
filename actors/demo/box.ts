/**
 * Boxes of text: what the demo's summaries are drawn with. Pure.
 */

export const boxWidth = 76

/** Rows inside a box, cut and filled to its width. */
export function section(rows: readonly string[]): string[] {
  return rows.map((row) => `│ ${row.slice(0, boxWidth - 2).padEnd(boxWidth - 2)} │`)
}

export function separator(title: string): string {
  return rule('├', '┤', title)
}

export function rule(left: string, right: string, title = ''): string {
  const label = title === '' ? '' : `─ ${title} `
  return left + label.slice(0, boxWidth).padEnd(boxWidth, '─') + right
}

/** A statement, and whether it holds. */
export function proofRow(holds: boolean, statement: string): string {
  return `${holds ? '✔' : '✘ NOT TRUE:'} ${statement}`
}

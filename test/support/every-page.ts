/** What is given in pages, whole: a check that looks at a first page only would pass over, or miss, the rest. */

import type { DeadLetter, Runtime } from '../../src/index.js'

interface Rows<Row> {
  find(options: { readonly limit: number; readonly after: string | null }): Promise<{
    readonly rows: readonly Row[]
    readonly next: string | null
  }>
}

/** Few, so that there is more than one page in a daily run too. */
const limit = 100

/** In the order of row ids. */
export async function everyRow<Row>(view: Rows<Row>): Promise<Row[]> {
  const rows: Row[] = []
  let after: string | null = null
  do {
    const page = await view.find({ limit, after })
    rows.push(...page.rows)
    after = page.next
  } while (after !== null)
  return rows
}

/** By handler, partition and key. */
export async function everyLetter({ deadLetters }: Runtime): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = []
  let after: string | null = null
  do {
    const page = await deadLetters.list({ limit, after })
    letters.push(...page.entries)
    after = page.next
  } while (after !== null)
  return letters
}

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
  return await everyEntry(async (after) => {
    const { rows, next } = await view.find({ limit, after })
    return { entries: rows, next }
  })
}

/** By handler, partition and key. */
export async function everyLetter({ deadLetters }: Runtime): Promise<DeadLetter[]> {
  return await everyEntry((after) => deadLetters.list({ limit, after }))
}

async function everyEntry<Entry>(
  read: (
    after: string | null,
  ) => Promise<{ readonly entries: readonly Entry[]; readonly next: string | null }>,
): Promise<Entry[]> {
  const all: Entry[] = []
  let after: string | null = null
  do {
    const { entries, next } = await read(after)
    all.push(...entries)
    after = next
  } while (after !== null)
  return all
}

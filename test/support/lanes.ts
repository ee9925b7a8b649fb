/**
 * Works through a list, some of it at a time.
 */

/** @returns what each led to, in the order of the list. The first that throws ends it. */
export async function inLanes<Item, Result>(
  items: readonly Item[],
  lanesMax: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const at = next
      next += 1
      results[at] = await work(items[at]!)
    }
  }
  await Promise.all(Array.from({ length: lanesMax }, lane))
  return results
}

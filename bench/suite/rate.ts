/** How often something is done in a second. */

/** @returns how many per second there were, if `count` were done by `work`. */
export async function rateOf(count: number, work: () => unknown): Promise<number> {
  const startedMs = performance.now()
  await work()
  return (count / (performance.now() - startedMs)) * 1_000
}

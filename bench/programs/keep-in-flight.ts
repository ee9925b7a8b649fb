/**
 * Sends with a set number of them on their way at any time.
 */

/** Calls `send` with 0 to `count - 1`. Resolves when all have come through, rejects with the first failure. */
export async function keepInFlight(
  count: number,
  inFlight: number,
  send: (at: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    for (let at = next++; at < count; at = next++) await send(at)
  }
  await Promise.all(Array.from({ length: Math.min(count, inFlight) }, lane))
}

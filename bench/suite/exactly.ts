/**
 * A figure is believed only when what was done is exactly what was to be done.
 */

/** @throws when the two differ. */
export function exactly(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`${what}: expected ${expected}, found ${found}`)
}

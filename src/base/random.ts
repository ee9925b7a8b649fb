/**
 * The port to chance: uniform samples, seeded where they must repeat.
 *
 * Only this file touches `Math.random`. Nothing here is fit for secrets.
 */

export interface Random {
  /** A uniform sample in [0, 1). */
  next(): number
}

export const systemRandom: Random = Object.freeze({ next: () => Math.random() })

/**
 * A stream of samples that is the same for the same seed, on every machine.
 * The generator is mulberry32 (Tommy Ettinger, public domain).
 */
export function createSeededRandom(seed: number): Random {
  let state = seed >>> 0
  return {
    next: () => {
      state = (state + 0x6d2b79f5) >>> 0
      let mixed = Math.imul(state ^ (state >>> 15), state | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
    },
  }
}

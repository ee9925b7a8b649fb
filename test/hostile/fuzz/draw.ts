/**
 * What one input is drawn from: a seed and the number of the input, so that any of them can be had again alone.
 */

import { createSeededRandom, type Random } from '../../../src/base/random.js'
import type { EventValue } from '../../../src/events/event.js'
import { copyPayload } from '../../../src/events/values.js'

const texts = [
  '',
  'a',
  'Order',
  '$date',
  'ünï©ødé',
  'a longer text of a payload, as they come',
  '\u{1f600}',
  '0',
]
const depthMax = 4

export class Draw {
  readonly #random: Random

  constructor(seed: number, number: number) {
    this.#random = createSeededRandom(seed * 1_000_003 + number)
  }

  /** A whole number in [0, end). */
  below(end: number): number {
    return Math.floor(this.#random.next() * end)
  }

  /** One of a list. */
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)))
  }

  text(): string {
    return this.below(2) === 0 ? this.of(texts) : `t${this.below(2 ** 31)}`
  }

  /** Some event value. */
  value(depth = 0): EventValue {
    switch (this.below(depth < depthMax ? 11 : 9)) {
      case 0:
        return null
      case 1:
        return this.below(2) === 0
      case 2:
        return this.below(2 ** 31)
      case 3:
        return -this.#random.next() * 1e9
      case 4:
        return BigInt(this.below(2 ** 31)) << 31n
      case 5:
        return new Date(this.below(2 ** 31) * 1_000)
      case 6:
        return this.bytes(this.below(40))
      case 7:
        return this.text()
      case 8:
        return 'x'.repeat(this.below(300))
      case 9:
        return Array.from({ length: this.below(6) }, () => this.value(depth + 1))
      default:
        return this.payload(depth + 1)
    }
  }

  payload(depth = 0): Readonly<Record<string, EventValue>> {
    const entries = Array.from({ length: this.below(7) }, (_each, at) => {
      return [`f${at}`, this.value(depth + 1)] as const
    })
    return copyPayload(Object.fromEntries(entries), 'data')
  }
}

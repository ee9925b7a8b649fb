/**
 * Identifiers: ULIDs for what the runtime names itself.
 *
 * A ULID is 26 characters, sorts by time and needs no coordination (github.com/ulid/spec). Here it
 * rises strictly within one source: a counter starts at random each millisecond and counts up.
 * This file does not decide what gets an id. Runs per command.
 */

import type { Clock } from './clock.js'
import type { Random } from './random.js'

/** Crockford's base 32, in ASCII order. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const timeChars = 10
const randomChars = 11
const counterChars = 5
const counterMax = 32 ** counterChars
/** The last two characters of an id, by their value: most ids differ from the one before in these alone. */
const pairs: readonly string[] = Array.from({ length: 32 ** 2 }, (_, value) => encode(value, 2))

export interface IdSource {
  /** A new ULID, greater than every one before it from this source. */
  next(): string
}

export function createIdSource(clock: Clock, random: Random): IdSource {
  let lastMs = -1
  let prefix = ''
  let counter = 0
  /** The prefix and all of the counter but its last pair. */
  let head = ''
  const beginHead = (): void => {
    head = prefix + encode(Math.floor(counter / pairs.length), counterChars - 2)
  }
  return {
    next: () => {
      const nowMs = Math.max(0, clock.nowMs())
      if (nowMs > lastMs || counter >= counterMax) {
        lastMs = nowMs > lastMs ? nowMs : lastMs + 1
        prefix = encode(lastMs, timeChars) + randomText(random)
        counter = Math.floor((random.next() * counterMax) / 2)
        beginHead()
      } else if (counter % pairs.length === 0) {
        beginHead()
      }
      return head + pairs[counter++ % pairs.length]!
    },
  }
}

function randomText(random: Random): string {
  let text = ''
  for (let at = 0; at < randomChars; at++) text += alphabet[Math.floor(random.next() * 32)]
  return text
}

function encode(value: number, chars: number): string {
  let text = ''
  for (let rest = value, at = 0; at < chars; at++, rest = Math.floor(rest / 32)) {
    text = alphabet[rest % 32] + text
  }
  return text
}

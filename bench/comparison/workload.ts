/**
 * The work that every peer does: a thousand accounts, one command and one event at a time each.
 *
 * What a library leaves to its user is written here once, as cheaply as it can be: the checks, the state, and
 * the lanes that send. Every command carries the same hundred bytes.
 */

import { readFileSync } from 'node:fs'

export const accounts = 1_000

export interface Amount {
  readonly amountCents: number
  readonly note: string
}

/** About 100 bytes, as an order's events have. */
export const payload: Amount = Object.freeze({
  amountCents: 12_345,
  note: 'one of a thousand actors was told something that is worth some eighty bytes of text',
})

/** What an account has become. */
export interface Account {
  readonly count: number
  readonly totalCents: number
}

export const emptyAccount: Account = Object.freeze({ count: 0, totalCents: 0 })

export function evolve(account: Account, event: Amount): Account {
  return { count: account.count + 1, totalCents: account.totalCents + event.amountCents }
}

const noteCharactersMax = 200

/** The same rules as the schemas of those libraries that have schemas. @throws TypeError */
export function assertValid(command: Amount): void {
  if (!Number.isInteger(command.amountCents) || command.amountCents < 0) {
    throw new TypeError(`expected a whole number of cents from 0, found ${command.amountCents}`)
  }
  if (typeof command.note !== 'string' || command.note.length > noteCharactersMax) {
    throw new TypeError(`expected a note of at most ${noteCharactersMax} characters`)
  }
}

export function accountId(account: number): string {
  return `counter-${account}`
}

/**
 * Sends to the accounts in turn. A lane waits for its command before it sends the next one, so with as many
 * lanes as accounts, or a divisor of it, an account has one command on its way at a time.
 *
 * @throws RangeError - when the numbers do not divide, or a command was not settled.
 */
export async function driveLanes(
  commands: number,
  inFlight: number,
  send: (account: number) => Promise<unknown>,
): Promise<void> {
  if (commands % accounts !== 0 || accounts % inFlight !== 0) {
    throw new RangeError(`${commands} commands in ${inFlight} lanes do not divide by ${accounts}`)
  }
  let settled = 0
  const lane = async (_: unknown, first: number): Promise<void> => {
    for (let command = first; command < commands; command += inFlight) {
      await send(command % accounts)
      settled++
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  if (settled !== commands) throw new RangeError(`${settled} of ${commands} commands were settled`)
}

/** The version in the manifest of a folder. */
export function versionIn(folder: URL | string): string {
  const path = folder instanceof URL ? new URL('package.json', folder) : `${folder}/package.json`
  return JSON.parse(readFileSync(path, 'utf8')).version
}

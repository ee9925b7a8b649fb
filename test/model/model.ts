/**
 * What a runtime is, as plainly as it can be said: lists and maps that are gone through one by one.
 *
 * Everything is done at once here. The runtime is compared with it when it has come to rest.
 */

export const accounts = ['a', 'b', 'c'] as const
export type AccountId = (typeof accounts)[number]

export const attemptsMax = 2
/** Longer than any pause before a retry. Milliseconds. */
export const stepMs = 1_000

/** An event of an account: what was added, or that a timer rang. */
export type ModelEvent = number | 'rung'

/** A key of the handler that does not flow. */
interface BlockedKey {
  state: 'retrying' | 'parked'
  /** Failed deliveries of the first event in the queue. */
  attempt: number
  /** Versions that wait, the failed one first. */
  queue: number[]
}

/** A named command that was recorded, or repeated. */
export interface NamedCommand {
  readonly commandId: string
  readonly id: AccountId
  readonly amount: number
  /** Of the stream after it. */
  readonly version: number
}

export class Model {
  readonly streams: Readonly<Record<AccountId, ModelEvent[]>> = { a: [], b: [], c: [] }
  readonly named: NamedCommand[] = []
  /** Accounts whose deliveries fail. */
  readonly broken = new Set<AccountId>()
  /** Versions of each account that were handled, in order. */
  readonly handled: Readonly<Record<AccountId, number[]>> = { a: [], b: [], c: [] }
  readonly blocked = new Map<AccountId, BlockedKey>()
  readonly timers = new Map<string, { readonly id: AccountId; readonly dueAtMs: number }>()
  discarded = 0
  nowMs = 0

  get head(): number {
    return accounts.reduce((sum, id) => sum + this.streams[id].length, 0)
  }

  sumOf(id: AccountId, version: number = this.streams[id].length): number {
    const added = this.streams[id].slice(0, version)
    return added.reduce<number>((sum, each) => sum + (each === 'rung' ? 0 : each), 0)
  }

  append(id: AccountId, ...events: readonly ModelEvent[]): number {
    for (const event of events) {
      this.streams[id].push(event)
      this.#deliver(id, this.streams[id].length)
    }
    return this.streams[id].length
  }

  moveClock(byMs: number): void {
    this.nowMs += byMs
    // What a timer leads to now fails now, and is tried again when the clock moves on.
    const blocked = [...this.blocked]
    for (const [name, { id, dueAtMs }] of [...this.timers]) {
      if (dueAtMs > this.nowMs) continue
      this.timers.delete(name)
      this.append(id, 'rung')
    }
    for (const [id, key] of blocked) {
      if (key.state === 'retrying') this.#retry(id, key)
    }
  }

  redrive(): void {
    for (const [id, key] of [...this.blocked]) {
      if (key.state !== 'parked') continue
      key.attempt = 0
      this.#retry(id, key)
    }
  }

  discard(): void {
    for (const [id, key] of [...this.blocked]) {
      if (key.state !== 'parked') continue
      key.queue.shift()
      this.discarded += 1
      key.attempt = 0
      this.#retry(id, key)
    }
  }

  /** Keys and how many events wait behind them, of those in a state. */
  waiting(state: BlockedKey['state']): readonly (readonly [string, number])[] {
    const keys = [...this.blocked].filter(([, key]) => key.state === state)
    return keys.map(([id, { queue }]) => [`Account-${id}`, queue.length] as const).sort()
  }

  #deliver(id: AccountId, version: number): void {
    const key = this.blocked.get(id)
    if (key !== undefined) key.queue.push(version)
    else if (!this.broken.has(id)) this.handled[id].push(version)
    else this.blocked.set(id, { state: 'retrying', attempt: 1, queue: [version] })
  }

  /** Works through a key until it fails or flows. */
  #retry(id: AccountId, key: BlockedKey): void {
    while (key.queue.length > 0) {
      if (this.broken.has(id)) {
        key.attempt += 1
        key.state = key.attempt >= attemptsMax ? 'parked' : 'retrying'
        return
      }
      this.handled[id].push(key.queue.shift()!)
      key.attempt = 0
    }
    this.blocked.delete(id)
  }
}

/**
 * For how long things have been as they are, and asking how a runtime is.
 *
 * Looks when it is asked, and remembers since when it has seen a subscription behind at one position, and the store
 * stopped. So a standstill is noticed by whoever asks again and again, as probes do.
 */

import type { Clock } from '../base/clock.js'
import { integerIn, knownKeys } from '../base/options.js'
import type { Position } from '../events/event.js'
import type { DiskRoom } from '../store/contracts.js'
import {
  type HealthThresholds,
  healthOf,
  healthThresholds,
  type RuntimeHealth,
} from './health-policy.js'
import type { RuntimeStatus } from './status.js'
import type { EnvironmentReaders } from './storage.js'

interface Standing {
  readonly position: Position
  readonly sinceMs: number
}

/** What is asked about the data itself. */
export interface HealthSources {
  readonly readRoom: () => Promise<DiskRoom | null>
  readonly readReaders: () => readonly EnvironmentReaders[]
}

export class Health {
  readonly #sources: HealthSources
  readonly #clock: Clock
  readonly #standing = new Map<string, Standing>()
  #stoppedSinceMs: number | null = null

  constructor(sources: HealthSources, clock: Clock) {
    this.#sources = sources
    this.#clock = clock
  }

  /** @param readStatus - Asked once free space is known. */
  async ask(
    readStatus: () => RuntimeStatus,
    options: Partial<HealthThresholds>,
  ): Promise<RuntimeHealth> {
    const thresholds = parseThresholds(options)
    const room = await this.#sources.readRoom()
    const status = readStatus()
    const nowMs = this.#clock.elapsedMs()
    this.#look(status, nowMs)
    return healthOf(
      {
        status,
        room,
        readers: this.#sources.readReaders(),
        stoppedMs: this.#stoppedSinceMs === null ? 0 : nowMs - this.#stoppedSinceMs,
        stalledMs: (kind, name) => {
          const standing = this.#standing.get(`${kind} ${name}`)
          return standing === undefined ? 0 : nowMs - standing.sinceMs
        },
      },
      thresholds,
    )
  }

  #look({ views, handlers, store, actors, phase }: RuntimeStatus, nowMs: number): void {
    for (const { name, position, lag } of views) this.#note(`view ${name}`, position, lag, nowMs)
    for (const { name, position, lag } of handlers) {
      this.#note(`handler ${name}`, position, lag, nowMs)
    }
    const isStopped = phase === 'open' && (store.status !== 'open' || actors.phase !== 'open')
    this.#stoppedSinceMs = isStopped ? (this.#stoppedSinceMs ?? nowMs) : null
  }

  #note(subscription: string, position: Position, lag: number, nowMs: number): void {
    if (lag === 0) this.#standing.delete(subscription)
    else if (this.#standing.get(subscription)?.position !== position) {
      this.#standing.set(subscription, { position, sinceMs: nowMs })
    }
  }
}

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
function parseThresholds(options: Partial<HealthThresholds>): HealthThresholds {
  const names = Object.keys(healthThresholds) as (keyof HealthThresholds)[]
  const given = knownKeys('health', options, names)
  const parsed: Partial<Record<keyof HealthThresholds, number>> = {}
  for (const name of names) {
    const value = given[name] ?? healthThresholds[name]
    parsed[name] = integerIn(name, value, 0, Number.MAX_SAFE_INTEGER)
  }
  return parsed as HealthThresholds
}

/**
 * The options of an event store, checked once and completed with their defaults.
 *
 * What each means is said where it is declared, in `contracts.ts`.
 */

import type { Clock } from '../base/clock.js'
import { integerIn, oneOf } from '../base/options.js'
import type { Durability, EventStoreOptions } from './contracts.js'

/** Options after parsing: complete and trusted. */
export interface ParsedStoreOptions {
  readonly clock: Clock
  readonly durability: Durability
  readonly commitTimeoutMs: number
  readonly recordBytesMax: number
  readonly headsMax: number
  readonly freeBytesMin: number
  readonly readFreeBytes: EventStoreOptions['readFreeBytes']
  readonly failpoint: EventStoreOptions['failpoint']
}

const mebibyte = 1024 * 1024
const dayMs = 86_400_000

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
export function parseStoreOptions(options: EventStoreOptions): ParsedStoreOptions {
  return Object.freeze({
    clock: options.clock,
    durability: oneOf('durability', options.durability ?? 'flush', ['flush', 'commit']),
    commitTimeoutMs: integerIn('commitTimeoutMs', options.commitTimeoutMs ?? 30_000, 1, dayMs),
    recordBytesMax: integerIn(
      'recordBytesMax',
      options.recordBytesMax ?? 16 * mebibyte,
      1,
      1024 * mebibyte,
    ),
    headsMax: integerIn('headsMax', options.headsMax ?? 262_144, 1, 16_777_216),
    freeBytesMin: integerIn(
      'freeBytesMin',
      options.freeBytesMin ?? 64 * mebibyte,
      0,
      Number.MAX_SAFE_INTEGER,
    ),
    readFreeBytes: options.readFreeBytes,
    failpoint: options.failpoint,
  })
}

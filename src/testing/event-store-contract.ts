/**
 * The suite that every event store passes: what `store/contracts.ts` promises, as tests.
 *
 * Run it with `node --test`. The parts are split by what they are about; none of them knows which
 * store it runs on.
 */

import { describe, type TestContext } from 'node:test'
import type { EventStore, EventStoreOptions } from '../store/contracts.js'
import { claimContract } from './event-store-claims.js'
import { commitContract } from './event-store-commits.js'
import { pastContract } from './event-store-past.js'
import { readingContract } from './event-store-reading.js'
import { snapshotContract } from './event-store-snapshots.js'
import { stagingContract } from './event-store-staging.js'
import { streamEndContract } from './event-store-stream-ends.js'
import { subjectsContract } from './event-store-subjects.js'
import { tagContract } from './event-store-tags.js'

/**
 * Opens an empty store that is closed, and whose files are removed, after the test. Options that are
 * given replace the opener's own.
 */
export type OpenStore = (
  t: TestContext,
  options?: Partial<EventStoreOptions>,
) => Promise<EventStore>

/** Declares the suite for one kind of store. */
export function eventStoreContract(name: string, openStore: OpenStore): void {
  describe(`${name} keeps the event store contract`, () => {
    stagingContract(openStore)
    commitContract(openStore)
    readingContract(openStore)
    snapshotContract(openStore)
    tagContract(openStore)
    claimContract(openStore)
    streamEndContract(openStore)
    pastContract(openStore)
    subjectsContract(openStore)
  })
}

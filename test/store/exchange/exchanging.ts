/** Stores that are exported and imported by tests: what is in them, and work that ends before it is done. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { ManualClock } from '../../../src/base/manual-clock.js'
import { copyPayload } from '../../../src/events/values.js'
import type { EventStore, StreamAppend } from '../../../src/store/contracts.js'
import type { ExchangeOptions } from '../../../src/store/exchange/exchange-progress.js'
import { type ExportResult, exportToFile } from '../../../src/store/exchange/export-file.js'
import {
  acceptExport,
  type ImportResult,
  importFromFile,
} from '../../../src/store/exchange/import-file.js'
import { openMemoryEventStore } from '../../../src/store/memory/memory-event-store.js'
import { onEnd } from '../../support/scope.js'

export const clock: ManualClock = new ManualClock()

export async function makeDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'dramatis-exchange-'))
  onEnd(t, () => rm(directory, { recursive: true, force: true }))
  return directory
}

export function openMemory(): Promise<EventStore> {
  return openMemoryEventStore({ clock })
}

export interface Sample {
  readonly stream: string
  readonly type: string
  readonly data: Record<string, unknown>
  readonly lateMs: number
  readonly passedMs: number
}

export function appendOf({ stream, type, data, lateMs }: Sample): StreamAppend {
  const occurredAtMs = clock.nowMs() - lateMs
  return {
    aggregateType: 'Thing',
    aggregateId: stream,
    expectedVersion: 'any',
    events: [
      {
        type,
        schemaVersion: 1,
        data: copyPayload(data, 'data'),
        metadata: {
          commandId: `c${lateMs}`,
          correlationId: 'c',
          causationId: `c${lateMs}`,
          ...(lateMs % 2 === 0 ? { commandHash: 'h', userId: 'u', note: { n: 1n } } : {}),
        },
        ...(lateMs === 0 ? {} : { occurredAtMs }),
      },
    ],
  }
}

/** Several commits, in which shapes grow and one append is taken back. */
export async function fill(store: EventStore, samples: readonly Sample[]): Promise<void> {
  for (const sample of samples) {
    clock.advance(sample.passedMs)
    store.stage([appendOf(sample)])
    if (sample.passedMs > 5) await store.commit()
  }
  await store.commit()
}

export function samplesOf(count: number): readonly Sample[] {
  return Array.from({ length: count }, (_each, at) => ({
    stream: String(at % 7),
    type: 'Moved',
    data: { at },
    lateMs: at % 3,
    passedMs: at % 11,
  }))
}

export async function exportAll(
  store: EventStore,
  file: string,
  options: ExchangeOptions = {},
): Promise<ExportResult> {
  return await exportToFile(store, file, { after: 0, to: store.head }, clock, options)
}

export async function importAll(
  store: EventStore,
  file: string,
  options: ExchangeOptions = {},
): Promise<ImportResult> {
  const accepted = await acceptExport(store, file, clock, options)
  return await importFromFile(store, file, accepted, clock, options)
}

/** Ends the work at the n-th call. */
export function interruptAt(call: number): ExchangeOptions {
  const controller = new AbortController()
  let calls = 0
  return {
    signal: controller.signal,
    onProgress: () => {
      if (++calls === call) controller.abort(new Error('interrupted'))
    },
  }
}

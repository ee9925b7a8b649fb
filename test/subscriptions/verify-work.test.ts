/** Checking the books of handlers and views: what is sound is no finding, what is not is one. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { EventValue } from '../../src/events/event.js'
import { openMemoryTables } from '../../src/store/memory/memory-tables.js'
import type { TableChange, TableKey } from '../../src/store/tables.js'
import { Findings } from '../../src/store/verification.js'
import { verifyWork } from '../../src/subscriptions/verify-work.js'
import { workTables } from '../../src/subscriptions/work-store.js'

const head = 10

/** What is said of these entries, under a log of ten events. */
async function findingsOf(...changes: readonly TableChange[]): Promise<readonly string[]> {
  const database = openMemoryTables(workTables)
  await database.write(changes)
  const findings = new Findings(100)
  verifyWork(database, head, findings)
  return findings.kept.map(({ message }) => message)
}

const entry = (table: string, key: TableKey, value: EventValue): TableChange => {
  return { table, key, value }
}

/** A key of a handler, and what waits for it. */
function keyed(
  blocked: { readonly state: string; readonly position: number; readonly attempt: number },
  ...queue: readonly number[]
): readonly TableChange[] {
  return [
    entry('handlers', ['h'], { partitions: 1 }),
    entry('keys', ['h', 0, 'k'], blocked),
    ...queue.map((position) => entry('queues', ['h', 0, 'k', position], null)),
  ]
}

describe('there is nothing to find', () => {
  const sound: readonly (readonly [string, readonly TableChange[]])[] = [
    ['where nothing is kept', []],
    ['in a parked key', keyed({ state: 'parked', position: 5, attempt: 3 }, 5, 7)],
    ['in a key that waits for a retry', keyed({ state: 'retrying', position: 5, attempt: 1 }, 5)],
    ['where the last event was given up', keyed({ state: 'retrying', position: 5, attempt: 0 })],
    ['where the first was given up', keyed({ state: 'retrying', position: 5, attempt: 0 }, 7)],
    ['in a suspect behind others', keyed({ state: 'isolated', position: 5, attempt: 1 }, 3, 5)],
  ]
  for (const [where, changes] of sound) {
    test(where, async () => {
      assert.deepEqual(await findingsOf(...changes), [])
    })
  }
})

describe('it is found', () => {
  const wrong: readonly (readonly [string, readonly TableChange[], RegExp])[] = [
    ['that a handler has no record', [entry('handlers', ['h'], null)], /to have partitions/],
    [
      'that a handler has half a partition',
      [entry('handlers', ['h'], { partitions: 0.5 })],
      /to have partitions/,
    ],
    ['that a cursor is nobody’s', [entry('cursors', ['h', 0], 3)], /a partition that its handler/],
    ['that a view has no generation', [entry('views', ['V'], { version: 1 })], /generation/],
    ['that a view has no record', [entry('views', ['V'], null)], /generation/],
    [
      'that another event waits before a parked one',
      keyed({ state: 'parked', position: 5, attempt: 3 }, 3, 5),
      /position 5 to wait first/,
    ],
    [
      'that an event which failed does not wait',
      keyed({ state: 'retrying', position: 5, attempt: 1 }, 7),
      /position 5 to wait first/,
    ],
    [
      'that another event waits before what is tried next',
      keyed({ state: 'retrying', position: 5, attempt: 0 }, 3),
      /position 5 to wait first/,
    ],
    [
      'that a suspect does not wait',
      keyed({ state: 'isolated', position: 5, attempt: 1 }),
      /position 5 to wait first/,
    ],
    [
      'that a suspect is not among what waits',
      keyed({ state: 'isolated', position: 5, attempt: 1 }, 7),
      /position 5 to wait first/,
    ],
  ]
  for (const [what, changes, says] of wrong) {
    test(what, async () => {
      const findings = await findingsOf(...changes)

      assert.equal(findings.length, 1)
      assert.match(findings[0]!, says)
    })
  }
})

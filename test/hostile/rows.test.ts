/**
 * Hostile values from a projector's functions: rows, ids, keys of indexes, whatever is returned or thrown. The view
 * takes the event and its row reads as it was put, or stands still before it, says so with one typed error, and
 * goes on once the projector is mended; its rows and indexes are those of the events that it took.
 */

import assert from 'node:assert/strict'
import { after, describe, type TestContext, test } from 'node:test'
import {
  type AnyProjector,
  defineProjector,
  type IndexKey,
  rowType,
  type ViewStatus,
  type ViewWriter,
} from '../../src/index.js'
import { until } from '../subscriptions/until.js'
import { Counter, Workplace } from '../subscriptions/workplace.js'
import { count } from '../support/counts.js'
import { assertFate, type Result, smallValues, valuesAndTexts, withEach } from './fate.js'
import type { HostileValue } from './values.js'

let tried = 0

after(() => count('hostile values', tried))

type Row = Readonly<Record<string, unknown>>
type Project = (view: ViewWriter<Row>) => unknown

/** A view whose projector does what the test says. */
class Rows {
  readonly projector: AnyProjector
  readonly work: Workplace
  #project: Project = () => {}
  #keyOf: (row: Row) => unknown = () => null

  private constructor(projector: AnyProjector, work: Workplace) {
    this.projector = projector
    this.work = work
  }

  static async open(t: TestContext): Promise<Rows> {
    const projector: AnyProjector = defineProjector('Rows', {
      version: 1,
      from: [Counter],
      row: rowType<Row>(),
      indexes: { byKey: (row): IndexKey => rows.#keyOf(row) as IndexKey },
      on: { Added: (_event, view) => rows.#project(view) as undefined },
    })
    const rows: Rows = new Rows(projector, await Workplace.open(t, { projectors: [projector] }))
    return rows
  }

  get status(): ViewStatus {
    return this.work.runtime.view(this.projector).status()
  }

  /** An event, of which the view makes this. */
  async take(project: Project, keyOf: (row: Row) => unknown = () => null): Promise<void> {
    this.#project = project
    this.#keyOf = keyOf
    const position = await this.work.add('a')
    await until('the view has looked at it', () => {
      const { state, position: reached } = this.status
      return state === 'failing' || reached === position
    })
  }

  /** Lets the view go on from where it stands, by code that is mended. */
  async mend(): Promise<void> {
    this.#project = (view) => view.put('mended', { version: this.work.runtime.log.head })
    this.#keyOf = () => null
    const { head } = this.work.runtime.log
    await this.work.passTime('the view has caught up', () => this.status.position === head, 1_000)
    assert.equal(this.status.state, 'running')
  }
}

/** What the projector does with a value. Where it is kept, in the row of that id. */
interface RowEntry {
  readonly project: (view: ViewWriter<Row>, value: unknown, id: string) => unknown
  readonly keyOf?: (value: unknown) => unknown
  /** What was made of the row that came of it. */
  readonly readBack?: (row: Row | undefined) => unknown
  /** The code's own errors are its own, and what cannot be called is not: neither has a code. */
  readonly isOwnError?: true
}

const put = (view: ViewWriter<Row>, id: string): void => view.put(id, { id })

/** Where a row holds any value: it is kept and reads as it was, or it is refused. */
const valueEntries: Readonly<Record<string, RowEntry>> = {
  'a field of a row': {
    project: (view, value, id) => view.put(id, { value }),
    readBack: (row) => row?.value,
  },
  'a field of a row that update returns': {
    project: (view, value, id) => {
      put(view, id)
      view.update(id, (row) => ({ ...row, value }))
    },
    readBack: (row) => row?.value,
  },
  'a field of a row that upsert returns': {
    project: (view, value, id) => view.upsert(id, () => ({ list: [value] })),
    readBack: (row) => (row!.list as unknown[])[0],
  },
}

/** Where a row, an id or a key is expected. */
const otherEntries: Readonly<Record<string, RowEntry>> = {
  'a row': { project: (view, value, id) => view.put(id, value as Row) },
  'what update returns': {
    project: (view, value, id) => {
      put(view, id)
      view.update(id, () => value as Row)
    },
  },
  'what upsert returns': { project: (view, value, id) => view.upsert(id, () => value as Row) },
  'what changes a row': {
    project: (view, value, id) => view.upsert(id, value as never),
    isOwnError: true,
  },
  'the id of a row to put': { project: (view, value) => view.put(value as string, {}) },
  'the id of a row to get': {
    project: (view, value, id) => view.put(id, { got: typeof view.get(value as string) }),
  },
  'the id of a row to update': {
    project: (view, value) => view.update(value as string, (row) => row),
  },
  'the id of a row to remove': { project: (view, value) => view.remove(value as string) },
  'the key of an index': { project: (view, _value, id) => put(view, id), keyOf: (value) => value },
  'a part of the key of an index': {
    project: (view, _value, id) => put(view, id),
    keyOf: (value) => ['one', value],
  },
  'what an index throws': {
    project: (view, _value, id) => put(view, id),
    keyOf: (value) => {
      throw value
    },
    isOwnError: true,
  },
  'what a projector returns': {
    project: (view, value, id) => {
      put(view, id)
      return value
    },
    isOwnError: true,
  },
  'what a projector throws': {
    project: (_view, value) => {
      throw value
    },
    isOwnError: true,
  },
}

async function tryOut(rows: Rows, entry: RowEntry, { make }: HostileValue): Promise<Result> {
  tried++
  const { work, projector } = rows
  const view = work.runtime.view(projector)
  const id = `${tried}`
  const before = await view.count()
  const { position } = rows.status
  const value = make()

  await rows.take(
    (each) => entry.project(each, value, id),
    (row) => (row.id === id && entry.keyOf !== undefined ? entry.keyOf(value) : null),
  )

  const { error } = rows.status
  if (error === null) return { readBack: entry.readBack?.((await view.get(id)) as Row) }
  assert.equal(error.code, 'DRAMATIS_PROJECTOR_FAILED')
  if (entry.isOwnError !== true) assert.match(`${error.cause?.code}`, /^DRAMATIS_/)
  assert.equal(rows.status.position, position)
  assert.deepEqual([await view.count(), await view.get(id)], [before, undefined])
  const { rows: indexed } = await view.find({ index: 'byKey', limit: 1_000 })
  assert.ok(indexed.every((row) => row.id !== id))
  await rows.mend()
  return { code: `${error.code}` }
}

/** Events take effect, are found by their keys, and are what they are when they are built anew. */
async function assertUsable(rows: Rows): Promise<void> {
  const { runtime } = rows.work
  await rows.take(
    (view) => view.put('probe', { probed: true }),
    (row) => (row.probed === true ? ['probed'] : null),
  )
  const byKey = { index: 'byKey', prefix: ['probed'] } as const
  const { rows: found } = await runtime.view(rows.projector).find(byKey)
  assert.deepEqual(found, [{ probed: true }])
}

describe('in a row each value is refused, and the view stands still, or it reads as it was, in', () => {
  for (const [name, entry] of Object.entries(valueEntries)) {
    test(name, async (t) => {
      const rows = await Rows.open(t)
      await withEach(smallValues, async (value) =>
        assertFate(value, await tryOut(rows, entry, value)),
      )

      await assertUsable(rows)
    })
  }
})

describe('of a projector each value is refused with a typed error, or taken for what it says, as', () => {
  for (const [name, entry] of Object.entries(otherEntries)) {
    test(name, async (t) => {
      const rows = await Rows.open(t)
      await withEach(valuesAndTexts, async (value) => {
        await tryOut(rows, entry, value)
      })

      await assertUsable(rows)
    })
  }
})

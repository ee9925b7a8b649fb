/**
 * `docs/storage-format.md`, held to a data directory that a runtime wrote: tables, keys and values are
 * read with LMDB alone, and looked at byte by byte.
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { crc32 } from 'node:zlib'
import { Packr, unpack } from 'msgpackr'
import { openRuntime } from '../../src/index.js'
import { createErrandApp } from './errand-app.js'
import { Ledger, ledgerApp } from './ledger-app.js'
import { Member, memberApp } from './member-app.js'
import {
  type Entries,
  number,
  readRawRows,
  readRawTable,
  readRecords,
  text,
  u64,
} from './raw-tables.js'

/** What a timer of a saga does. */
interface SagaAction {
  readonly tick: object
  readonly origin: object
}

let dataDir: string
let lock: Record<string, unknown>
/** The commandId that the runtime gave to the first command. */
let unnamedId: string

function readTable(environment: string, table: string, directory = dataDir): Promise<Entries> {
  return readRawTable(directory, environment, table)
}

function readRows(environment: string, table: string, directory = dataDir): Promise<Entries> {
  return readRawRows(directory, environment, table)
}

/** @param payload - Its keys in order. */
function hashOfCommand(name: string, payload: object): string {
  const message = new Packr({ useRecords: false, variableMapSize: true }).pack([name, payload])
  return createHash('sha256').update(message).digest().subarray(0, 6).toString('base64url')
}

before(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'dramatis-format-'))
  const runtime = await openRuntime({ app: ledgerApp, dataDir })
  lock = JSON.parse(readFileSync(join(dataDir, 'lock'), 'utf8'))
  const unnamed = await runtime.actor(Ledger, 'a').send('write', { text: 'one' })
  unnamedId = unnamed.events[0]!.metadata.commandId
  await runtime.actor(Ledger, 'b').send('write', { text: 'refuse' }, { commandId: 'c2' })
  await runtime.actor(Ledger, 'a').send('write', { text: 'two', cents: 7 }, { commandId: 'c3' })
  await runtime.actor(Ledger, 'b').send('write', { text: 'behind' }, { commandId: 'c4' })
  const later = runtime.actor(Ledger, 'c').command('write', { text: 'later' })
  await runtime.schedule('note', later, { at: new Date(4e12), everyMs: 60_000, userId: 'ada' })
  for (const part of [{ view: 'Lines' }, { handler: 'copy' }]) await runtime.caughtUp(4, part)
  await runtime.close()
})

after(() => rmSync(dataDir, { recursive: true, force: true }))

describe('the log', () => {
  test('has a record under each position, with its header where it is said to be', async () => {
    const records = await readRecords(dataDir)
    const record = records.get(3)!

    assert.deepEqual([...records.keys()], [1, 2, 3, 4])
    assert.equal(record.readUInt32BE(0), crc32(record.subarray(4), 3))
    assert.equal(record.subarray(4, 8).toString('hex'), '01000001')
    assert.equal(record.readUInt32BE(8), 2)
    assert.equal(record.readUInt32BE(16), 2)
    assert.equal(record.readBigUInt64BE(20), 1n)
    assert.ok(record.readBigUInt64BE(28) > BigInt(Date.UTC(2024, 0, 1)))
    assert.deepEqual(unpack(record.subarray(36)), [
      'a',
      ['c3', hashOfCommand('write', { cents: 7, text: 'two' })],
      null,
      null,
      null,
      null,
      null,
      'two',
      7,
    ])
  })

  test('has no hash of a command that nobody can repeat', async () => {
    const records = await readRecords(dataDir)

    const [, command] = unpack(records.get(1)!.subarray(36))

    assert.equal(command, unnamedId)
  })

  test('has an entry for each group, with where its streams end', async () => {
    const groups = await readTable('log', 'groups')

    const entries = [...groups].map(([key, value]) => [key, unpack(value.subarray(4))])

    assert.deepEqual(entries, [
      [u64(0), []],
      [u64(1), ['Ledger-a', 1, 1, 0, 0]],
      [u64(2), ['Ledger-b', 1, 2, 0, 0]],
      [u64(3), ['Ledger-a', 2, 3, 0, 0]],
      [u64(4), ['Ledger-b', 2, 4, 0, 0]],
    ])
    for (const [key, value] of groups) {
      assert.equal(value.readUInt32BE(0), crc32(value.subarray(4), Number.parseInt(key, 16)))
    }
    assert.equal((await readTable('log', 'streams')).size, 0)
  })

  test('has the names of fields once, in shapes', async () => {
    const shapes = await readTable('log', 'shapes')

    assert.deepEqual(
      [...shapes].map(([key, value]) => [key, unpack(value.subarray(4))]),
      [
        [u64(1), ['Ledger', 'LineWritten', 1, ['text']]],
        [u64(2), ['Ledger', 'LineWritten', 1, ['text', 'cents']]],
      ],
    )
    for (const [key, value] of shapes) {
      assert.equal(value.readUInt32BE(0), crc32(value.subarray(4), Number.parseInt(key, 16)))
    }
  })

  test('has a snapshot behind its checksum', async () => {
    const snapshots = await readTable('log', 'snapshots')
    const snapshot = snapshots.get(Buffer.from('Ledger-a').toString('hex'))!

    assert.equal(snapshot.readUInt32BE(0), crc32(snapshot.subarray(4)))
    assert.deepEqual(unpack(snapshot.subarray(4)), ['Ledger-a', 2, 3, 5, { lines: 2 }])
  })

  test('says which store it is, in which format, under which owner', async () => {
    const meta = await readTable('log', 'meta')

    const names = [...meta.keys()].map((key) => Buffer.from(key, 'hex').toString())
    const [epoch, format, storeId] = [...meta.values()]

    assert.deepEqual(names, ['epoch', 'format', 'storeId'])
    assert.equal(unpack(format!), 6)
    assert.equal(unpack(epoch!.subarray(4)), 1)
    assert.match(unpack(storeId!.subarray(4)), /^[0-9A-Z]{26}$/)
    const checked = Buffer.concat([Buffer.from('metaepoch'), epoch!.subarray(4)])
    assert.equal(epoch!.readUInt32BE(0), crc32(checked))
  })
})

describe('beside the log', () => {
  const sha256 = (value: string): string => createHash('sha256').update(value).digest('hex')
  let directory: string

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'dramatis-format-'))
    const runtime = await openRuntime({ app: memberApp, dataDir: directory })
    const [ann, bob] = ['ann', 'bob'].map((id) => runtime.actor(Member, id))
    await ann!.send('join', { email: 'a@example.com', course: 'c1' })
    await bob!.send('join', { email: 'b@example.com', course: 'c1' })
    await ann!.send('join', { email: 'A@example.com', course: 'c2' })
    await runtime.close()
  })

  after(() => rmSync(directory, { recursive: true, force: true }))

  test('each tag of an event has an entry, and nothing in it', async () => {
    const tags = await readTable('log', 'tags', directory)

    const ofTag = (tag: string, ...positions: number[]): string[] =>
      positions.map((position) => sha256(tag).slice(0, 32) + u64(position))
    const expected = [
      ...ofTag('course:c1', 1, 2),
      ...ofTag('course:c2', 3),
      ...ofTag('members', 1, 2, 3),
    ]
    assert.deepEqual([...tags.keys()], expected.sort())
    assert.ok([...tags.values()].every((value) => value.length === 0))
    assert.equal(sha256('course:c1').slice(0, 16), '39ad7c66a38e992b')
  })

  test('each value that is held has an entry, with the stream that holds it', async () => {
    const claims = await readTable('log', 'claims', directory)

    const keyOf = (email: string): string =>
      sha256('Member.email').slice(0, 16) + sha256(email).slice(0, 48)
    const owners = [...claims].map(([key, value]) => {
      assert.equal(value.readUInt32BE(0), crc32(value.subarray(4), crc32(Buffer.from(key, 'hex'))))
      return [key, value.toString('utf8', 4)]
    })
    assert.deepEqual(
      owners,
      [
        [keyOf('A@example.com'), 'Member-ann'],
        [keyOf('b@example.com'), 'Member-bob'],
      ].sort(),
    )
  })
})

describe('the bookkeeping', () => {
  test('has a handler with its counts, and a cursor for each partition', async () => {
    const handlers = await readRows('work', 'handlers')
    const cursors = await readRows('work', 'cursors')

    const counts = { handled: 2, retried: 0, parked: 1, redriven: 0, discarded: 0 }
    const record = unpack(handlers.get(text('copy'))!)

    assert.deepEqual(record, { partitions: 2, paused: false, counts })
    assert.deepEqual(
      [...cursors.keys()],
      [0, 1].map((each) => text('copy') + number(each)),
    )
    assert.deepEqual(
      [...cursors.values()].map((value) => unpack(value)),
      [4, 4],
    )
  })

  test('has a timer, its row in the index, and the counts', async () => {
    const timers = await readRows('work', 'timers')
    const due = await readRows('work', 'due')
    const counts = await readRows('work', 'dueCounts')
    const { id, setAtMs, action, ...rest } = unpack(
      timers.get(text('timers') + text('') + text('note'))!,
    )

    assert.match(id, /^[0-9A-Z]{26}$/)
    assert.ok(setAtMs > Date.UTC(2024, 0, 1))
    assert.deepEqual(rest, {
      ...{ dueAtMs: 4e12, tryAtMs: 4e12, everyMs: 60_000, occurrence: 1 },
      ...{ failures: 0, error: null },
    })
    assert.deepEqual(action, {
      ...{ kind: 'command', actor: 'Ledger', aggregateId: 'c', command: 'write' },
      ...{ data: { text: 'later' }, correlationId: id, causationId: id, userId: 'ada' },
    })
    const key = text('timers') + number(4e12) + text('') + text('note')
    assert.deepEqual(
      [...due].map(([at, value]) => [at, unpack(value)]),
      [[key, null]],
    )
    assert.deepEqual(unpack(counts.get(text('timers'))!), { pending: 1, failing: 0 })
  })

  test('has a parked key, and the positions that wait behind it', async () => {
    const keys = await readRows('work', 'keys')
    const queues = await readRows('work', 'queues')
    const [[key, value] = []] = keys
    const { error, parkedAtMs, dueAtMs, ...rest } = unpack(value!)

    assert.equal(keys.size, 1)
    assert.ok(key!.startsWith(text('copy')) && key!.endsWith(text('Ledger-b')))
    assert.deepEqual(
      [...queues.keys()],
      [2, 4].map((position) => key! + number(position)),
    )
    assert.deepEqual(
      [...queues.values()].map((each) => unpack(each)),
      [null, null],
    )
    assert.equal(error.code, 'DRAMATIS_TERMINAL')
    assert.equal(typeof parkedAtMs, 'number')
    assert.equal(typeof dueAtMs, 'number')
    assert.deepEqual(rest, {
      state: 'parked',
      position: 2,
      attempt: 1,
      deaths: 0,
      cause: 'TERMINAL',
      redrives: 0,
    })
  })

  test('says which generation of a view serves', async () => {
    const views = await readRows('work', 'views')

    assert.deepEqual(unpack(views.get(text('Lines'))!), {
      version: 3,
      generation: 0,
      indexes: ['byCount'],
      filling: null,
    })
  })
})

describe('a saga', () => {
  let directory: string
  let events: readonly (readonly [type: string, payload: Record<string, unknown>])[]

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'dramatis-format-'))
    const { app, asked } = createErrandApp()
    const runtime = await openRuntime({ app, dataDir: directory })
    const retrying = new Promise<number>((resolve) => {
      runtime.bus.subscribe('Errand.StepsRetrying', ({ position }) => resolve(position))
    })
    await runtime.actor(Ledger, 'e').send('write', { text: 'errand' }, { commandId: 'c1' })
    await asked.promise
    const position = await retrying
    await runtime.caughtUp(position, { handler: 'Errand' })
    await runtime.caughtUp(position, { view: 'Errand.instances' })
    await runtime.close()
    events = await readInstance()
  })

  after(() => rmSync(directory, { recursive: true, force: true }))

  /** The events of all instances, each with its payload by the names of its shape. */
  async function readInstance(): Promise<typeof events> {
    const shapes = await readTable('log', 'shapes', directory)
    const records = await readRecords(directory)
    return [...records.values()].flatMap((record) => {
      const shape = shapes.get(u64(record.readUInt32BE(8)))!
      const [actor, type, , fields] = unpack(shape.subarray(4))
      const values = unpack(record.subarray(36)).slice(7)
      const entries = fields.map((field: string, at: number) => [field, values[at]])
      return actor === 'Errand' ? [[type, Object.fromEntries(entries)] as const] : []
    })
  }

  /** @returns by name within a queue, in the order of names. */
  async function readDue(queue: string): Promise<Map<string, Record<string, unknown>>> {
    const timers = await readRows('work', 'timers', directory)
    const own = [...timers].filter(([key]) => key.startsWith(text(queue)))
    return new Map(own.map(([key, value]) => [key.slice(text(queue).length), unpack(value)]))
  }

  test('has a stream for each instance, with what it decided', async () => {
    const error = { name: 'Error', message: 'not yet' }
    const note = { actor: 'Ledger', aggregateId: 'notes', command: 'write', data: { text: 'e' } }
    const start = { attempt: 1, command: null, deadlineAtMs: null }
    const end = { attempt: 1, outcome: 'completed', effect: 'done', error: null, hasTimer: false }
    const [, , , , begun, retried] = events
    const { deadlineAtMs } = (begun![1].steps as { deadlineAtMs: number }[])[0]!
    const { dueAtMs } = (retried![1].steps as { dueAtMs: number }[])[0]!

    assert.deepEqual(events, [
      [
        'Errand.Started',
        {
          event: { id: 'Ledger-e@1', type: 'LineWritten', position: 1, part: 0 },
          state: { said: 'errand' },
        },
      ],
      [
        'Errand.TimerSet',
        {
          ...{ timer: 'tea', id: '1', dueAtMs: 4e12, command: null },
          ...{ message: 'tea', data: { cups: 2 } },
        },
      ],
      ['Errand.StepsStarted', { steps: [{ ...start, step: 'note', kind: 'send', command: note }] }],
      ['Errand.StepsEnded', { steps: [{ step: 'note', ...end }] }],
      [
        'Errand.StepsStarted',
        {
          steps: [
            { ...start, step: 'wait', kind: 'none', deadlineAtMs },
            { ...start, step: 'ask', kind: 'call' },
            { ...start, step: 'again', kind: 'call' },
          ],
        },
      ],
      ['Errand.StepsRetrying', { steps: [{ step: 'again', attempt: 1, error, dueAtMs }] }],
    ])
  })

  test('names the commands of its steps', async () => {
    const records = await readRecords(directory)
    const bodies = [...records.values()].map((record) => unpack(record.subarray(36)))

    const [, command] = bodies.find(([aggregateId]) => aggregateId === 'notes')!

    assert.deepEqual(command, ['Errand-e/note', hashOfCommand('write', { text: 'e' })])
  })

  test('has its timers among the others, under the stream of the instance', async () => {
    const due = await readDue('timers')
    const counts = await readRows('work', 'dueCounts', directory)
    const own = (kind: string, name: string): string => text('Errand-e') + text(`${kind} ${name}`)
    const message = {
      ...{ timer: { name: 'tea', id: '1' }, message: 'tea' },
      ...{ data: { cups: 2 }, command: null },
    }
    const ticks = [...due].map(([key, { id, action }]) => [key, id, action as SagaAction] as const)

    assert.deepEqual(
      ticks.map(([key, id, { tick }]) => [key, id, tick]),
      [
        [own('deadline', 'wait'), '1', { tick: 'deadline', step: 'wait' }],
        [own('retry', 'again'), '1', { tick: 'retry', step: 'again', attempt: 1 }],
        [own('timer', 'tea'), '1', { tick: 'message', message }],
      ],
    )
    for (const [, , { tick: _tick, origin, ...rest }] of ticks) {
      assert.deepEqual(rest, { kind: 'saga', saga: 'Errand', sagaId: 'e' })
      assert.deepEqual(Object.keys(origin), ['causationId', 'correlationId'])
    }
    assert.deepEqual(unpack(counts.get(text('timers'))!), { pending: 3, failing: 0 })
  })

  test('has a row for a call that was not answered', async () => {
    const calls = await readDue('calls/Errand')
    const index = await readRows('work', 'due', directory)
    const [[key, value] = []] = [...calls]
    const { id, tryAtMs, action } = value!
    const { attempt, origin } = action as { attempt: number; origin: object }

    assert.equal(calls.size, 1)
    assert.deepEqual([key, id, attempt], [text('e') + text('ask'), '1', 1])
    assert.deepEqual(Object.keys(origin), ['causationId', 'correlationId'])
    assert.ok(index.has(text('calls/Errand') + number(tryAtMs as number) + key))
  })

  test('has a handler and a view of its own', async () => {
    const handlers = await readRows('work', 'handlers', directory)
    const rows = await readRows('views/Errand.instances@1', 'rows', directory)
    const { startedAt, updatedAt, ...row } = unpack(rows.get(text('e'))!)

    assert.equal(unpack(handlers.get(text('Errand'))!).partitions, 1)
    assert.ok(startedAt instanceof Date && updatedAt instanceof Date)
    assert.deepEqual(row, {
      ...{ sagaId: 'e', status: 'running', isHalted: false, haltedAt: [] },
      ...{ step: 'again', reason: null },
    })
  })
})

describe('a view', () => {
  test('has its rows, its index entries and its cursor', async () => {
    const rows = await readRows('views/Lines@3', 'rows')
    const indexes = await readRows('views/Lines@3', 'indexes')
    const meta = await readRows('views/Lines@3', 'meta')

    assert.deepEqual([...rows.keys()], ['a', 'b'].map(text))
    assert.deepEqual(unpack(rows.get(text('a'))!), { last: 'two', count: 2 })
    assert.deepEqual(
      [...indexes.keys()],
      [
        `${text('byCount')}${number(2)}02${text('a')}`,
        `${text('byCount')}${number(2)}02${text('b')}`,
      ],
    )
    assert.equal(unpack(meta.get(text('cursor'))!), 4)
  })
})

describe('the lock', () => {
  test('names the owner and its epoch while it is held', () => {
    assert.equal(lock.pid, process.pid)
    assert.equal(typeof lock.started, 'string')
    assert.equal(lock.epoch, 1)
  })
})

/** Closing and deleting streams through a whole runtime, in memory and on disk. */

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import {
  type AppDefinition,
  defineActor,
  defineApp,
  defineEvent,
  defineProjector,
  importLog,
  openRuntime,
  type Runtime,
  rowType,
} from '../../src/index.js'
import { onEnd } from '../support/scope.js'

const Box = defineActor('Box', {
  initialState: () => ({ items: [] as readonly string[] }),
  events: { Put: defineEvent({ item: 'string' }) },
  evolve: { Put: (state, event) => ({ items: [...state.items, event.data.item] }) },
  commands: {
    put: {
      schema: { item: 'string' },
      decide: (_state, command, { events }) => events.Put(command),
    },
    look: { schema: {}, decide: () => [] },
  },
  snapshot: { everyEvents: 2 },
})

const Items = defineProjector('Items', {
  version: 1,
  from: [Box],
  row: rowType<{ item: string }>(),
  on: { Put: (event, view) => view.put(event.id, { item: event.data.item }) },
})

const app = defineApp({ actors: [Box], projectors: [Items] })
const ended = (state: string) => ({ code: 'DRAMATIS_STREAM_ENDED', streamId: 'Box-1', state })

async function makeDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'dramatis-ends-'))
  onEnd(t, () => rm(directory, { recursive: true, force: true }))
  return directory
}

async function open(t: TestContext, dataDir?: string, of: AppDefinition = app): Promise<Runtime> {
  const runtime = await openRuntime({ app: of, workers: 'inline', ...(dataDir && { dataDir }) })
  onEnd(t, () => runtime.close())
  return runtime
}

async function fill(runtime: Runtime): Promise<void> {
  for (const item of ['a', 'b', 'c']) {
    await runtime.actor(Box, '1').send('put', { item }, { commandId: `put-${item}` })
    await runtime.actor(Box, '2').send('put', { item })
  }
}

async function typesOf(runtime: Runtime, raw: boolean): Promise<readonly string[]> {
  const types: string[] = []
  for await (const event of runtime.log.read({ raw })) types.push(event.type)
  return types
}

describe('a closed stream', () => {
  test('refuses commands that decide events, and keeps everything else', async (t) => {
    const runtime = await open(t)
    await fill(runtime)
    const box = runtime.actor(Box, '1')

    const end = await box.closeStream({ reason: 'moved out', userId: 'ann' })

    assert.deepEqual(end, { streamId: 'Box-1', version: 4, position: 7 })
    await assert.rejects(box.send('put', { item: 'd' }), ended('closed'))
    await assert.rejects(box.closeStream(), ended('closed'))
    assert.deepEqual((await box.send('look', {})).events, [])
    assert.deepEqual(await box.state(), { items: ['a', 'b', 'c'] })
    const repeated = await box.send('put', { item: 'b' }, { commandId: 'put-b' })
    assert.equal(repeated.duplicate, true)
    assert.equal((await runtime.actor(Box, '2').send('put', { item: 'd' })).version, 4)
  })

  test('is closed behind the commands that were sent before', async (t) => {
    const runtime = await open(t)
    const box = runtime.actor(Box, '1')

    const [put, end, late] = await Promise.allSettled([
      box.send('put', { item: 'a' }),
      box.closeStream(),
      box.send('put', { item: 'b' }),
    ])

    assert.equal(put.status, 'fulfilled')
    assert.deepEqual(end.status === 'fulfilled' && end.value.version, 2)
    assert.equal(late.status === 'rejected' && late.reason.code, 'DRAMATIS_STREAM_ENDED')
  })

  test('says who closed it and why, to raw readings only', async (t) => {
    const runtime = await open(t)
    await fill(runtime)
    const heard: string[] = []
    runtime.bus.subscribe('*', (event) => heard.push(event.type))
    await runtime.actor(Box, '1').closeStream({ reason: 'moved out', userId: 'ann' })

    const last = []
    for await (const event of runtime.log.read({ after: 6, raw: true })) last.push(event)

    assert.deepEqual(last[0]?.data, { reason: 'moved out' })
    assert.equal(last[0]?.metadata.userId, 'ann')
    assert.equal((await typesOf(runtime, false)).length, 6)
    assert.deepEqual(heard, [])
  })

  test('stays closed after a restart, and its actor comes back', async (t) => {
    const dataDir = join(await makeDirectory(t), 'data')
    const first = await open(t, dataDir)
    await fill(first)
    await first.actor(Box, '1').closeStream()
    await first.close()

    const second = await open(t, dataDir)

    assert.deepEqual(await second.actor(Box, '1').state(), { items: ['a', 'b', 'c'] })
    await assert.rejects(second.actor(Box, '1').send('put', { item: 'd' }), ended('closed'))
    await second.rebuild(Items)
    assert.equal(await second.view(Items).count(), 6)
  })

  test('is not closed at a version that is not the one expected', async (t) => {
    const runtime = await open(t)
    await fill(runtime)
    const box = runtime.actor(Box, '1')

    await assert.rejects(box.closeStream({ expectedVersion: 2 }), {
      code: 'DRAMATIS_VERSION_CONFLICT',
    })
    await assert.rejects(box.deleteStream({ expectedVersion: 2 }), {
      code: 'DRAMATIS_VERSION_CONFLICT',
    })

    assert.equal((await box.send('put', { item: 'd' })).version, 4)
  })

  test('cannot be made by a decision', async (t) => {
    const Rogue = defineActor('Rogue', {
      initialState: () => ({}),
      events: { Put: defineEvent({}) },
      evolve: { Put: (state) => state },
      commands: {
        end: { schema: {}, decide: () => ({ type: '$StreamClosed', data: {} }) as never },
      },
    })
    const runtime = await open(t, undefined, defineApp({ actors: [Rogue] }))

    await assert.rejects(runtime.actor(Rogue, '1').send('end', {}), {
      code: 'DRAMATIS_INVALID_DECISION',
    })
  })
})

describe('a deleted stream', () => {
  for (const where of ['in memory', 'on disk']) {
    test(`${where} has nothing in it, for anybody`, async (t) => {
      const dataDir = where === 'on disk' ? join(await makeDirectory(t), 'data') : undefined
      const runtime = await open(t, dataDir)
      await fill(runtime)
      const box = runtime.actor(Box, '1')

      const end = await box.deleteStream({ reason: 'asked for' })

      assert.deepEqual(end, { streamId: 'Box-1', version: 5, position: 8 })
      assert.deepEqual(await box.state(), { items: [] })
      for await (const event of box.events()) assert.fail(`found ${event.id}`)
      await assert.rejects(box.send('put', { item: 'd' }), ended('deleted'))
      await assert.rejects(box.deleteStream(), ended('deleted'))
      assert.deepEqual(await typesOf(runtime, false), ['Put', 'Put', 'Put'])
      assert.equal((await typesOf(runtime, true)).length, 8)
      await runtime.rebuild(Items)
      assert.equal(await runtime.view(Items).count(), 3)
      assert.deepEqual(await runtime.actor(Box, '2').state(), { items: ['a', 'b', 'c'] })
    })
  }

  test('that was closed before is deleted all the same', async (t) => {
    const runtime = await open(t)
    await fill(runtime)
    const box = runtime.actor(Box, '1')
    await box.closeStream()

    await assert.rejects(box.deleteStream({ expectedVersion: 3 }), {
      code: 'DRAMATIS_VERSION_CONFLICT',
    })
    await box.deleteStream({ expectedVersion: 4 })

    assert.deepEqual(await box.state(), { items: [] })
  })

  test('stays deleted after a restart, with a snapshot of what it was', async (t) => {
    const dataDir = join(await makeDirectory(t), 'data')
    const first = await open(t, dataDir)
    await fill(first)
    await first.actor(Box, '1').deleteStream()
    await first.close()

    const second = await open(t, dataDir)

    assert.deepEqual(await second.actor(Box, '1').state(), { items: [] })
    await assert.rejects(second.actor(Box, '1').send('put', { item: 'd' }), ended('deleted'))
  })

  test('is deleted and closed in a copy too', async (t) => {
    const directory = await makeDirectory(t)
    const runtime = await open(t)
    await fill(runtime)
    await runtime.actor(Box, '1').deleteStream()
    await runtime.actor(Box, '2').closeStream()
    const file = join(directory, 'events')
    await runtime.log.export({ file })

    await importLog({ file, dataDir: join(directory, 'copy') })
    const copy = await open(t, join(directory, 'copy'))

    await assert.rejects(copy.actor(Box, '1').send('put', { item: 'd' }), ended('deleted'))
    await assert.rejects(copy.actor(Box, '2').send('put', { item: 'd' }), {
      code: 'DRAMATIS_STREAM_ENDED',
      state: 'closed',
    })
    assert.deepEqual(await copy.actor(Box, '2').state(), { items: ['a', 'b', 'c'] })
  })
})

/** Moving a log between directories: the runtime that opens the copy is the same runtime. */

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
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
  initialState: () => ({ sum: 0 }),
  events: { Added: defineEvent({ by: 'number|integer', note: 'string|optional' }) },
  evolve: { Added: (state, event) => ({ sum: state.sum + event.data.by }) },
  commands: {
    add: {
      schema: { by: 'number|integer' },
      decide: (_state, command, { events }) => events.Added(command),
    },
  },
  snapshot: { everyEvents: 3 },
})

const Sums = defineProjector('Sums', {
  version: 1,
  from: [Box],
  row: rowType<{ sum: number }>(),
  on: {
    Added: (event, view) => {
      const sum = view.get(event.aggregateId)?.sum ?? 0
      view.put(event.aggregateId, { sum: sum + event.data.by })
    },
  },
})

const app = defineApp({ actors: [Box], projectors: [Sums] })

async function makeDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'dramatis-import-'))
  onEnd(t, () => rm(directory, { recursive: true, force: true }))
  return directory
}

async function open(t: TestContext, dataDir: string): Promise<Runtime> {
  const runtime = await openRuntime({ app, dataDir, workers: 'inline' })
  onEnd(t, () => runtime.close())
  return runtime
}

test('a runtime on an imported log is the one that was exported', async (t) => {
  const directory = await makeDirectory(t)
  const original = await open(t, join(directory, 'original'))
  for (let by = 1; by <= 10; by++) {
    await original.actor(Box, String(by % 3)).send('add', { by }, { commandId: `c${by}` })
  }
  const file = join(directory, 'events.ndjson')

  const exported = await original.log.export({ file })
  const imported = await importLog({ file, dataDir: join(directory, 'copy') })
  const copy = await open(t, join(directory, 'copy'))

  assert.equal(exported.events, 10)
  assert.equal(imported.eventsWritten, 10)
  const [before, after] = [original.actor(Box, '1'), copy.actor(Box, '1')]
  assert.deepEqual(await after.state(), await before.state())
  const repeated = await after.send('add', { by: 7 }, { commandId: 'c7' })
  assert.deepEqual(repeated, await before.send('add', { by: 7 }, { commandId: 'c7' }))
  assert.equal(repeated.duplicate, true)
  await copy.caughtUp(10, { view: Sums })
  assert.deepEqual(await copy.view(Sums).get('1'), await original.view(Sums).get('1'))
  assert.equal((await after.send('add', { by: 1 })).position, 11)
})

test('an import into a directory that a runtime has open is refused', async (t) => {
  const directory = await makeDirectory(t)
  const runtime = await open(t, join(directory, 'data'))
  await runtime.log.export({ file: join(directory, 'events') })

  await assert.rejects(
    importLog({ file: join(directory, 'events'), dataDir: join(directory, 'data') }),
    { code: 'DRAMATIS_STORE_LOCKED' },
  )
})

test('a damaged file makes no directory', async (t) => {
  const directory = await makeDirectory(t)
  await writeFile(join(directory, 'events'), 'no export\n')
  const dataDir = join(directory, 'data')

  await assert.rejects(importLog({ file: join(directory, 'events'), dataDir }), {
    code: 'DRAMATIS_EXPORT_DAMAGED',
    line: 1,
  })

  assert.equal(existsSync(dataDir), false)
})

test('a file that cannot be read makes no directory, and is named', async (t) => {
  const directory = await makeDirectory(t)
  await writeFile(join(directory, 'a file'), '')
  const dataDir = join(directory, 'data')

  for (const name of ['nothing', 'a file/events', '.']) {
    const file = join(directory, name)
    await assert.rejects(importLog({ file, dataDir }), {
      code: 'DRAMATIS_FILE_UNAVAILABLE',
      file,
      access: 'read',
    })
  }

  assert.equal(existsSync(dataDir), false)
})

test('options that are none are refused', async (t) => {
  const runtime = await open(t, join(await makeDirectory(t), 'data'))
  const invalid = { code: 'DRAMATIS_INVALID_ARGUMENT' }

  await assert.rejects(runtime.log.export({ file: '' }), invalid)
  await assert.rejects(runtime.log.export({ file: 'x', to: 1 }), invalid)
  await assert.rejects(runtime.log.export({ file: 'x', form: 1 } as never), invalid)
  await assert.rejects(importLog({ file: 'x', dataDir: '' }), invalid)
})

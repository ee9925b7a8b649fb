/** What leaves a log with personal fields: only what somebody has decided on. */

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { importLog, openRuntime } from '../../src/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { app, People, Person } from './apps/people.js'
import { ada, bob, caughtUp, note, PeopleDirectory, register } from './people-directory.js'

test('a log with personal fields is not exported until somebody says how', async (t) => {
  const directory = await PeopleDirectory.make(t, 'inline')
  const runtime = await directory.open()
  await register(runtime)
  const file = join(directory.path, 'events')

  await assert.rejects(runtime.log.export({ file }), {
    code: 'DRAMATIS_INVALID_ARGUMENT',
    argument: 'log.export.personal',
  })
  await assert.rejects(runtime.log.export({ file, personal: 'secret' as never }), {
    code: 'DRAMATIS_INVALID_ARGUMENT',
  })

  assert.equal(existsSync(file) || existsSync(`${file}.partial`), false)
})

test('as forgotten it names nobody, and is a log of the same events', async (t) => {
  const directory = await PeopleDirectory.make(t, 'inline')
  const runtime = await directory.open()
  await register(runtime)
  const file = join(directory.path, 'events')

  const { events } = await runtime.log.export({ file, personal: 'forgotten' })

  const text = readFileSync(file, 'utf8')
  for (const secret of [ada.name, ada.email, bob.name, note]) assert.ok(!text.includes(secret))
  assert.equal(events, runtime.log.head)
  const { path: dataDir } = await TemporaryDirectory.make(t)
  assert.equal((await importLog({ file, dataDir })).eventsWritten, events)
  const copy = await openRuntime({ app, dataDir, workers: 'inline' })
  await caughtUp(copy)
  assert.equal((await copy.view(People).get('ada'))?.name, '[forgotten]')
  assert.equal((await copy.actor(Person, 'bob').state()).touches, 3)
  await copy.close()
})

test('in the clear it says what is not forgotten', async (t) => {
  const directory = await PeopleDirectory.make(t, 'inline')
  const runtime = await directory.open()
  await register(runtime)
  await runtime.forget('ada')
  const file = join(directory.path, 'events')

  await runtime.log.export({ file, personal: 'plain' })

  const text = readFileSync(file, 'utf8')
  assert.ok(text.includes(bob.name))
  assert.ok(!text.includes(ada.name))
})

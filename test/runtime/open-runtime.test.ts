/** Opening a runtime: bad options and bad apps are one typed error each, and leave nothing behind. */

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { defineApp, openRuntime, type RuntimeOptions } from '../../src/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { onEnd } from '../support/scope.js'
import app, { Counter } from './apps/sums.js'

const sums = new URL('./apps/sums.js', import.meta.url)
const urlOf = (name: string): URL => new URL(`./apps/${name}.js`, import.meta.url)

const badOptions: Readonly<Record<string, unknown>> = {
  'no options': undefined,
  'no app': {},
  'an app of null': { app: null },
  'an app that is no app': { app: { actors: [] } },
  'an empty path': { app: '' },
  'an unknown option': { app, datadir: 'x' },
  'a dataDir that is no text': { app, dataDir: 7 },
  'an empty dataDir': { app, dataDir: '' },
  'a dataDir with NUL': { app, dataDir: 'a\0b' },
  'no workers': { app, workers: 0 },
  'too many workers': { app: sums, dataDir: '/nowhere', workers: 65 },
  'half a worker': { app: sums, dataDir: '/nowhere', workers: 1.5 },
  'workers without a directory': { app: sums, workers: 1 },
  'workers without a module': { app, dataDir: '/nowhere', workers: 1 },
  'an unknown durability': { app, durability: 'maybe' },
  'a negative closeTimeoutMs': { app, closeTimeoutMs: -1 },
  'too little heap': { app, workerHeapMaxMiB: 1 },
  'an unknown limit': { app, limits: { everything: 1 } },
  'a limit of nothing': { app, limits: { commandsInFlightMax: 0 } },
  'a commitTimeoutMs of text': { app, commitTimeoutMs: 'long' },
}

for (const [what, options] of Object.entries(badOptions)) {
  test(`${what} is a typed error`, async () => {
    await assert.rejects(openRuntime(options as RuntimeOptions), {
      code: 'DRAMATIS_INVALID_ARGUMENT',
    })
  })
}

/** A directory that a failed opening must leave usable. */
async function assertUsableAfter(
  t: TestContext,
  options: Partial<RuntimeOptions>,
  expected: object,
): Promise<void> {
  const directory = await TemporaryDirectory.make(t)
  const dataDir = directory.path

  await assert.rejects(openRuntime({ app, dataDir, ...options } as RuntimeOptions), expected)

  const runtime = directory.closing(await openRuntime({ app, dataDir }))
  const receipt = await runtime.actor(Counter, 'a').send('add', { n: 1 })
  assert.equal(receipt.position, 1)
}

test('a module that is not there is a typed error that names it', async (t) => {
  await assertUsableAfter(
    t,
    { app: urlOf('missing') },
    { code: 'DRAMATIS_APP_LOAD', url: urlOf('missing').href },
  )
})

test('a module that throws while loading is a typed error with its cause', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  mkdirSync(directory.path)
  const file = join(directory.path, 'throws.mjs')
  writeFileSync(file, "throw new Error('no good')")

  await assert.rejects(openRuntime({ app: pathToFileURL(file) }), (error: Error) => {
    assert.equal((error as { code?: string }).code, 'DRAMATIS_APP_LOAD')
    assert.match(error.message, /no good/)
    assert.equal((error.cause as Error).message, 'no good')
    return true
  })
})

test('a module that exports no app is a typed error', async (t) => {
  await assertUsableAfter(t, { app: urlOf('empty') }, { code: 'DRAMATIS_APP_LOAD' })
})

test('an app with duplicate names is a typed error with the duplicate', async (t) => {
  const isDuplicate = (error: Error): boolean => {
    assert.equal((error as { code?: string }).code, 'DRAMATIS_APP_LOAD')
    assert.equal((error.cause as { code?: string }).code, 'DRAMATIS_DUPLICATE_NAME')
    return true
  }

  await assertUsableAfter(t, { app: urlOf('duplicate') }, isDuplicate)
})

test('an app that is another one in a worker is a typed error that says where', async (t) => {
  const expected = { code: 'DRAMATIS_APP_LOAD', message: /actor One: Happened@1/ }

  await assertUsableAfter(t, { app: urlOf('two-faced'), workers: 2 }, expected)
})

test('an app that no worker can load is a typed error with the reason', async (t) => {
  const expected = { code: 'DRAMATIS_APP_LOAD', message: /not here/ }

  await assertUsableAfter(t, { app: urlOf('host-only'), workers: 1 }, expected)
})

test('an app without anything for workers to run starts none', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const only = urlOf('without-subscriptions')

  const runtime = await openRuntime({ app: only, dataDir: directory.path, workers: 2 })

  await runtime.close()
})

test('options that are found bad late leave the directory usable', async (t) => {
  const limits = { mailboxMax: -1 } as never

  await assertUsableAfter(t, { limits }, { code: 'DRAMATIS_INVALID_ARGUMENT' })
})

test('a data directory that is a file is a typed error', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  mkdirSync(dirname(directory.path), { recursive: true })
  writeFileSync(directory.path, 'not a directory')

  await assert.rejects(openRuntime({ app, dataDir: directory.path }), {
    code: 'DRAMATIS_STORE_UNAVAILABLE',
  })
})

test('a second runtime on one directory is refused, and harms the first in nothing', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const dataDir = directory.path
  const first = directory.closing(await openRuntime({ app, dataDir }))

  await assert.rejects(openRuntime({ app, dataDir }), { code: 'DRAMATIS_STORE_LOCKED' })

  const receipt = await first.actor(Counter, 'a').send('add', { n: 1 })
  assert.equal(receipt.position, 1)
})

test('an app without anything can be opened', async (t) => {
  const runtime = await openRuntime({ app: defineApp({ actors: [] }) })
  onEnd(t, () => runtime.close())

  assert.deepEqual([runtime.log.head, runtime.status().views], [0, []])
})

test('an app may be named by a path', async (t) => {
  const runtime = await openRuntime({ app: sums.pathname })
  onEnd(t, () => runtime.close())

  assert.equal(runtime.status().phase, 'open')
})

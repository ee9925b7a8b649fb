/** Stopping, reopening and closing at awkward moments, and listeners that throw. */

import assert from 'node:assert/strict'
import { readdirSync, readlinkSync } from 'node:fs'
import { test } from 'node:test'
import { createDeferred } from '../../src/base/deferred.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import { yieldToEventLoop } from '../../src/base/signal.js'
import { appendEvents } from '../../src/store/append.js'
import type { EventStore } from '../../src/store/contracts.js'
import { sampleAppend } from '../../src/testing/index.js'
import { startChild } from './children/child.js'
import { TemporaryDirectory } from './temporary.js'

const clock = new ManualClock()

/** A store whose first commit has failed. @param held - Its keys are not looked into before this resolves. */
async function stoppedStore(
  directory: TemporaryDirectory,
  held: Promise<void> = Promise.resolve(),
): Promise<EventStore> {
  let fails = true
  const store = await directory.openStore({
    clock,
    failpoint: () => {
      if (fails) throw new Error('the disk is ill')
    },
  })
  void store.subjects.undisturbed(() => held)
  await assert.rejects(appendEvents(store, [sampleAppend('1', 'none', 1)]))
  fails = false
  return store
}

test('reopening a store that has not stopped drops nothing', async (t) => {
  const store = await (await TemporaryDirectory.make(t)).openStore()
  store.stage([sampleAppend('1', 'none', 1)])

  await store.reopen()
  await store.commit()

  assert.equal(store.head, 1)
})

test('a store that cannot be opened again in time stays stopped, and opens later', async (t) => {
  const held = createDeferred()
  const store = await stoppedStore(await TemporaryDirectory.make(t), held.promise)

  const reopening = store.reopen()
  await yieldToEventLoop()
  clock.advance(30_000)
  await assert.rejects(reopening, { code: 'DRAMATIS_STORE_STOPPED' })
  assert.equal(store.status, 'stopped')
  held.resolve()
  // What was not waited for ends by itself: from then on there are readers to be told of.
  while (store.readReaders() === null) await yieldToEventLoop()
  await store.reopen()

  await appendEvents(store, [sampleAppend('1', 'none', 1)])
  assert.deepEqual([store.status, store.head], ['open', 1])
})

test('whoever reads while the store opens again is answered once it has', async (t) => {
  const held = createDeferred()
  const store = await stoppedStore(await TemporaryDirectory.make(t), held.promise)
  let isHeld = true

  const reopening = store.reopen()
  const reading = store.readHead().then((head) => ({ head, isHeld }))
  await yieldToEventLoop()
  isHeld = false
  held.resolve()

  assert.deepEqual(await reading, { head: 0, isHeld: false })
  await reopening
})

test('a store that is closed while it opens again is closed', async (t) => {
  const store = await stoppedStore(await TemporaryDirectory.make(t))

  const reopening = store.reopen()
  await store.close()

  await reopening
  assert.equal(store.status, 'closed')
  await assert.rejects(store.readHead(), { code: 'DRAMATIS_STORE_STOPPED' })
})

test('two that open a store again at the same time, the first of them in vain, leave no file open', async (t) => {
  if (process.platform !== 'linux') return t.skip('open files are known on Linux only')
  const directory = await TemporaryDirectory.make(t)
  const held = createDeferred()
  const store = await stoppedStore(directory, held.promise)
  const inVain = store.reopen()
  await yieldToEventLoop()
  clock.advance(30_000)
  await assert.rejects(inVain, { code: 'DRAMATIS_STORE_STOPPED' })

  const reopening = store.reopen()
  await yieldToEventLoop()
  held.resolve()
  await reopening
  assert.notDeepEqual(openFilesIn(directory.path), [])
  await store.close()

  assert.deepEqual(openFilesIn(directory.path), [])
})

test('a store that is closed after it was opened again in vain leaves no file open', async (t) => {
  if (process.platform !== 'linux') return t.skip('open files are known on Linux only')
  const directory = await TemporaryDirectory.make(t)
  const held = createDeferred()
  const store = await stoppedStore(directory, held.promise)
  const inVain = store.reopen()
  while (openFilesIn(directory.path).length > 0) await yieldToEventLoop()
  while (openFilesIn(directory.path).length === 0) await yieldToEventLoop()
  clock.advance(30_000)
  await assert.rejects(inVain, { code: 'DRAMATIS_STORE_STOPPED' })

  const closing = store.close()
  held.resolve()
  await closing

  assert.deepEqual(openFilesIn(directory.path), [])
})

/** Those that this process has open below a directory. */
function openFilesIn(path: string): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((file) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${file}`)
      return target.startsWith(path) ? [target] : []
    } catch {
      // That of this very listing is closed by now.
      return []
    }
  })
}

test('what a listener throws is no failed commit, and no secret', async (t) => {
  const { path } = await TemporaryDirectory.make(t)
  const child = startChild(t, 'throwing-listener.js', [path])

  const said = [await child.nextLine(), await child.nextLine()]
  await child.letGo()

  assert.deepEqual(said, ['uncaught: what a listener throws', 'open 1, told 1'])
})

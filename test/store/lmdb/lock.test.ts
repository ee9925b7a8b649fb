/** A lock that a dead process does not hold, and that a living one does not lose, whatever becomes of its file. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { systemClock } from '../../../src/base/clock.js'
import { ManualClock } from '../../../src/base/manual-clock.js'
import { compactWithFailpoint } from '../../../src/runtime/operations/compact-store.js'
import { appendEvents } from '../../../src/store/append.js'
import { openLmdbEventStore } from '../../../src/store/lmdb/lmdb-event-store.js'
import { sampleAppend } from '../../../src/testing/index.js'
import { type Child, startChild } from '../children/child.js'
import { TemporaryDirectory } from '../temporary.js'

const clock = systemClock
const locked = 'DRAMATIS_STORE_LOCKED'
/** Runs a process as a container does: it is number 1, and sees no other. */
const asContainer = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child']

/** A process that owns the directory, and has written to it. */
async function startOwner(
  t: TestContext,
  { path }: TemporaryDirectory,
  command: readonly string[] = [],
): Promise<Child> {
  const owner = startChild(t, 'appending.js', [path, '1'], command)
  const said = [await owner.nextLine(), await owner.nextLine(), await owner.nextLine()]
  assert.deepEqual(said, ['epoch 1', 'head 3', 'done'])
  return owner
}

/** What another process is told that opens the directory. */
async function askFor(
  t: TestContext,
  path: string,
  command: readonly string[] = [],
): Promise<string | undefined> {
  const asking = startChild(t, 'appending.js', [path, '0'], command)
  const said = await asking.nextLine()
  await asking.letGo()
  return said
}

describe('while its owner lives, a directory is locked', () => {
  test('also when the lock was deleted, for other processes and for its own', async (t) => {
    const directory = await TemporaryDirectory.make(t)
    const owner = await startOwner(t, directory)
    await rm(join(directory.path, 'lock'))

    assert.equal(await askFor(t, directory.path), locked)
    await assert.rejects(openLmdbEventStore(directory.path, { clock }), {
      ...{ code: locked, ownerPid: owner.pid },
    })

    await owner.kill()
    assert.equal((await directory.openStore()).epoch, 2)
  })

  test('also when this process is its owner and the lock was deleted, and it goes on', async (t) => {
    const directory = await TemporaryDirectory.make(t)
    const store = await directory.openStore()
    await rm(join(directory.path, 'lock'))

    await assert.rejects(openLmdbEventStore(directory.path, { clock }), {
      ...{ code: locked, ownerPid: process.pid },
    })
    assert.equal(await askFor(t, directory.path), locked)
    await appendEvents(store, [sampleAppend('1', 'none', 1)])
    await store.close()

    assert.equal(await askFor(t, directory.path), 'epoch 2')
  })

  test('also when the lock was deleted and the store has stopped and opened again', async (t) => {
    const directory = await TemporaryDirectory.make(t)
    let fails = true
    const store = await directory.openStore({
      failpoint: () => {
        if (fails) throw new Error('the disk is ill')
      },
    })
    await assert.rejects(appendEvents(store, [sampleAppend('1', 'none', 1)]))
    await rm(join(directory.path, 'lock'))
    fails = false

    await store.reopen()

    await appendEvents(store, [sampleAppend('1', 'none', 1)])
    assert.equal(await askFor(t, directory.path), locked)
  })

  test('also when it is stopped by a signal', async (t) => {
    const directory = await TemporaryDirectory.make(t)
    const owner = await startOwner(t, directory)
    process.kill(owner.pid, 'SIGSTOP')

    assert.equal(await askFor(t, directory.path), locked)
    await rm(join(directory.path, 'lock'))
    assert.equal(await askFor(t, directory.path), locked)
  })

  test('also by another path to it', async (t) => {
    const directory = await TemporaryDirectory.make(t)
    const owner = await startOwner(t, directory)
    const other = join(dirname(directory.path), 'other')
    await symlink(directory.path, other)

    assert.equal(await askFor(t, other), locked)
    await assert.rejects(openLmdbEventStore(other, { clock }), { ownerPid: owner.pid })
  })

  test('also by a clock of another time, whenever the lock was written', async (t) => {
    const directory = await TemporaryDirectory.make(t)
    await startOwner(t, directory)
    await utimes(join(directory.path, 'lock'), 0, 0)

    for (const atMs of [0, Date.now() + 1e12]) {
      const opening = openLmdbEventStore(directory.path, { clock: new ManualClock(atMs) })
      await assert.rejects(opening, { code: locked })
    }
  })

  test('also while it is compacted and the lock was deleted', async (t) => {
    const directory = await TemporaryDirectory.make(t)
    await (await directory.openStore()).close()
    const seen: unknown[] = []
    const asked: Promise<unknown>[] = []

    await compactWithFailpoint(directory.path, {}, (step) => {
      seen.push(step)
      if (step !== 'owned') return
      const lock = join(directory.path, 'lock')
      spawnSync('rm', [lock])
      const opening = openLmdbEventStore(directory.path, { clock })
      asked.push(assert.rejects(opening, { code: locked }))
    })

    await Promise.all(asked)
    assert.deepEqual([seen[0], asked.length], ['owned', 1])
    assert.equal((await directory.openStore()).epoch, 3)
  })
})

test('a copied directory is not locked by the owner of the one it was copied from', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  await startOwner(t, directory)
  const copy = join(dirname(directory.path), 'copy')
  await cp(directory.path, copy, { recursive: true })

  const store = directory.closing(await openLmdbEventStore(copy, { clock }))

  assert.deepEqual([store.epoch, store.head], [2, 3])
  assert.equal(await askFor(t, directory.path), locked)
})

test('a process copies its own directory and opens the copy beside it', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore()
  await appendEvents(store, [sampleAppend('1', 'none', 1)])
  const copy = join(dirname(directory.path), 'copy')
  await cp(directory.path, copy, { recursive: true })

  const other = directory.closing(await openLmdbEventStore(copy, { clock }))

  await appendEvents(other, [sampleAppend('2', 'none', 1)])
  assert.deepEqual([store.head, other.head], [1, 2])
})

test('a lock whose process id was given to another process in the same boot is taken over', async (t) => {
  if (process.platform !== 'linux') return t.skip('start times are known on Linux only')
  const directory = await TemporaryDirectory.make(t)
  const owner = await startOwner(t, directory)
  const path = join(directory.path, 'lock')
  const lock = JSON.parse(await readFile(path, 'utf8')) as { readonly started: string }
  await owner.kill()
  // This test's own parent has the id, and began before.
  await writeFile(path, JSON.stringify({ ...lock, pid: process.ppid, started: `${lock.started}9` }))

  const store = await directory.openStore()

  assert.equal(store.epoch, 2)
})

describe('between containers that share a directory', () => {
  const canContain = spawnSync(asContainer[0]!, [...asContainer.slice(1), 'true']).status === 0
  const skip = canContain ? false : 'processes cannot be given ids of their own here'

  test('its owner keeps it, though the ids of processes say nothing', { skip }, async (t) => {
    const directory = await TemporaryDirectory.make(t)
    const owner = await startOwner(t, directory, asContainer)

    assert.equal(await askFor(t, directory.path, asContainer), locked)
    assert.equal(await askFor(t, directory.path), locked)
    await rm(join(directory.path, 'lock'))
    assert.equal(await askFor(t, directory.path, asContainer), locked)
    assert.equal(await askFor(t, directory.path), locked)

    await owner.letGo()
    assert.equal(await askFor(t, directory.path, asContainer), 'epoch 2')
  })

  test('a container finds the directory of one that has died free', { skip }, async (t) => {
    const directory = await TemporaryDirectory.make(t)
    const owner = await startOwner(t, directory, asContainer)

    await owner.letGo()

    assert.equal(await askFor(t, directory.path, asContainer), 'epoch 2')
    assert.equal(await askFor(t, directory.path), 'epoch 3')
  })
})

test('of two processes that open a directory at once exactly one owns it, fifty times', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const rounds = 50
  const pipes = join(dirname(directory.path), 'meeting')
  if (spawnSync('mkfifo', [`${pipes}0`, `${pipes}1`]).status !== 0) return t.skip('no mkfifo')
  const args = (side: string): string[] => [directory.path, pipes, side, `${rounds}`]
  const [one, other] = ['r', 'w'].map((side) => startChild(t, 'racing.js', args(side)))
  const wins: string[] = []

  for (let round = 1; round <= rounds; round++) {
    const said = [await one!.nextLine(), await other!.nextLine()]
    assert.deepEqual([...said].sort(), [locked, `won ${round}`])
    wins.push(said[0] === locked ? 'other' : 'one')
  }

  t.diagnostic(`won by the one ${wins.filter((each) => each === 'one').length} of ${rounds} times`)
})

/** `verifyStore` on a sound store, which has some of everything. Damage is `verify-damage.test.ts`. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type VerifyProgress, verifyStore } from '../../../src/index.js'
import { blankPages } from '../../../src/store/lmdb/blank-file.js'
import { openEnvironment, openTable } from '../../../src/store/lmdb/environment.js'
import { textKeys } from '../../../src/store/lmdb/keys.js'
import { startChild } from '../../store/children/child.js'
import { TemporaryDirectory } from '../../store/temporary.js'
import { SuiteScope } from '../../support/scope.js'
import { busyDirectory, copyOf, openClub } from './club.js'

describe('a store with some of everything', () => {
  const scope = new SuiteScope()
  let sound: TemporaryDirectory

  before(async () => {
    sound = await busyDirectory(scope)
  })

  after(() => scope.release())

  test('nothing is found in a sound store, and everything in it is counted', async (t) => {
    const directory = await copyOf(t, sound)

    const { durationMs, storeId, segments, ...report } = await verifyStore(directory.path)

    assert.deepEqual(report.findings, [])
    assert.ok(durationMs > 0 && segments > 1 && storeId.length === 26)
    assert.deepEqual(report, {
      dataDir: directory.path,
      epoch: 1,
      // 20 join, 20 score 6 times, one 70 times more, 20 instances of two events each; one stream closed, one deleted: its end counts too.
      head: 253,
      events: 253,
      shapes: 7,
      streams: 40,
      snapshots: 19,
      tags: 20,
      // The deleted one holds none.
      claims: 19,
      subjects: 20,
      handlers: 2,
      blockedKeys: 2,
      timers: 21,
      views: 2,
      rows: 39,
      findings: [],
      findingsCount: 0,
      isSound: true,
    })
  })

  test('checking changes no byte of the data, and is checked again with the same result', async (t) => {
    const directory = await copyOf(t, sound)
    const hashes = (): Promise<string[]> =>
      Promise.all(
        ['log/data.mdb', 'work/data.mdb', 'keys/data.mdb', 'keys/slots'].map(async (file) =>
          createHash('sha256')
            .update(await readFile(join(directory.path, file)))
            .digest('hex'),
        ),
      )
    const original = await hashes()

    const { durationMs: _first, ...first } = await verifyStore(directory.path)
    const { durationMs: _second, ...second } = await verifyStore(directory.path)

    assert.deepEqual(await hashes(), original)
    assert.deepEqual(first, second)
  })

  test('a store that a process has open is not checked', async (t) => {
    const directory = await TemporaryDirectory.make(t)
    await openClub(directory)

    await assert.rejects(verifyStore(directory.path), { code: 'DRAMATIS_STORE_LOCKED' })
  })

  test('a store that is opened while it is checked is refused in the end', async (t) => {
    const directory = await copyOf(t, sound)

    const onProgress = ({ step }: VerifyProgress): void => {
      if (step === 'work') opening ??= openClub(directory)
    }
    let opening: Promise<unknown> | undefined

    await assert.rejects(
      async () => {
        try {
          return await verifyStore(directory.path, { onProgress })
        } finally {
          await opening
        }
      },
      { code: 'DRAMATIS_STORE_LOCKED' },
    )
  })

  test('a store whose lock file is gone is not checked while its owner lives', async (t) => {
    const directory = await TemporaryDirectory.make(t)
    const owner = startChild(t, 'appending.js', [directory.path, '1'])
    assert.equal(await owner.nextLine(), 'epoch 1')
    assert.equal(await owner.nextLine(), 'head 3')
    await rm(join(directory.path, 'lock'))

    await assert.rejects(verifyStore(directory.path), {
      code: 'DRAMATIS_STORE_LOCKED',
      ownerPid: owner.pid,
    })
    await owner.kill()

    assert.equal((await verifyStore(directory.path)).isSound, true)
  })

  test('a store that another process has written to meanwhile is refused in the end', async (t) => {
    const directory = await copyOf(t, sound)
    const script = fileURLToPath(new URL('../../store/children/appending.js', import.meta.url))
    const steps = new Set<string>()

    const verifying = verifyStore(directory.path, {
      onProgress: ({ step }) => {
        // It has ended before the check goes on.
        if (step === 'views' && !steps.has(step)) {
          spawnSync(process.execPath, [script, directory.path, '1'], { input: '' })
        }
        steps.add(step)
      },
    })

    await assert.rejects(verifying, { code: 'DRAMATIS_STORE_CHANGED', environment: 'log' })
    assert.ok(steps.has('views'))
  })

  test('a store that this process itself writes to meanwhile is refused in the end', async (t) => {
    const directory = await copyOf(t, sound)
    const work = directory.closing(await openEnvironment(join(directory.path, 'work'), 'flush'))

    const verifying = verifyStore(directory.path, {
      onProgress: () => openTable(work, 'timers', textKeys).putSync('a timer', Buffer.alloc(1)),
    })

    await assert.rejects(verifying, { code: 'DRAMATIS_STORE_CHANGED', environment: 'work' })
  })

  test('processes that only read a store hold up no check of it', async (t) => {
    const directory = await copyOf(t, sound)
    const reader = startChild(t, 'holding-reader.js', [directory.path])
    assert.equal(await reader.nextLine(), '253 events')

    const reports = await Promise.all([verifyStore(directory.path), verifyStore(directory.path)])

    assert.deepEqual(
      reports.map(({ isSound }) => isSound),
      [true, true],
    )
  })

  test('a store is checked though nothing tells who owned it', async (t) => {
    const directory = await copyOf(t, sound)
    const log = await openEnvironment(join(directory.path, 'log'), 'flush')
    await openTable(log, 'meta', textKeys).put('owner', Buffer.from([0xc1]))
    await log.close()
    const blank = await TemporaryDirectory.make(t)
    await mkdir(join(blank.path, 'log'), { recursive: true })
    await writeFile(join(blank.path, 'log', 'data.mdb'), blankPages())

    const reports = [await verifyStore(directory.path), await verifyStore(blank.path)]

    assert.deepEqual(
      reports[0]!.findings.map(({ kind, key }) => [kind, key]),
      [['meta', 'owner']],
    )
    assert.match(reports[1]!.findings[0]!.message, /Expected table events/)
  })

  test('a store of which a part cannot be opened is refused, and that part is named', async (t) => {
    const directory = await copyOf(t, sound)
    await writeFile(join(directory.path, 'work', 'data.mdb'), 'no data file')

    await assert.rejects(verifyStore(directory.path), {
      code: 'DRAMATIS_STORE_UNAVAILABLE',
      dataDir: join(directory.path, 'work'),
    })
  })

  test('where there is no log, nothing is made', async (t) => {
    const directory = await TemporaryDirectory.make(t)

    await assert.rejects(verifyStore(directory.path), { code: 'DRAMATIS_STORE_UNAVAILABLE' })
    await assert.rejects(verifyStore(directory.path), { code: 'DRAMATIS_STORE_UNAVAILABLE' })
  })

  test('it tells how far it is, step by step, and ends when its signal aborts', async (t) => {
    const directory = await copyOf(t, sound)
    const steps: string[] = []
    const onProgress = ({ step, positions, head }: VerifyProgress): void => {
      if (steps.at(-1) !== step) steps.push(step)
      assert.ok(positions <= head)
    }

    await verifyStore(directory.path, { onProgress })
    const reason = new Error('enough')
    const aborting = verifyStore(directory.path, { signal: AbortSignal.abort(reason) })

    assert.deepEqual(steps, [
      'pages',
      'log',
      'heads',
      'snapshots',
      'tags',
      'claims',
      'keys',
      'work',
      'views',
    ])
    await assert.rejects(aborting, reason)
  })
})

const badArguments: readonly (readonly [string, readonly unknown[]])[] = [
  ['no path', [undefined]],
  ['an empty path', ['']],
  ['an unknown option', ['x', { findingMax: 3 }]],
  ['a limit below 0', ['x', { findingsMax: -1 }]],
  ['a progress that is no function', ['x', { onProgress: 5 }]],
  ['a signal that is none', ['x', { signal: {} }]],
]

for (const [what, given] of badArguments) {
  test(`${what} is refused`, async () => {
    const verify = verifyStore as (...given: readonly unknown[]) => Promise<unknown>

    await assert.rejects(verify(...given), { code: 'DRAMATIS_INVALID_ARGUMENT' })
  })
}

/** `verifyStore` on a sound store, which has some of everything. Damage is `verify-damage.test.ts`. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type VerifyProgress, verifyStore } from '../../../src/index.js'
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

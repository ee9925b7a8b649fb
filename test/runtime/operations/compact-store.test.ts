/** `compactStore`: smaller files with the same in them, whatever the moment at which the process is killed. */

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { compactStore, type StoreReport, verifyStore } from '../../../src/index.js'
import { TemporaryDirectory } from '../../store/temporary.js'
import { ChildScript } from '../../support/child-process.js'
import { SuiteScope } from '../../support/scope.js'
import { busyDirectory, copyOf, Member, openClub } from './club.js'
import type { CompactingOptions } from './compacting.js'

const child = new URL('./compacting.js', import.meta.url)

/** What a compaction must not change. */
function contentOf({
  durationMs: _,
  epoch: _epoch,
  dataDir: _dir,
  ...content
}: StoreReport): object {
  return content
}

describe('a store that is compacted', () => {
  const scope = new SuiteScope()
  let sound: TemporaryDirectory
  let content: object

  before(async () => {
    sound = await busyDirectory(scope)
    content = contentOf(await verifyStore(sound.path))
  })

  after(() => scope.release())

  test('has the same in it, takes less room, and goes on', async (t) => {
    const directory = await copyOf(t, sound)

    const { bytesBefore, bytesAfter } = await compactStore(directory.path)

    assert.ok(bytesAfter < bytesBefore / 2, `${bytesBefore} to ${bytesAfter} bytes`)
    assert.deepEqual(contentOf(await verifyStore(directory.path)), content)
    assert.equal(existsSync(join(directory.path, 'compacting')), false)
    const runtime = await openClub(directory)
    assert.equal((await runtime.actor(Member, '0').send('score', { points: 1 })).position, 254)
  })

  test('is whole whenever the process is killed, and can be compacted then', async (t) => {
    let kills = 0
    for (let killAt = 0; ; killAt++) {
      const directory = await copyOf(t, sound)
      const options: CompactingOptions = { dataDir: directory.path, killAt }
      const compacting = new ChildScript(t, child, { options })
      const { signal } = await compacting.ended
      if (compacting.lines.at(-1) === 'done') break
      kills++

      assert.equal(signal, 'SIGKILL')
      const at = `killed at ${compacting.lines.at(-1)}`
      assert.deepEqual(contentOf(await verifyStore(directory.path)), content, at)
      await compactStore(directory.path)
      assert.deepEqual(contentOf(await verifyStore(directory.path)), content, at)
    }
    console.log(`${kills} kills between steps of a compaction`)
    assert.equal(kills, 9)
  })

  test('is not compacted while a process has it open, and nobody opens it meanwhile', async (t) => {
    const directory = await copyOf(t, sound)
    const runtime = await openClub(directory)
    await assert.rejects(compactStore(directory.path), { code: 'DRAMATIS_STORE_LOCKED' })
    await runtime.close()
    let opening: Promise<unknown> | undefined

    const onProgress = (): void => {
      opening ??= assert.rejects(openClub(directory), { code: 'DRAMATIS_STORE_LOCKED' })
    }
    await compactStore(directory.path, { onProgress })

    await opening
    assert.equal((await verifyStore(directory.path)).isSound, true)
  })

  test('is left alone when it is damaged, when the signal aborts, and where there is none', async (t) => {
    const directory = await copyOf(t, sound)
    const reason = new Error('enough')
    const signal = AbortSignal.abort(reason)
    await assert.rejects(compactStore(directory.path, { signal }), reason)
    assert.deepEqual(contentOf(await verifyStore(directory.path)), content)
    await writeFile(join(directory.path, 'keys', 'slots'), Buffer.alloc(64 * 40))
    await assert.rejects(compactStore(directory.path), { code: 'DRAMATIS_STORE_UNSOUND' })
    assert.equal(existsSync(join(directory.path, 'compacting')), false)

    const nowhere = await TemporaryDirectory.make(t)
    await assert.rejects(compactStore(nowhere.path), { code: 'DRAMATIS_STORE_UNAVAILABLE' })
    await assert.rejects(compactStore(''), { code: 'DRAMATIS_INVALID_ARGUMENT' })
    await assert.rejects(compactStore('x', { fast: 1 } as never), {
      code: 'DRAMATIS_INVALID_ARGUMENT',
    })
    assert.equal(existsSync(nowhere.path), false)
  })
})

/**
 * Backups that are taken while everything goes on: each is a whole store as it was, and goes on by itself.
 *
 * `DRAMATIS_TEST_SIZE=5` takes five times as many under load.
 */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  type CopyProgress,
  openRuntime,
  type RecordedEvent,
  type Runtime,
  restoreStore,
  verifyStore,
} from '../../../src/index.js'
import { startChild } from '../../store/children/child.js'
import { TemporaryDirectory } from '../../store/temporary.js'
import { count } from '../../support/counts.js'
import { everyRow } from '../../support/every-page.js'
import { SuiteScope } from '../../support/scope.js'
import { sized } from '../../support/size.js'
import {
  busyDirectory,
  cheering,
  club,
  copyOf,
  keepBusy,
  Member,
  openClub,
  Points,
} from './club.js'

const backupsMax = sized(20, 200)

async function eventsOf(runtime: Runtime, to: number): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = []
  for await (const event of runtime.log.read({ after: 0, to, raw: true })) events.push(event)
  return events
}

/** Events of a backup, without what was forgotten after it was taken. */
function asForgottenIn(
  today: readonly RecordedEvent[],
  events: readonly RecordedEvent[],
): readonly RecordedEvent[] {
  return events.map((event, at) => {
    const isForgottenSince = today[at]?.forgotten !== undefined && event.forgotten === undefined
    return isForgottenSince ? { ...event, ...forgottenPart(today[at]!) } : event
  })
}

function forgottenPart({ data, forgotten }: RecordedEvent): Partial<RecordedEvent> {
  return { data, ...(forgotten === undefined ? {} : { forgotten }) }
}

/** The points of all members: folded from the events, as the view should have them. */
function fold(events: readonly RecordedEvent[]): Map<string, number> {
  const points = new Map<string, number>()
  for (const { type, aggregateId, data } of events) {
    if (type === 'Joined') points.set(aggregateId, 0)
    if (type !== 'Scored') continue
    points.set(aggregateId, points.get(aggregateId)! + (data as { points: number }).points)
  }
  return points
}

async function rowsOf(runtime: Runtime): Promise<Map<string, number>> {
  const rows = await everyRow(runtime.view(Points))
  return new Map(rows.map(({ id, points }) => [id, points]))
}

test(`${backupsMax} backups under load are sound, a prefix of the log, and go on`, async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const runtime = await openClub(directory)
  await keepBusy(runtime, 30, 1)
  let isOver = false
  const load = (async () => {
    for (let round = 0; !isOver; round++) {
      const id = `new ${round}`
      // A new member is a new key, a claim, a tag, an instance and a timer each time.
      await runtime.actor(Member, id).send('join', { name: id, email: `${round}@new.test` })
      const sent = Array.from({ length: 10 }, (_each, at) =>
        runtime.actor(Member, String(at)).send('score', { points: round }),
      )
      await Promise.all([...sent, runtime.actor(Member, id).send('score', { points: 1 })])
      if (round % 20 === 19) await runtime.forget(`new ${round}`)
    }
  })()
  const taken: { readonly path: string; readonly asked: number; readonly position: number }[] = []

  for (let n = 0; n < backupsMax; n++) {
    const path = join(dirname(directory.path), `backup-${n}`)
    const asked = runtime.log.head
    const { position, report, bytes } = await runtime.backup(path)
    assert.ok(report.isSound && bytes > 0 && position >= asked)
    taken.push({ path, asked, position })
  }
  isOver = true
  await load

  for (const { path, position } of taken) {
    const report = await verifyStore(path)
    assert.deepEqual([report.findings, report.head], [[], position])
    const copy = await openRuntime({ app: club, dataDir: path, workers: 'inline' })
    try {
      const events = await eventsOf(copy, position)
      const today = await eventsOf(runtime, position)
      assert.deepEqual(asForgottenIn(today, events), today)
      await copy.caughtUp(position, { view: Points, timeoutMs: 30_000 })
      await copy.caughtUp(position, { handler: cheering, timeoutMs: 30_000 })
      // Sagas may have gone on by then; members do so only when somebody sends.
      assert.deepEqual(await rowsOf(copy), fold(events))
      // What was not cheered is parked, and nothing is lost in between.
      const sevens = new Set(
        events
          .filter(({ type, aggregateId }) => type === 'Scored' && aggregateId.endsWith('7'))
          .map((each) => each.streamId),
      )
      const { handled, parkedKeys } = copy.handler(cheering).status()
      assert.equal(parkedKeys, sevens.size)
      assert.ok(
        handled >=
          events.filter(({ type, streamId }) => type === 'Scored' && !sevens.has(streamId)).length,
      )
      const receipt = await copy.actor(Member, '0').send('score', { points: 1 })
      assert.ok(receipt.position > position)
    } finally {
      await copy.close()
    }
  }
  count('backups under load', taken.length)
  console.log(
    `${taken.length} backups, positions ${taken[0]?.position} to ${taken.at(-1)?.position}`,
  )
})

describe('a store with some of everything', () => {
  const scope = new SuiteScope()
  let sound: TemporaryDirectory

  before(async () => {
    sound = await busyDirectory(scope)
  })

  after(() => scope.release())

  test('a backup is restored to a directory that is not there, and works', async (t) => {
    const directory = await copyOf(t, sound)
    const runtime = await openClub(directory)
    const root = dirname(directory.path)
    const { position } = await runtime.backup(join(root, 'backup'))
    const rows = await rowsOf(runtime)
    await runtime.close()

    const restored = await restoreStore(join(root, 'backup'), join(root, 'restored'))

    assert.equal(restored.position, position)
    const again = await openClub(directory, join(root, 'restored'))
    await again.caughtUp(position, { view: Points })
    // Rows of members that were deleted stay until a view is built again: here it was.
    rows.delete('2')
    assert.deepEqual(await rowsOf(again), rows)
    assert.equal(again.status().store.storeId, runtime.status().store.storeId)
    assert.equal(await again.claims.owner(Member, 'email', '5@club.test'), 'Member-5')
  })

  test('a directory that is not empty takes no backup, and nothing restored', async (t) => {
    const directory = await copyOf(t, sound)
    const runtime = await openClub(directory)
    const target = join(dirname(directory.path), 'taken')
    await mkdir(target)
    await writeFile(join(target, 'note'), 'mine')

    await assert.rejects(runtime.backup(target), { code: 'DRAMATIS_DIRECTORY_NOT_EMPTY' })
    await runtime.close()
    await assert.rejects(restoreStore(directory.path, target), {
      code: 'DRAMATIS_DIRECTORY_NOT_EMPTY',
    })

    assert.deepEqual(await readdir(target), ['note'])
  })

  test('an empty directory takes a backup', async (t) => {
    const directory = await copyOf(t, sound)
    const runtime = await openClub(directory)
    const target = join(dirname(directory.path), 'empty')
    await mkdir(target)

    const { report } = await runtime.backup(target)

    assert.equal(report.dataDir, target)
    assert.equal((await verifyStore(target)).isSound, true)
  })

  test('a backup that is ended leaves nothing, at whatever moment', async (t) => {
    const directory = await copyOf(t, sound)
    const runtime = await openClub(directory)
    const root = dirname(directory.path)
    const steps = new Set<string>()
    const note = ({ step, part }: CopyProgress): unknown => steps.add(`${step} ${part}`)
    await runtime.backup(join(root, 'whole'), { onProgress: note })

    for (const end of steps) {
      const ending = new AbortController()
      const onProgress = ({ step, part }: CopyProgress): void => {
        if (`${step} ${part}` === end) ending.abort(new Error(end))
      }
      const backup = runtime.backup(join(root, 'ended'), { onProgress, signal: ending.signal })
      await assert.rejects(backup, { message: end })
      assert.deepEqual((await readdir(root)).sort(), ['data', 'whole'], end)
    }
    assert.equal(steps.size, 11)
  })

  test('a backup that a closing runtime ends leaves nothing', async (t) => {
    const directory = await copyOf(t, sound)
    const runtime = await openClub(directory)
    const target = join(dirname(directory.path), 'backup')
    const backup = runtime.backup(target)
    const refused = assert.rejects(backup, { code: 'DRAMATIS_CLOSED' })

    await runtime.close()

    await refused
    assert.equal(existsSync(target), false)
    assert.equal(existsSync(`${target}.unfinished`), false)
  })

  test('what a crash left of a backup is removed by the next one', async (t) => {
    const directory = await copyOf(t, sound)
    const runtime = await openClub(directory)
    const target = join(dirname(directory.path), 'backup')
    await mkdir(join(`${target}.unfinished`, 'log'), { recursive: true })
    await writeFile(join(`${target}.unfinished`, 'log', 'data.mdb'), 'torn')

    await runtime.backup(target)

    assert.equal(existsSync(`${target}.unfinished`), false)
    assert.equal((await verifyStore(target)).isSound, true)
  })

  test('a backup that cannot be written says so, and the runtime goes on', async (t) => {
    const directory = await copyOf(t, sound)
    const runtime = await openClub(directory)
    const file = join(dirname(directory.path), 'file')
    await writeFile(file, 'no directory')

    await assert.rejects(runtime.backup(join(file, 'backup')), { code: 'DRAMATIS_COPY_FAILED' })

    assert.ok((await runtime.actor(Member, '0').send('score', { points: 1 })).position > 0)
  })

  test('a backup within the data directory, beside another one, or of memory is refused', async (t) => {
    const directory = await copyOf(t, sound)
    const runtime = await openClub(directory)
    const inMemory = directory.closing(await openRuntime({ app: club }))
    const root = dirname(directory.path)
    const refused = { code: 'DRAMATIS_INVALID_ARGUMENT' }

    const first = runtime.backup(join(root, 'first'))

    await assert.rejects(runtime.backup(join(root, 'second')), refused)
    await assert.rejects(runtime.backup(directory.path), refused)
    await assert.rejects(runtime.backup(join(directory.path, 'backup')), refused)
    await assert.rejects(runtime.backup(root), refused)
    await assert.rejects(runtime.backup(''), refused)
    await assert.rejects(runtime.backup(join(root, 'x'), { compact: true } as never), refused)
    await assert.rejects(inMemory.backup(join(root, 'memory')), refused)
    await first
  })

  test('a store whose lock file is gone is not restored from while its owner lives', async (t) => {
    const directory = await TemporaryDirectory.make(t)
    const target = join(dirname(directory.path), 'restored')
    const owner = startChild(t, 'appending.js', [directory.path, '1'])
    assert.equal(await owner.nextLine(), 'epoch 1')
    await rm(join(directory.path, 'lock'))

    await assert.rejects(restoreStore(directory.path, target), {
      code: 'DRAMATIS_STORE_LOCKED',
      ownerPid: owner.pid,
    })

    assert.equal(existsSync(target), false)
  })

  test('a store that was written to while it was copied is not restored from', async (t) => {
    const directory = await copyOf(t, sound)
    const target = join(dirname(directory.path), 'restored')
    const script = fileURLToPath(new URL('../../store/children/appending.js', import.meta.url))
    let hasAppended = false

    const restoring = restoreStore(directory.path, target, {
      onProgress: ({ part }) => {
        if (part !== 'keys' || hasAppended) return
        hasAppended = true
        // It has ended before the copying goes on.
        spawnSync(process.execPath, [script, directory.path, '1'], { input: '' })
      },
    })

    await assert.rejects(restoring, { code: 'DRAMATIS_STORE_CHANGED', environment: 'log' })
    assert.equal(existsSync(target), false)
    assert.equal(existsSync(`${target}.unfinished`), false)
  })

  test('where nothing can be written, nothing is restored or backed up, and the directory is named', async (t) => {
    const directory = await copyOf(t, sound)
    const root = dirname(directory.path)
    await writeFile(join(root, 'a file'), '')
    const runtime = await openClub(await copyOf(t, sound))

    for (const name of ['a file', 'a file/below', 'x'.repeat(250), 'y'.repeat(300)]) {
      const refused = { code: 'DRAMATIS_COPY_FAILED', directory: join(root, name) }
      await assert.rejects(restoreStore(directory.path, join(root, name)), refused)
      await assert.rejects(runtime.backup(join(root, name)), refused)
    }
  })

  test('a store that is open is not restored from, and a damaged one is refused', async (t) => {
    const directory = await copyOf(t, sound)
    const runtime = await openClub(directory)
    const target = join(dirname(directory.path), 'restored')

    await assert.rejects(restoreStore(directory.path, target), { code: 'DRAMATIS_STORE_LOCKED' })
    await runtime.close()
    await writeFile(join(directory.path, 'keys', 'slots'), Buffer.alloc(64 * 40))
    await assert.rejects(restoreStore(directory.path, target), { code: 'DRAMATIS_STORE_UNSOUND' })

    assert.equal(existsSync(target), false)
    assert.equal(existsSync(`${target}.unfinished`), false)
  })
})

/** What is acknowledged survives: crashes, power cuts (as far as system calls tell), clocks. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { ManualClock } from '../../../src/base/manual-clock.js'
import { appendEvents } from '../../../src/store/append.js'
import { readLog } from '../../../src/store/read-log.js'
import { collect, sampleAppend } from '../../../src/testing/index.js'
import { startChild } from '../children/child.js'
import { TemporaryDirectory } from '../temporary.js'

test('everything acknowledged before a kill -9 is there afterwards, dense and sound', async (t) => {
  const directory = await TemporaryDirectory.make(t)

  for (const groups of [1, 7, 40]) {
    const child = startChild(t, 'appending.js', [directory.path, '1000000'])
    await child.nextLine()
    let acknowledged = 0
    for (let group = 0; group < groups; group++) {
      acknowledged = Number((await child.nextLine())?.split(' ')[1])
    }
    await child.kill()

    const store = await directory.openStore()
    const events = await collect(readLog(store))
    assert.ok(store.head >= acknowledged)
    assert.equal(store.head % 3, 0, 'a group is there whole or not at all')
    assert.deepEqual(
      events.map((event) => event.position),
      Array.from({ length: store.head }, (_, at) => at + 1),
    )
    const stream = await collect(store.readStream('Account-1'))
    assert.equal(stream.length, (store.head / 3) * 2)
    await store.close()
  }
})

test('a commit is flushed, data before meta page, before it is acknowledged', async (t) => {
  if (!canTrace()) return t.skip('strace cannot be used here')
  const directory = await TemporaryDirectory.make(t)
  const trace = join(dirname(directory.path), 'trace')
  const calls = 'trace=fdatasync,pwrite64,pwritev,writev,write'
  const child = startChild(
    t,
    'appending.js',
    [directory.path, '20'],
    ['strace', '-f', '-s', '16', '-e', calls, '-o', trace],
  )
  for (let line = await child.nextLine(); line !== 'done'; line = await child.nextLine()) {
    assert.ok(line !== undefined)
  }

  const between = callsBetweenAcknowledgements(await readFile(trace, 'utf8'))

  assert.equal(between.length, 20)
  for (const calls of between) assert.match(calls, /data.*flush.*meta/)
})

test('a commit that LMDB refuses stops the store, which reopens with what was acknowledged', async (t) => {
  if (process.platform !== 'linux') return t.skip('the limit on file sizes is set through bash')
  const directory = await TemporaryDirectory.make(t)
  const limited = ['bash', '-c', 'ulimit -f 4000; exec "$0" "$@"']

  const child = startChild(t, 'filling.js', [directory.path], limited)

  assert.equal(await child.nextLine(), 'DRAMATIS_COMMIT_UNKNOWN stopped')
  assert.equal(await child.nextLine(), 'open 0 0')
  assert.equal(await child.nextLine(), 'closed')
})

test('recordedAt never decreases across restarts with a clock that was set back', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const late = await directory.openStore({ clock: new ManualClock(2_000_000) })
  await appendEvents(late, [sampleAppend('1', 'none', 1)])
  await late.close()

  const early = await directory.openStore({ clock: new ManualClock(1_000_000) })
  await appendEvents(early, [sampleAppend('1', 1, 2)])

  const events = await collect(readLog(early))
  assert.deepEqual(
    events.map((event) => event.recordedAt.getTime()),
    [2_000_000, 2_000_000],
  )
})

function canTrace(): boolean {
  return spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0
}

/**
 * For each `head` that the child said, what LMDB had finished since the one before: `data` pages
 * written, `flush` by fdatasync, `meta` page written through the descriptor opened with O_DSYNC.
 */
function callsBetweenAcknowledgements(trace: string): string[] {
  const between: string[] = []
  let calls = ''
  for (const line of trace.split('\n')) {
    if (/pwritev\(|writev\(|pwrite64\(.*, \d{4,}, \d+\)/.test(line)) calls += 'data '
    else if (/fdatasync.* = 0/.test(line)) calls += 'flush '
    else if (/pwrite64\(.*, 128, \d+\) += 128/.test(line)) calls += 'meta '
    else if (/write\(1, "epoch/.test(line)) calls = ''
    else if (/write\(1, "head/.test(line)) {
      between.push(calls)
      calls = ''
    }
  }
  return between
}

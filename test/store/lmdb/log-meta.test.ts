/** Law: what a log says of itself is read as it was written, or opening is refused and changes nothing. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../../src/base/clock.js'
import { verifyStore } from '../../../src/index.js'
import { openEnvironment, openTable } from '../../../src/store/lmdb/environment.js'
import { textKeys } from '../../../src/store/lmdb/keys.js'
import { openLmdbEventStore } from '../../../src/store/lmdb/lmdb-event-store.js'
import { readFormat, writeFormat, writeMeta } from '../../../src/store/lmdb/log-meta.js'
import { TemporaryDirectory } from '../temporary.js'

/** A store that had one owner, who was killed: its process id is not given up. */
async function makeStore(directory: TemporaryDirectory): Promise<string> {
  const store = await openLmdbEventStore(directory.path, { clock: systemClock })
  await store.close()
  await changeMeta(directory, (meta) => writeMeta(meta, 'owner', 1))
  return store.storeId
}

async function changeMeta<R>(
  { path }: TemporaryDirectory,
  change: (meta: ReturnType<typeof openTable<string>>) => R,
): Promise<R> {
  const environment = await openEnvironment(`${path}/log`, 'flush')
  try {
    const meta = openTable(environment, 'meta', textKeys)
    return meta.transactionSync(() => change(meta))
  } finally {
    await environment.close()
  }
}

/** Every byte flipped, every shorter value, none at all, and one that is a value of another name. */
function damagesOf(bytes: Buffer, other: Buffer): (Buffer | null)[] {
  const flipped = [...bytes.keys()].map((at) => {
    const copy = Buffer.from(bytes)
    copy[at]! ^= 1 << (at % 8)
    return copy
  })
  return [...flipped, ...[...bytes.keys()].map((at) => bytes.subarray(0, at)), other]
}

function readBytes(directory: TemporaryDirectory, name: string): Promise<Buffer> {
  return changeMeta(directory, (meta) => Buffer.from(meta.getBinary(name)!))
}

function put(directory: TemporaryDirectory, name: string, bytes: Buffer | null): Promise<unknown> {
  return changeMeta(directory, (meta) =>
    bytes === null ? meta.removeSync(name) : meta.putSync(name, bytes),
  )
}

for (const name of ['storeId', 'epoch', 'owner'] as const) {
  test(`a store whose ${name} is not what was written is refused, and goes on once it is`, async (t) => {
    const directory = await TemporaryDirectory.make(t)
    const storeId = await makeStore(directory)
    const sound = await readBytes(directory, name)
    const other = await readBytes(directory, name === 'epoch' ? 'storeId' : 'epoch')
    const damages = [...damagesOf(sound, other), ...(name === 'owner' ? [] : [null])]

    for (const bytes of damages) {
      await put(directory, name, bytes)
      await assert.rejects(
        openLmdbEventStore(directory.path, { clock: systemClock }),
        { code: 'DRAMATIS_DAMAGED_TABLE', table: 'meta', message: new RegExp(`found .*${name}`) },
        `${name}: ${bytes?.toString('hex')}`,
      )
    }

    const { findings } = await verifyStore(directory.path)
    assert.deepEqual(
      findings.map(({ kind, key }) => [kind, key]),
      [['meta', name]],
    )
    await put(directory, name, sound)
    const store = await directory.openStore()
    assert.deepEqual([store.storeId, store.epoch], [storeId, 2])
  })
}

test('a format that cannot be read is another format', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  await makeStore(directory)
  const refused = { code: 'DRAMATIS_FORMAT_VERSION', formatActual: null, message: /none that can/ }

  for (const hex of ['', 'c1', 'c0', 'a3616263', '93']) {
    await put(directory, 'format', Buffer.from(hex, 'hex'))
    await assert.rejects(openLmdbEventStore(directory.path, { clock: systemClock }), refused, hex)
    await assert.rejects(verifyStore(directory.path), refused, hex)
  }
})

test('a format is told as it is, and whether there is one', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  await makeStore(directory)

  const formats = await changeMeta(directory, (meta) => {
    writeFormat(meta, 41)
    const written = readFormat(meta)
    meta.removeSync('format')
    return [written, readFormat(meta)]
  })

  assert.deepEqual(formats, [41, undefined])
})

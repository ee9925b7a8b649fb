/** Exports and imports: the same bytes again, all or nothing, and going on after an interruption. */

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { appendFile, mkdir, readFile, rename, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { EventStore } from '../../src/store/contracts.js'
import type { FileUnavailableError } from '../../src/store/exchange/exchange-errors.js'
import { exportToFile } from '../../src/store/exchange/export-file.js'
import { acceptExport, importFromFile } from '../../src/store/exchange/import-file.js'
import { collect } from '../../src/testing/index.js'
import { arbitraryPayload } from '../events/arbitrary-values.js'
import {
  clock,
  exportAll,
  fill,
  importAll,
  interruptAt,
  makeDirectory,
  openMemory,
  samplesOf,
} from './exchange/exchanging.js'
import { TemporaryDirectory } from './temporary.js'

const arbitrarySamples = fc.array(
  fc.record({
    stream: fc.constantFrom('1', '2', '3'),
    type: fc.constantFrom('Opened', 'Moved'),
    data: arbitraryPayload,
    lateMs: fc.integer({ min: 0, max: 3 }),
    passedMs: fc.integer({ min: 0, max: 10 }),
  }),
  { maxLength: 30 },
)

test('export, import, export: the same bytes, and the same events', async (t) => {
  const directory = await makeDirectory(t)
  let run = 0
  await fc.assert(
    fc.asyncProperty(arbitrarySamples, async (samples) => {
      const [first, second] = [`${directory}/${++run}.first`, `${directory}/${run}.second`]
      const store = await openMemory()
      await fill(store, samples)
      const copy = await openMemory()

      const exported = await exportAll(store, first)
      const imported = await importAll(copy, first)
      await exportAll(copy, second)

      assert.equal(imported.eventsWritten, samples.length)
      assert.equal(exported.events, samples.length)
      assert.deepEqual(await readFile(second), await readFile(first))
      const read = (from: EventStore) => from.readBatch({ after: 0, eventsMax: 1_000 })
      assert.deepEqual((await read(copy)).events, (await read(store)).events)
      await store.close()
      await copy.close()
    }),
    { numRuns: 40 },
  )
})

test('an LMDB store gives the same bytes as the memory store that it was imported from', async (t) => {
  const directory = await makeDirectory(t)
  const store = await openMemory()
  await fill(store, samplesOf(3_000))
  const lmdb = await (await TemporaryDirectory.make(t)).openStore({ clock })

  await exportAll(store, join(directory, 'first'))
  await importAll(lmdb, join(directory, 'first'))
  await exportAll(lmdb, join(directory, 'second'))

  assert.deepEqual(
    await readFile(join(directory, 'second')),
    await readFile(join(directory, 'first')),
  )
  assert.deepEqual(
    await collect(lmdb.readStream('Thing-3')),
    await collect(store.readStream('Thing-3')),
  )
})

describe('an export', () => {
  test('that was interrupted goes on where it stopped, while the store grows', async (t) => {
    const directory = await makeDirectory(t)
    const store = await openMemory()
    await fill(store, samplesOf(3_000))
    const range = { after: 0, to: store.head }
    await exportAll(store, join(directory, 'whole'))
    const file = join(directory, 'events')

    await assert.rejects(exportAll(store, file, interruptAt(2)), { message: 'interrupted' })
    await appendFile(`${file}.partial`, '{"position":1025,"id":"Thi')
    await fill(store, samplesOf(10))
    const steps: number[] = []
    const result = await exportToFile(store, file, { ...range, to: store.head }, clock, {
      onProgress: ({ position }) => steps.push(position),
    })

    assert.equal(result.to, range.to)
    assert.ok(steps[0]! > 1_024)
    assert.deepEqual(await readFile(file), await readFile(join(directory, 'whole')))
    assert.equal(existsSync(`${file}.partial`), false)
  })

  test('is written under its name only when it is whole', async (t) => {
    const directory = await makeDirectory(t)
    const store = await openMemory()
    await fill(store, samplesOf(3_000))

    await assert.rejects(exportAll(store, join(directory, 'events'), interruptAt(1)))

    assert.equal(existsSync(join(directory, 'events')), false)
  })

  test('never writes over a file', async (t) => {
    const directory = await makeDirectory(t)
    const file = join(directory, 'events')
    await writeFile(file, 'precious')

    await assert.rejects(exportAll(await openMemory(), file), {
      code: 'DRAMATIS_INVALID_ARGUMENT',
    })

    assert.equal(await readFile(file, 'utf8'), 'precious')
  })

  test('that was whole, but not yet under its name, is made again from what is there', async (t) => {
    const file = join(await makeDirectory(t), 'events')
    const store = await openMemory()
    await fill(store, samplesOf(20))
    await exportAll(store, file)
    const whole = await readFile(file)
    await rename(file, `${file}.partial`)

    const { events } = await exportAll(store, file)

    assert.equal(events, 20)
    assert.deepEqual(await readFile(file), whole)
  })

  test('is not taken up from a part of another range', async (t) => {
    const file = join(await makeDirectory(t), 'events')
    const store = await openMemory()
    await fill(store, samplesOf(3_000))
    await assert.rejects(exportAll(store, file, interruptAt(2)))

    await assert.rejects(exportToFile(store, file, { after: 10, to: 3_000 }, clock, {}), {
      code: 'DRAMATIS_EXPORT_DAMAGED',
      line: 1,
      message: /an export of \(0, 3000\], not of \(10, 3000\]/,
    })
  })

  test('says which file it cannot write, and what to do', async (t) => {
    const directory = await makeDirectory(t)
    const store = await openMemory()
    await fill(store, samplesOf(20))
    await writeFile(join(directory, 'a file'), '')
    await mkdir(join(directory, 'taken.partial'))
    const impossible = {
      'no directory/events': 'ENOENT',
      'a file/events': 'ENOTDIR',
      taken: 'EISDIR',
      ['x'.repeat(250)]: 'ENAMETOOLONG',
    }

    for (const [name, code] of Object.entries(impossible)) {
      const file = join(directory, name)
      await assert.rejects(exportAll(store, file), (error: FileUnavailableError) => {
        assert.equal(error.code, 'DRAMATIS_FILE_UNAVAILABLE')
        assert.ok(error.file.startsWith(file))
        assert.match(error.message, new RegExp(`${code}.* (Name|room)`))
        return true
      })
    }
    await assert.rejects(exportAll(store, directory), { code: 'DRAMATIS_INVALID_ARGUMENT' })
  })

  test('is not taken up from a part that another store wrote', async (t) => {
    const directory = await makeDirectory(t)
    const file = join(directory, 'events')
    const [store, other] = [await openMemory(), await openMemory()]
    await fill(store, samplesOf(3_000))
    clock.advance(1)
    await fill(other, samplesOf(3_000))
    await assert.rejects(exportAll(other, file, interruptAt(2)))
    const before = await readFile(`${file}.partial`)

    await assert.rejects(exportAll(store, file), {
      code: 'DRAMATIS_EXPORT_DAMAGED',
      file: `${file}.partial`,
    })

    assert.deepEqual(await readFile(`${file}.partial`), before)
  })
})

describe('an import', () => {
  test('that was interrupted goes on where the store ends', async (t) => {
    const file = join(await makeDirectory(t), 'events')
    const store = await openMemory()
    await fill(store, samplesOf(5_000))
    await exportAll(store, file)
    const copy = await openMemory()
    const writing = new AbortController()

    await assert.rejects(
      importAll(copy, file, {
        signal: writing.signal,
        onProgress: ({ step }) => step === 'writing' && writing.abort(new Error('interrupted')),
      }),
      { message: 'interrupted' },
    )
    const written = copy.head
    const result = await importAll(copy, file)

    assert.ok(written > 0)
    assert.ok(written < 5_000)
    assert.deepEqual(result, {
      after: 0,
      to: 5_000,
      events: 5_000,
      eventsWritten: 5_000 - written,
    })
  })

  test('that is repeated writes nothing', async (t) => {
    const file = join(await makeDirectory(t), 'events')
    const store = await openMemory()
    await fill(store, samplesOf(20))
    await exportAll(store, file)

    const result = await importAll(store, file)

    assert.equal(result.eventsWritten, 0)
    assert.equal(store.head, 20)
  })

  test('continues a store that ends where the export begins', async (t) => {
    const directory = await makeDirectory(t)
    const store = await openMemory()
    await fill(store, samplesOf(50))
    await exportAll(store, join(directory, 'first'))
    await fill(store, samplesOf(30))
    const range = { after: 50, to: 80 }
    await exportToFile(store, join(directory, 'second'), range, clock, {})
    const copy = await openMemory()

    await importAll(copy, join(directory, 'first'))
    await importAll(copy, join(directory, 'second'))

    assert.deepEqual(
      await collect(copy.readStream('Thing-1')),
      await collect(store.readStream('Thing-1')),
    )
  })

  test('is refused by a store with other events, which stays as it was', async (t) => {
    const file = join(await makeDirectory(t), 'events')
    const [store, other] = [await openMemory(), await openMemory()]
    await fill(store, samplesOf(20))
    clock.advance(1)
    await fill(other, samplesOf(10))
    await exportAll(store, file)

    await assert.rejects(importAll(other, file), { code: 'DRAMATIS_IMPORT_REFUSED', head: 10 })

    assert.equal(other.head, 10)
  })

  test('of nothing says that nothing is left to do', async (t) => {
    const file = join(await makeDirectory(t), 'events')
    await exportAll(await openMemory(), file)
    const told: unknown[] = []

    await importAll(await openMemory(), file, {
      onProgress: ({ step, position, to, etaMs }) => told.push([step, position, to, etaMs]),
    })

    assert.deepEqual(told, [['writing', 0, 0, 0]])
  })

  test('is refused by a store that went on since the file was checked', async (t) => {
    const file = join(await makeDirectory(t), 'events')
    const store = await openMemory()
    await fill(store, samplesOf(20))
    await exportAll(store, file)
    const copy = await openMemory()
    const accepted = await acceptExport(copy, file, clock, {})
    await fill(copy, samplesOf(2))

    await assert.rejects(importFromFile(copy, file, accepted, clock, {}), {
      code: 'DRAMATIS_IMPORT_REFUSED',
      head: 2,
    })

    assert.equal(copy.head, 2)
  })

  test('of a file that was changed since it was checked is never taken for good', async (t) => {
    const file = join(await makeDirectory(t), 'events')
    const store = await openMemory()
    await fill(store, samplesOf(20))
    await exportAll(store, file)
    const copy = await openMemory()
    const accepted = await acceptExport(copy, file, clock, {})
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace('"data":{"at":7}', '"data":{"at":8}'))

    await assert.rejects(importFromFile(copy, file, accepted, clock, {}), {
      code: 'DRAMATIS_IMPORT_UNVERIFIED',
      file,
    })
  })

  test('is refused by a store that ends before the export begins', async (t) => {
    const file = join(await makeDirectory(t), 'events')
    const store = await openMemory()
    await fill(store, samplesOf(20))
    await exportToFile(store, file, { after: 10, to: 20 }, clock, {})
    const copy = await openMemory()

    await assert.rejects(importAll(copy, file), { code: 'DRAMATIS_IMPORT_REFUSED', head: 0 })
  })
})

describe('a damaged export is refused before anything is written:', () => {
  const damages: Record<string, (text: string) => string> = {
    'an empty file': () => '',
    'no header': (text) => text.slice(text.indexOf('\n') + 1),
    'a newer format': (text) => text.replace('"format":1', '"format":2'),
    'no end': (text) => text.slice(0, text.lastIndexOf('{"end"')),
    'one that is cut off': (text) => text.slice(0, text.length / 2),
    'a line more behind the end': (text) => `${text}{"position":21}\n`,
    'a part of a line behind the end': (text) => `${text}{"pos`,
    'a line less': (text) => withLines(text, (lines) => lines.toSpliced(5, 1)),
    'a line twice': (text) => withLines(text, (lines) => lines.toSpliced(5, 0, lines[5]!)),
    'two lines changed over': (text) =>
      withLines(text, (lines) => lines.toSpliced(5, 2, lines[6]!, lines[5]!)),
    'another payload': (text) => text.replace('"data":{"at":7}', '"data":{"at":8}'),
    'another id': (text) => text.replace('Thing-3@1', 'Thing-3@2'),
    'another version': (text) =>
      text
        .replace('Thing-3@1', 'Thing-3@2')
        .replace('"aggregateId":"3","version":1', '"aggregateId":"3","version":2'),
    'an unknown field': (text) => text.replace('"data":{"at":7}', '"date":1,"data":{"at":7}'),
    'a time that is none': (text) => text.replace(/"recordedAt":"[^"]+"/, '"recordedAt":"soon"'),
    'no commandId': (text) => text.replace('"commandId":"c1",', ''),
    'no range': (text) => text.replace('"after":0', '"after":-1'),
    'a range that ends before its events do': (text) => text.replace('"to":20', '"to":19'),
    'an end of another position': (text) => text.replace('{"end":20', '{"end":19'),
    'an end that counts other events': (text) => text.replace('"events":20', '"events":21'),
    'an end without a checksum': (text) => text.replace(/"sha256":"[^"]+"/, '"sha256":7'),
    'a time that goes back': (text) =>
      withLines(text, (lines) =>
        lines.with(
          20,
          lines[20]!.replace(/"recordedAt":"[^"]+"/, '"recordedAt":"1970-01-01T00:00:00.000Z"'),
        ),
      ),
    'no JSON': (text) => withLines(text, (lines) => lines.with(5, '{"position":')),
  }

  for (const [name, damage] of Object.entries(damages)) {
    test(name, async (t) => {
      const file = join(await makeDirectory(t), 'events')
      const store = await openMemory()
      await fill(store, samplesOf(20))
      await exportAll(store, file)
      const text = await readFile(file, 'utf8')
      assert.notEqual(damage(text), text)
      await writeFile(file, damage(text))
      const copy = await openMemory()

      await assert.rejects(importAll(copy, file), { code: 'DRAMATIS_EXPORT_DAMAGED', file })

      assert.equal(copy.head, 0)
    })
  }

  test('any one byte', async (t) => {
    const file = join(await makeDirectory(t), 'events')
    const store = await openMemory()
    await fill(store, samplesOf(20))
    await exportAll(store, file)
    const sound = await readFile(file)
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: sound.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, change) => {
          const damaged = Buffer.from(sound)
          damaged[at]! ^= change
          await truncate(file, 0)
          await writeFile(file, damaged)
          const copy = await openMemory()

          await assert.rejects(importAll(copy, file), { name: /Export|Import/ })

          assert.equal(copy.head, 0)
        },
      ),
      { numRuns: 60 },
    )
  })
})

function withLines(text: string, change: (lines: string[]) => string[]): string {
  return change(text.split('\n')).join('\n')
}

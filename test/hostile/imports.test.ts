/**
 * Exports made by hand, each with a right checksum: every line is refused before anything is written, or comes
 * out of the store as it went in.
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { after, describe, type TestContext, test } from 'node:test'
import { ManualClock } from '../../src/base/manual-clock.js'
import { importLog } from '../../src/index.js'
import { exportToFile } from '../../src/store/exchange/export-file.js'
import { acceptExport, importFromFile } from '../../src/store/exchange/import-file.js'
import { openMemoryEventStore } from '../../src/store/memory/memory-event-store.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { count } from '../support/counts.js'

type Line = Record<string, unknown>

const clock = new ManualClock()
let tried = 0

after(() => count('hostile values', tried))

const ids = { commandId: 'c', correlationId: 'c', causationId: 'c' }

/** A line that is sound behind those before it. */
function line(position: number, more: Line = {}): Line {
  return {
    position,
    id: `Thing-1@${position}`,
    aggregateType: 'Thing',
    aggregateId: '1',
    version: position,
    type: 'Happened',
    schemaVersion: 1,
    recordedAt: '2024-01-01T00:00:00.000Z',
    metadata: ids,
    data: { a: 1, b: 2 },
    ...more,
  }
}

/** The text of an export of these lines, whose end fits them. */
function exported(lines: readonly (Line | string)[], header?: string): string {
  const to = lines.length
  const first = header ?? JSON.stringify({ dramatis: 'export', format: 1, after: 0, to })
  const texts = lines.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)))
  const text = `${[first, ...texts].join('\n')}\n`
  const sha256 = createHash('sha256').update(text).digest('hex')
  return `${text}${JSON.stringify({ end: to, events: to, sha256 })}\n`
}

/** Of one line in the middle, as text. */
function changed(from: string, to: string): string {
  const text = JSON.stringify(line(2))
  assert.ok(text.includes(from))
  return exported([line(1), text.replace(from, to), line(3)])
}

const deep = '['.repeat(100_000) + ']'.repeat(100_000)
const deepObject = '{"a":'.repeat(100_000) + 1 + '}'.repeat(100_000)
const closed = { type: '$StreamClosed', data: {} }
const deleted = { type: '$StreamDeleted', data: {} }

const refused: Readonly<Record<string, string>> = {
  'lists 100,000 deep': changed('"a":1', `"a":${deep}`),
  'objects 100,000 deep': changed('"a":1', `"a":${deepObject}`),
  'a line 100,000 deep': exported([line(1), deep]),
  'metadata 100,000 deep': changed('"commandId":"c"', `"commandId":"c","x":${deep}`),
  'a million values': changed('"a":1', `"a":[${'0,'.repeat(1_000_001)}0]`),
  'a text beyond the bound': changed('"a":1', `"a":"${'x'.repeat(2 ** 26 + 1)}"`),
  'a user that is null': changed('"causationId":"c"', '"causationId":"c","userId":null'),
  'a user that is a number': changed('"causationId":"c"', '"causationId":"c","userId":7'),
  'a hash that is a list': changed('"causationId":"c"', '"causationId":"c","commandHash":[]'),
  'an id that is an object': changed('"commandId":"c"', '"commandId":{}'),
  'ids in another order': changed(
    '"commandId":"c","correlationId":"c"',
    '"correlationId":"c","commandId":"c"',
  ),
  'fields in another order': changed('"a":1,"b":2', '"b":2,"a":1'),
  'a field twice': changed('"a":1', '"a":1,"a":1'),
  'a zero with a sign': changed('"a":1', '"a":-0'),
  'a number written otherwise': changed('"a":1', '"a":1.0'),
  'a number beyond all numbers': changed('"a":1', '"a":1e999'),
  'a text written otherwise': changed('"a":1', '"a":"\\u0061"'),
  'a time written otherwise': changed('2024-01-01T00:00:00.000Z', '2024-01-01'),
  'a time before the epoch': changed('2024-01-01T00:00:00.000Z', '1960-01-01T00:00:00.000Z'),
  'when it happened, said twice': changed(
    '"metadata"',
    '"occurredAt":"2024-01-01T00:00:00.000Z","metadata"',
  ),
  'a space': changed('"a":1', '"a": 1'),
  'a carriage return': changed('}}', '}}\r'),
  'a byte order mark': changed('{"position"', '\ufeff{"position"'),
  'a key __proto__': changed('"a":1', '"__proto__":{"admin":true}'),
  'a line with __proto__': changed('"data"', '"__proto__":{},"data"'),
  'a lone surrogate': changed('"a":1', '"a":"\\ud800"'),
  'a key with a lone surrogate': changed('"a":1', '"\\udc00":1'),
  'bytes written otherwise': changed('"a":1', '"a":{"$bytes":"AQI"}'),
  'a tag that nobody knows': changed('"a":1', '"a":{"$function":"1"}'),
  'a date that is none': changed('"a":1', '"a":{"$date":"+275760-09-13T00:00:00.001Z"}'),
  'a bigint of more than 64 bits': changed('"a":1', '"a":{"$bigint":"18446744073709551616"}'),
  'a type __proto__': changed('"Happened"', '"__proto__"'),
  'a type with a dash': changed('"Happened"', '"Happened-1"'),
  'an actor without a name': changed('"aggregateType":"Thing"', '"aggregateType":""'),
  'an id with NUL': changed('"aggregateId":"1"', '"aggregateId":"\\u0000"'),
  'an id of 10,000 characters': changed(
    '"aggregateId":"1"',
    `"aggregateId":"${'1'.repeat(10_000)}"`,
  ),
  'an id that is a list': changed('"aggregateId":"1"', '"aggregateId":["1"]'),
  'a version ahead': changed('"version":2', '"version":3'),
  'a version beyond 32 bits': changed('"version":2', '"version":4294967297'),
  'a position of another': changed('"position":2', '"position":3'),
  'a position with a fraction': changed('"position":2', '"position":2.5'),
  'data that is a list': changed('{"a":1,"b":2}', '[1,2]'),
  'data that is null': changed('{"a":1,"b":2}', 'null'),
  'no line at all': exported([line(1), '']),
  'a line that is null': exported([line(1), 'null']),
  'bytes that are no UTF-8': exported([line(1)]).replace('Happened', 'Happ\udfffned'),
  'an event behind the end of its stream': exported([line(1), line(2, closed), line(3)]),
  'a second end': exported([line(1), line(2, closed), line(3, closed)]),
  'an event behind a deletion': exported([line(1, deleted), line(2)]),
  'a deletion behind what it deletes': exported([line(1), line(2, closed), line(3, deleted)]),
  'a header that says more': exported(
    [line(1)],
    JSON.stringify({ dramatis: 'export', format: 1, after: 0, to: 1, more: 1 }),
  ),
  'a header in another order': exported(
    [line(1)],
    JSON.stringify({ format: 1, dramatis: 'export', after: 0, to: 1 }),
  ),
  'a header with another format': exported(
    [line(1)],
    JSON.stringify({ dramatis: 'export', format: '1', after: 0, to: 1 }),
  ),
  'a header that ends nowhere': exported(
    [line(1)],
    JSON.stringify({ dramatis: 'export', format: 1, after: 0, to: Number.MAX_SAFE_INTEGER }),
  ),
  'a header that is null': exported([line(1)], 'null'),
  'a header 100,000 deep': exported([line(1)], deep),
  'no header': exported([line(1)], ''),
  nothing: '',
  'a newline': '\n',
  NULs: '\0'.repeat(10_000),
  'one line of 8 MiB': 'x'.repeat(2 ** 23),
}

const accepted: Readonly<Record<string, string>> = {
  'values of all kinds': exported([
    line(1, {
      data: {
        a: { $bytes: 'AQID' },
        b: { $date: '+275760-09-13T00:00:00.000Z' },
        c: { $bigint: '-9223372036854775808' },
        constructor: 1,
        d: { $$date: 7, toString: null, valueOf: [] },
        e: [5e-324, 1.7976931348623157e308, 2 ** 53],
      },
    }),
  ]),
  '100 levels': exported([
    line(1, { data: JSON.parse(`${'{"a":'.repeat(100)}{}${'}'.repeat(100)}`) }),
  ]),
  'a text of 10 MB': exported([line(1, { data: { a: 'x'.repeat(10_000_000) } })]),
  'keys like numbers': exported([
    line(1, { data: { 1: 1, 10: 2, 9: 3, a: 4 }, metadata: { 7: 'x', ...ids, z: null } }),
  ]),
  'an id with everything': exported([
    line(1, {
      id: `Thing-../..\\"'$\u0001\u{1f600}-@1`,
      aggregateId: `../..\\"'$\u0001\u{1f600}-`,
    }),
  ]),
  'ten thousand fields': exported([
    line(1, {
      data: Object.fromEntries(
        Array.from({ length: 10_000 }, (_each, at) => [`f${at + 10_000}`, at]),
      ),
    }),
  ]),
  'a stream that is closed': exported([line(1), line(2, closed)]),
  'a stream that is deleted': exported([line(1, deleted), line(2, deleted)]),
}

async function fileOf(t: TestContext, text: string): Promise<string> {
  tried++
  const directory = await TemporaryDirectory.make(t)
  const file = `${directory.path}.export`
  await writeFile(file, text.includes('\udfff') ? Buffer.from(text, 'latin1') : text)
  return file
}

async function importFile(store: Awaited<ReturnType<typeof openMemoryEventStore>>, file: string) {
  return importFromFile(store, file, await acceptExport(store, file, clock, {}), clock, {})
}

describe('an export is refused, and nothing of it written, that has', () => {
  for (const [name, text] of Object.entries(refused)) {
    test(name, async (t) => {
      const file = await fileOf(t, text)
      const store = await openMemoryEventStore({ clock })

      await assert.rejects(importFile(store, file), { code: 'DRAMATIS_EXPORT_DAMAGED' })

      assert.equal(store.head, 0)
      await importFile(store, await fileOf(t, exported([line(1), line(2)])))
      assert.equal(store.head, 2)
    })
  }
})

describe('an export comes out as it went in that has', () => {
  for (const [name, text] of Object.entries(accepted)) {
    test(name, async (t) => {
      const file = await fileOf(t, text)
      const store = await openMemoryEventStore({ clock, recordBytesMax: 2 ** 30 })

      const { to } = await importFile(store, file)

      await exportToFile(store, `${file}.again`, { after: 0, to }, clock, {})
      assert.equal(await readFile(`${file}.again`, 'utf8'), text)
    })
  }
})

test('what goes on behind events of the store is held to their ends too', async (t) => {
  const store = await openMemoryEventStore({ clock })
  await importFile(store, await fileOf(t, exported([line(1), line(2, closed)])))

  for (const more of [{}, closed]) {
    const file = await fileOf(t, exported([line(1), line(2, closed), line(3, more)]))
    await assert.rejects(importFile(store, file), { code: 'DRAMATIS_EXPORT_DAMAGED' })
  }

  assert.equal(store.head, 2)
})

test('a hostile export makes no directory', async (t) => {
  const file = await fileOf(t, refused['lists 100,000 deep']!)
  const dataDir = `${file}.data`

  await assert.rejects(importLog({ file, dataDir }), { code: 'DRAMATIS_EXPORT_DAMAGED', line: 3 })

  assert.ok(!existsSync(dataDir))
})

/** The CSV reader of the demo, on what RFC 4180 allows and on what it does not. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCsv } from '../../actors/demo/csv.js'

test('plain lines become records by the names of the header', () => {
  assert.deepEqual(parseCsv('a,b\n1,2\n3,\n', 'file', ['a']), [
    { a: '1', b: '2' },
    { a: '3', b: '' },
  ])
})

test('quotes protect commas, line breaks and doubled quotes', () => {
  const text = 'a,b\r\n"x, y","say ""hi""\r\nthere"\r\n"",""""\r\n'

  assert.deepEqual(parseCsv(text, 'file', []), [
    { a: 'x, y', b: 'say "hi"\r\nthere' },
    { a: '', b: '"' },
  ])
})

test('a byte order mark, blank lines and a missing last line end do not matter', () => {
  assert.deepEqual(parseCsv('\uFEFFa,b\n\n1,2\n\n3,', 'file', ['a', 'b']), [
    { a: '1', b: '2' },
    { a: '3', b: '' },
  ])
})

test('an empty field after the last comma of the file counts', () => {
  assert.deepEqual(parseCsv('a,b\n1,', 'file', []), [{ a: '1', b: '' }])
})

test('a missing column is named, with those that are there', () => {
  assert.throws(() => parseCsv('a,b\n', 'orders.csv', ['order_id']), {
    name: 'InputError',
    message: "orders.csv: expected a column 'order_id', found a, b",
  })
})

test('a record of another length than the header is refused by its number', () => {
  assert.throws(() => parseCsv('a,b\n1,2\n1\n', 'orders.csv', []), {
    message: 'orders.csv, record 2: expected 2 fields, found 1',
  })
})

test('an unclosed quote and a stray one are refused by their line', () => {
  assert.throws(() => parseCsv('a\n"open', 'file', []), { message: /at line 2, an unclosed/ })
  assert.throws(() => parseCsv('a\n1\nx"y\n', 'file', []), { message: /at line 3, an unclosed/ })
})

test('an empty file is refused', () => {
  assert.throws(() => parseCsv('', 'file', []), { message: /expected a header line/ })
})

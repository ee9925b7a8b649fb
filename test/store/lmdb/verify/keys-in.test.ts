/** The keys of a table, however many there are, and as far as LMDB can read them. */

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openEnvironment, openTable } from '../../../../src/store/lmdb/environment.js'
import { textKeys } from '../../../../src/store/lmdb/keys.js'
import { keysIn } from '../../../../src/store/lmdb/verify/keys-in.js'
import { Findings } from '../../../../src/store/verification.js'
import { collect } from '../../../../src/testing/index.js'
import { TemporaryDirectory } from '../../temporary.js'

const pageBytes = 4_096
const isLeaf = 0x02

test('every key of a long table comes once, in order, and none behind where LMDB can read no more', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const environment = directory.closing(await openEnvironment(directory.path, 'flush'))
  const table = openTable(environment, 'rows', textKeys)
  const keys = Array.from({ length: 1_300 }, (_each, at) => `key-${String(at).padStart(4, '0')}`)
  await environment.batch(() => {
    for (const key of keys) void table.put(key, Buffer.alloc(20))
  })
  const findings = new Findings(10)

  const sound = (await collect(keysIn(table, 'rows', findings))).flat()
  const pieces = keysIn(table, 'rows', findings)
  const first = await pieces.next()
  damageLeavesWith(first.value!.at(-1)!, join(directory.path, 'data.mdb'))
  const rest = await collect(pieces)

  assert.deepEqual(sound, keys)
  assert.deepEqual([first.value, rest], [keys.slice(0, 512), []])
  assert.equal(findings.count, 1)
  assert.equal(findings.kept[0]?.kind, 'lmdb')
  assert.match(findings.kept[0]!.message, /Expected table rows to be readable/)
})

/** Makes pages of nothing of them, while LMDB has the file open. */
function damageLeavesWith(text: string, path: string): void {
  const bytes = readFileSync(path)
  for (let page = 0; page < bytes.length; page += pageBytes) {
    const isOne = (bytes.readUInt16LE(page + 18) & isLeaf) !== 0
    if (isOne && bytes.subarray(page, page + pageBytes).includes(text)) {
      bytes.writeUInt16LE(0, page + 18)
    }
  }
  writeFileSync(path, bytes)
}

/**
 * Where the stores of a run lie.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mountOf } from '../../../bench/report/machine.js'

const mounts = [
  'overlay / overlay rw 0 0',
  'tmpfs /tmp tmpfs rw 0 0',
  '/dev/sda1 /tmp/data ext4 rw 0 0',
  '/dev/sdb1 /tmp ext4 rw 0 0',
  '',
].join('\n')

test('a path is on the mount that is the longest above it, the last one of several on the same point', () => {
  const cases: readonly (readonly [path: string, type: string])[] = [
    ['/home/a', 'overlay'],
    ['/tmp', 'ext4'],
    ['/tmp/data/a', 'ext4'],
    ['/tmpfiles', 'overlay'],
  ]

  for (const [path, type] of cases) assert.equal(mountOf(path, mounts)?.type, type, path)
  assert.equal(mountOf('/tmp/other', mounts)?.point, '/tmp')
})

test('a system that lists no mounts tells nothing', () => {
  assert.equal(mountOf('/tmp', ''), null)
})

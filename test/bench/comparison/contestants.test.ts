/**
 * What is compared is there, and is exactly what it says it is, without anything of it being installed.
 */

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { baselineId, ceilingId, contestants } from '../../../bench/comparison/contestants.js'
import { repositoryRoot } from '../../architecture/source-files.js'

const peers = join(repositoryRoot, 'bench', 'peers')

function readJson(path: string) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

test('every program has its module, and what the others are compared to is among them', () => {
  const missing = contestants.filter(
    ({ id, isPeer }) =>
      !existsSync(join(isPeer ? peers : join(repositoryRoot, 'bench', 'comparison'), `${id}.ts`)),
  )

  assert.deepEqual(missing, [])
  for (const id of [baselineId, ceilingId]) assert.ok(contestants.some((each) => each.id === id))
})

test('the packages of the peers are named by exact versions, and locked at them', () => {
  const { dependencies, devDependencies } = readJson(join(peers, 'package.json'))
  const { packages } = readJson(join(peers, 'package-lock.json'))

  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    assert.match(String(version), /^\d+\.\d+\.\d+$/, name)
    assert.equal(packages[`node_modules/${name}`]?.version, version, name)
  }
})

test('nobody who installs the repository installs the packages of the peers', () => {
  const manifest = readJson(join(repositoryRoot, 'package.json'))
  const { dependencies } = readJson(join(peers, 'package.json'))

  assert.equal(manifest.workspaces, undefined)
  const { packages } = readJson(join(repositoryRoot, 'package-lock.json'))
  const shared = Object.keys(dependencies).filter((name) => packages[`node_modules/${name}`])
  // A schema library that the tests of the repository use as well.
  assert.deepEqual(shared, ['zod'])
})

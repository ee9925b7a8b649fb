/**
 * Opening what is there, for checking it: no environment and no table is made.
 *
 * LMDB opens a table that is missing by making it, so names are looked up first. The file of LMDB's readers, `lock.mdb`,
 * is the only thing that an opening may write.
 */

import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { TableDatabase } from '../../tables.js'
import type { Findings, StoreFinding } from '../../verification.js'
import { type Environment, openEnvironment } from '../environment.js'
import { openLmdbTables } from '../lmdb-tables.js'

/** Whether there is an environment in the directory. */
export function hasEnvironment(path: string): boolean {
  return existsSync(join(path, 'data.mdb'))
}

/** Every environment that is in a data directory, by its directory below that. */
export async function environmentsIn(dataDir: string): Promise<readonly string[]> {
  const views = join(dataDir, 'views')
  const names = existsSync(views) ? (await readdir(views)).sort() : []
  const known = ['log', 'work', 'keys', ...names.map((each) => join('views', each))]
  return known.filter((each) => hasEnvironment(join(dataDir, each)))
}

/** Opens the environment of a directory, if all of these tables are in it; a missing one is a finding. */
export async function openExisting(
  path: string,
  names: readonly string[],
  kind: StoreFinding['kind'],
  findings: Findings,
): Promise<Environment | null> {
  const environment = await openEnvironment(path, 'flush')
  try {
    const found = new Set<string>()
    for (const key of environment.getKeys()) found.add(nameOf(key as Buffer))
    environment.resetReadTxn()
    const missing = names.filter((name) => !found.has(name))
    if (missing.length === 0) return environment
    for (const name of missing) {
      findings.add(kind, { key: name }, `Expected table ${name} in ${path}, found none.`)
    }
  } catch (error) {
    findings.add('lmdb', {}, `Expected ${path} to be readable, found: ${(error as Error).message}.`)
  }
  await environment.close()
  return null
}

/**
 * Opens the tables of a directory below the data directory.
 *
 * @returns `null`: it does not exist, or a table is missing, which is a finding.
 */
export async function openExistingTables(
  dataDir: string,
  directory: string,
  names: readonly string[],
  kind: StoreFinding['kind'],
  findings: Findings,
): Promise<TableDatabase | null> {
  const path = join(dataDir, directory)
  if (!hasEnvironment(path)) return null
  const environment = await openExisting(path, names, kind, findings)
  if (environment === null) return null
  try {
    return await openLmdbTables(path, names)
  } finally {
    await environment.close()
  }
}

/** LMDB ends the names of tables with a zero, or does not. */
function nameOf(key: Buffer): string {
  return key.toString('utf8').replace(/\0+$/, '')
}

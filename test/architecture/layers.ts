/**
 * The layers of `docs/architecture.md`, and which imports they allow.
 *
 * A file imports from its own folder and from lower rows: never sideways, never up, type-only imports
 * included.
 */

import { posix } from 'node:path'

/** Folders of `src`, lowest row first. */
const rows: readonly (readonly string[])[] = [
  ['base'],
  ['events', 'telemetry'],
  ['define'],
  ['store', 'pool'],
  ['actors', 'timers'],
  ['subscriptions'],
  ['sagas'],
  ['runtime'],
  ['bridges', 'observability', 'inspector', 'testing'],
]

/** The only places that may import a dependency: a folder, or one file. */
const dependencyPlaces: Readonly<Record<string, string>> = {
  lmdb: 'src/store/lmdb/',
  msgpackr: 'src/events/codec.ts',
  piscina: 'src/pool/',
  'fastest-validator': 'src/events/',
}

/** The row of a source file; files of `src` itself stand above all rows. `undefined`: no layer. */
function rowOf(path: string): number | undefined {
  const [, folder, ...rest] = path.split('/')
  if (rest.length === 0) return rows.length
  const row = rows.findIndex((folders) => folders.includes(folder!))
  return row === -1 ? undefined : row
}

/** What is wrong with an import of a file under `src`; `null`: nothing. */
export function wrongImport(path: string, specifier: string): string | null {
  if (specifier.startsWith('node:')) return null
  if (!specifier.startsWith('.')) return wrongDependency(path, specifier)
  const target = posix.join(posix.dirname(path), specifier)
  if (!target.startsWith('src/')) return `${path} leaves src: ${specifier}`
  const from = rowOf(path)
  const to = rowOf(target)
  if (from === undefined || to === undefined) return `${path} or ${target} is in no layer`
  if (folderOf(path) === folderOf(target)) return null
  return to < from ? null : `${path} imports sideways or up: ${specifier}`
}

function wrongDependency(path: string, specifier: string): string | null {
  const name = specifier.split('/')[0]!
  const place = dependencyPlaces[name]
  if (place === undefined) return `${path} imports what is no dependency: ${specifier}`
  return path.startsWith(place) ? null : `${path} imports ${specifier}, which only ${place} may`
}

function folderOf(path: string): string {
  return path
    .split('/')
    .slice(0, path.split('/').length > 2 ? 2 : 1)
    .join('/')
}

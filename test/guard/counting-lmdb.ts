/**
 * lmdb, with every put and removal counted, and the bytes of the values that are put.
 *
 * The tables of an environment share a class that is made when it is opened, so its methods are replaced
 * there, once for each environment and thread.
 */

import { open as openUncounted, type RootDatabase, type RootDatabaseOptionsWithPath } from 'lmdb'
import { count } from './counters.js'

export type EnvironmentKind = 'log' | 'work' | 'view'

/** A method of a table that writes. */
type Write = (this: RootDatabase, key: unknown, value: unknown, ...rest: unknown[]) => unknown

/** Those that this thread has opened. */
export const environments: Map<EnvironmentKind, RootDatabase> = new Map()

export function open(options: RootDatabaseOptionsWithPath): RootDatabase {
  const environment = openUncounted(options)
  const kind = kindOf(options.path ?? '')
  if (kind === null) return environment
  environments.set(kind, environment)
  const methods = Object.getPrototypeOf(environment) as { put: Write; remove: Write }
  methods.put = counted(kind, methods.put)
  methods.remove = counted(kind, methods.remove)
  return environment
}

function counted(kind: EnvironmentKind, write: Write): Write {
  return function countWrite(key, value, ...rest) {
    count(`${kind} writes`, 1)
    count(`${kind} bytes`, value instanceof Uint8Array ? value.length : 0)
    return write.call(this, key, value, ...rest)
  }
}

/** By the directory that it lies in; `null`: nothing that is counted. */
function kindOf(path: string): EnvironmentKind | null {
  const [parent, own] = path.split(/[\\/]/).slice(-2)
  if (parent === 'views') return 'view'
  return own === 'log' || own === 'work' ? own : null
}

/**
 * The system calls by which a process changes what is on its disk, as strace sees them: which ones it makes,
 * and having it killed right before one of them.
 *
 * LMDB and the key slots write by libuv's threads. A process that is looked at has one of those, so that what
 * it does in one life it does in the next, call by call. strace counts on each thread for itself: where the
 * main thread makes the n-th call of a name to a file before the other thread does, it is killed there.
 */

import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** Pages and slots written, flushed, and names of files changed. */
const calls = 'pwrite64,pwritev,writev,fdatasync,fsync,ftruncate,rename,unlink,rmdir,mkdir'
/** These take names, of which some are drawn, as the directories are in which sizes of pages are found out. */
const namedCalls: ReadonlySet<string> = new Set(['rename', 'unlink', 'rmdir', 'mkdir'])
const drawnName = /\.mdb\.\w{6}\//

const oneThread = ['env', 'UV_THREADPOOL_SIZE=1']

/** The n-th call of that name on one thread, n from 1, to that file or to whatever file. */
export interface StorageCall {
  readonly name: string
  /** Relative to what the process changes; `null`: whatever file. */
  readonly path: string | null
  readonly nth: number
}

/** What a life was seen to do. */
export interface NotedCalls {
  /** All calls, on all threads. */
  readonly made: number
  /** Those at which a process can be killed, in the order in which they first came. */
  readonly calls: readonly StorageCall[]
}

export function canTrace(): boolean {
  return spawnSync('strace', ['-f', '--seccomp-bpf', '-o', '/dev/null', 'true']).status === 0
}

/** Runs a process so that its calls are written to a file. */
export function noting(trace: string): readonly string[] {
  return [...oneThread, 'strace', '-f', '-y', '--seccomp-bpf', '-o', trace, '-e', `trace=${calls}`]
}

/** Runs a process so that it is killed in place of that call, by whichever thread comes there first. */
export function killingAt({ name, path, nth }: StorageCall, root: string): readonly string[] {
  const inject = `inject=${name}:signal=KILL:when=${nth}`
  const filter = path === null ? [] : ['-P', join(root, path)]
  // Without `--seccomp-bpf`: under it, strace 6.1 was seen to let calls pass that it was to inject at.
  const traced = ['strace', '-f', '-o', '/dev/null', '-e', `trace=${name}`, ...filter]
  return [...oneThread, ...traced, '-e', inject]
}

/** The calls that were noted. Paths are told relative to a directory. */
export async function readCalls(trace: string, root: string): Promise<NotedCalls> {
  const counts = new Map<string, number>()
  const places = new Map<string, StorageCall>()
  let made = 0
  for (const line of (await readFile(trace, 'utf8')).split('\n')) {
    const found = /^(\d+) +(\w+)\((?:\d+<([^>]*)>)?/.exec(line)
    if (found === null) continue
    const [, thread, name = '', file = ''] = found
    const next = (counted: string): number => {
      const nth = (counts.get(`${thread} ${name} ${counted}`) ?? 0) + 1
      counts.set(`${thread} ${name} ${counted}`, nth)
      return nth
    }
    const nthOfAll = next('any')
    // Pipes to other threads are no storage.
    if (!namedCalls.has(name) && !file.startsWith('/')) continue
    made += 1
    const path = namedCalls.has(name) || drawnName.test(file) ? null : relative(root, file)
    const nth = path === null ? nthOfAll : next(`to ${path}`)
    const place = `${name} ${path} ${nth}`
    if (!places.has(place)) places.set(place, { name, path, nth })
  }
  return { made, calls: [...places.values()] }
}

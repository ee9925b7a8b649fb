/**
 * The system calls by which a process changes what is on its disk, as strace sees them: which ones it makes,
 * and having it killed right before one of them.
 */

import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'

/** Pages and slots written, flushed, and names of files changed. */
const calls = 'pwrite64,pwritev,writev,fdatasync,fsync,ftruncate,rename,unlink,rmdir,mkdir'

/** The n-th call of that name on one thread, n from 1. */
export interface StorageCall {
  readonly name: string
  readonly nth: number
}

export function canTrace(): boolean {
  return spawnSync('strace', ['-f', '--seccomp-bpf', '-o', '/dev/null', 'true']).status === 0
}

/** Runs a process so that its calls are written to a file. */
export function noting(path: string): readonly string[] {
  return ['strace', '-f', '--seccomp-bpf', '-o', path, '-e', `trace=${calls}`]
}

/** Runs a process so that it is killed in place of that call, by whichever thread comes there first. */
export function killingAt({ name, nth }: StorageCall): readonly string[] {
  const inject = `inject=${name}:signal=KILL:when=${nth}`
  // Without `--seccomp-bpf`: under it, strace 6.1 was seen to let calls pass that it was to inject at.
  return ['strace', '-f', '-o', '/dev/null', '-e', `trace=${name}`, '-e', inject]
}

/** The calls that were noted, in their order. */
export async function readCalls(path: string): Promise<readonly StorageCall[]> {
  const counts = new Map<string, number>()
  const found: StorageCall[] = []
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    const [, thread, name] = /^(\d+) +(\w+)\(/.exec(line) ?? []
    if (name === undefined) continue
    const nth = (counts.get(`${thread} ${name}`) ?? 0) + 1
    counts.set(`${thread} ${name}`, nth)
    found.push({ name, nth })
  }
  return found
}

/**
 * Running a script under strace: so that its system calls are written down, or made to fail.
 *
 * Where strace is missing, or may not trace, tests that need it are skipped and say so.
 */

import { spawnSync } from 'node:child_process'

/** Why tests that trace are skipped; `false`: they are not. */
export const cannotTrace: string | false = findOut()

/** The command that writes down what LMDB and the key slots ask of the disk, with all bytes. */
export function recordingCommand(trace: string): readonly string[] {
  const calls = [
    'openat,mkdir,mkdirat,link,linkat,unlink,unlinkat,rmdir',
    'lseek,write,writev,pwrite64,pwritev,pwritev2,ftruncate,fallocate,fsync,fdatasync',
  ]
  const bytesMax = `${2 ** 24}`
  const wanted = ['-e', `trace=${calls.join()}`, '-e', 'signal=none']
  return [
    'strace',
    '-f',
    '-qq',
    '--seccomp-bpf',
    '-yy',
    '-xx',
    '-s',
    bytesMax,
    ...wanted,
    '-o',
    trace,
  ]
}

/** A disk that fails: which calls to which file, with what, and the which of them. */
export interface Fault {
  readonly path: string
  readonly calls: readonly string[]
  readonly error: 'EIO' | 'ENOSPC'
  /** In strace's words: `3`, `3..5` or `3+`, counted on each thread. */
  readonly when: string
}

/** The command under which these calls fail. */
export function failingCommand({ path, calls, error, when }: Fault): readonly string[] {
  const wanted = ['-e', `trace=${calls.join()}`, '-e', 'signal=none']
  const fault = `inject=${calls.join()}:error=${error}:when=${when}`
  return [
    'strace',
    '-f',
    '-qq',
    '--seccomp-bpf',
    ...wanted,
    '-e',
    fault,
    '-P',
    path,
    '-o',
    '/dev/null',
  ]
}

function findOut(): string | false {
  if (process.platform !== 'linux') return 'system calls are traced on Linux only'
  const isTracing =
    spawnSync('strace', ['-f', '--seccomp-bpf', '-o', '/dev/null', 'true']).status === 0
  return isTracing ? false : 'strace cannot be used here'
}

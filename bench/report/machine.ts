/**
 * On what, when and with which versions figures were measured.
 */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'

export interface Machine {
  readonly node: string
  readonly processors: string
  readonly memory: string
  readonly platform: string
  /** Where the stores are made. */
  readonly fileSystem: string
  /** Whether an fsync there reaches no disk. */
  readonly isSyncFree: boolean
  readonly lmdb: string
  readonly msgpackr: string
  /** Of the repository; with `and changes` when files differ from it. */
  readonly commit: string
}

/** @param written - Paths that are being written, by whoever asks: that they differ changes no commit. */
export function describeMachine(repositoryRoot: string, written: readonly string[] = []): Machine {
  const mount = mountOf(tmpdir(), readMounts())
  const model = cpus()[0]?.model ?? 'unknown'
  return {
    node: process.version,
    processors: `${cpus().length} x ${model}`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    platform: `${process.platform} ${release()} ${process.arch}`,
    fileSystem: mount?.type ?? 'unknown',
    isSyncFree: mount !== null && ['tmpfs', 'ramfs'].includes(mount.type),
    lmdb: versionOf(repositoryRoot, 'lmdb'),
    msgpackr: versionOf(repositoryRoot, 'msgpackr'),
    commit: commitOf(repositoryRoot, written),
  }
}

export interface Mount {
  readonly point: string
  readonly type: string
}

/** The file system that a path is on: the mount with the longest point in front of it; the last of several. */
export function mountOf(path: string, mounts: string): Mount | null {
  let found: Mount | null = null
  for (const line of mounts.split('\n')) {
    const [, point = '', type = ''] = line.split(' ')
    const isAbove = point !== '' && `${path}/`.startsWith(point.endsWith('/') ? point : `${point}/`)
    if (isAbove && point.length >= (found?.point.length ?? 0)) found = { point, type }
  }
  return found
}

/** Linux lists them; elsewhere nothing is known. */
function readMounts(): string {
  try {
    return readFileSync('/proc/mounts', 'utf8')
  } catch {
    return ''
  }
}

function versionOf(repositoryRoot: string, name: string): string {
  const manifest = join(repositoryRoot, 'node_modules', name, 'package.json')
  return JSON.parse(readFileSync(manifest, 'utf8')).version
}

function commitOf(repositoryRoot: string, written: readonly string[]): string {
  const git = (...args: readonly string[]): string =>
    spawnSync('git', ['-C', repositoryRoot, ...args], { encoding: 'utf8' }).stdout?.trim() ?? ''
  const commit = git('rev-parse', '--short', 'HEAD')
  if (commit === '') return 'unknown'
  const others = ['--', '.', ...written.map((path) => `:!${path}`)]
  return git('status', '--porcelain', '--untracked-files=no', ...others) === ''
    ? commit
    : `${commit} and changes`
}

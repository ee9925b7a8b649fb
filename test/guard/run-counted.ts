/**
 * Runs a counting script in a process of its own, on a new data directory, and returns what it counted.
 */

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MemoryOptions } from './count-memory.js'
import type { CountOptions } from './count-writes.js'

/** What was counted, by its name: of one round, or of one command. */
export type Counted = ReadonlyMap<string, number>

/** Of the whole young generation; each of its halves takes some 15,000 commands. */
const youngMiB = 64

const memoryFlags = [
  '--expose-gc',
  '--single-threaded',
  `--min-semi-space-size=${youngMiB}`,
  `--max-semi-space-size=${youngMiB}`,
]

/** Counters of coverage lie in the heap that is counted. */
const uncovered = { ...process.env, NODE_V8_COVERAGE: '' }

export const canTrace: boolean = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0

/** `flushes` are counted where strace can be used. */
export async function countWrites(options: Omit<CountOptions, 'dataDir'>): Promise<Counted> {
  return await withDirectory(async (directory) => {
    const trace = join(directory, 'trace')
    const calls = 'trace=fdatasync,fsync,sync_file_range,msync,write'
    const tracer = canTrace ? ['strace', '-f', '--seccomp-bpf', '-e', calls, '-o', trace] : []
    const node = [process.execPath, '--require', pathOf('./preload.cjs')]
    const given = JSON.stringify({ ...options, dataDir: join(directory, 'data') })
    const counted = await run([...tracer, ...node, pathOf('./count-writes.js'), given])
    if (canTrace) counted.set('flushes', flushesIn(await readFile(trace, 'utf8')))
    return new Map([...counted].map(([name, total]) => [name, total / options.rounds]))
  })
}

export async function countMemory(options: Omit<MemoryOptions, 'dataDir'>): Promise<Counted> {
  return await withDirectory(async (directory) => {
    const node = [process.execPath, ...memoryFlags]
    const given = JSON.stringify({ ...options, dataDir: join(directory, 'data') })
    return await run([...node, pathOf('./count-memory.js'), given])
  })
}

async function withDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'dramatis-guard-'))
  try {
    return await work(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** @returns the figures in the last line that it says. */
async function run([program, ...args]: readonly string[]): Promise<Map<string, number>> {
  const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'pipe'], env: uncovered })
  let said = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  assert.equal(code, 0, `what counts ended with ${code}:\n${errors}`)
  return new Map(Object.entries(JSON.parse(said.trimEnd().split('\n').at(-1)!)))
}

/** Calls that wait for the disk, from when counting began to when it ended. */
function flushesIn(trace: string): number {
  const begin = trace.indexOf('write(1, "counting')
  const end = trace.indexOf('write(1, "counted')
  assert(begin !== -1 && end > begin, 'the trace does not say when counting began and ended')
  return [...trace.slice(begin, end).matchAll(/ (?:fdatasync|fsync|sync_file_range|msync)\(/g)]
    .length
}

function pathOf(script: string): string {
  return fileURLToPath(new URL(script, import.meta.url))
}

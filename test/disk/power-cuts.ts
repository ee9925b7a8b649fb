/**
 * Disk images as a power cut could leave them, at moments of a recording.
 *
 * What was made durable by then is in every image: bytes that a sync which began after them had covered,
 * entries of directories that were synced after them. Of the rest each image has a random part: writes
 * whole, not at all, or torn between sectors; entries or not. All from one seed.
 *
 * Moments ascend, so that what is durable is written into the files of the images once.
 */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Random } from '../../src/base/random.js'
import type { DiskCall, EntryCall, Recording, Said, WriteCall } from './recording.js'

/** What a disk writes at once. */
const sectorBytes = 512

export interface PowerCut {
  /** The line of the trace at which the power went. */
  readonly at: number
  /** What the process had said by then. */
  readonly said: readonly Said[]
  /** Writes under way that are there in part. */
  readonly torn: number
  /** Writes under way that are not there at all. */
  readonly lost: number
}

export interface PowerCutOptions {
  readonly random: Random
  /** How many. */
  readonly count: number
  /** The last line at which power is cut. @default the end of the recording */
  readonly to?: number
}

/** How an image treats what was not durable. */
type Mood = 'kept' | 'lost' | 'mixed'

/** A call that is applied when the image's moment has come. */
interface Pending<Each extends DiskCall> {
  readonly call: Each
  /** From which moment on nothing can undo it. */
  readonly durableAt: number
}

export class PowerCuts {
  readonly #random: Random
  readonly #said: readonly Said[]
  readonly #entries: readonly Pending<EntryCall>[]
  readonly #files = new Map<string, FileHistory>()
  readonly #moments: readonly number[]

  constructor(recording: Recording, options: PowerCutOptions) {
    const { calls, said } = recording
    this.#random = options.random
    this.#said = said
    const pending = pendingOf(calls)
    this.#entries = pending.filter(isEntry)
    for (const each of pending.filter(isWrite)) {
      const { path } = each.call
      const file = this.#files.get(path) ?? new FileHistory()
      this.#files.set(path, file)
      file.add(each)
    }
    const { count, to = Number.POSITIVE_INFINITY } = options
    const wanted = [
      calls.flatMap(({ begin, end }) => [begin, end]),
      // While something is under way: where images differ most.
      calls.filter(({ kind }) => kind === 'write').map(({ begin }) => begin),
      // Right after something was promised.
      said.map(({ at }) => at),
    ].map((moments) => moments.filter((at) => at <= to))
    this.#moments = Array.from({ length: count }, (_each, at) => {
      const moments = wanted[at % wanted.length]!
      return moments[this.#below(moments.length)] ?? wanted[0]![0]!
    }).sort((one, other) => one - other)
  }

  /** Leaves one image after the other in a directory, which is emptied before each. Once. */
  *cutInto(directory: string): Generator<PowerCut> {
    for (const at of this.#moments) {
      rmSync(directory, { recursive: true, force: true })
      mkdirSync(directory, { recursive: true })
      yield this.#cut(directory, at)
    }
  }

  #cut(directory: string, at: number): PowerCut {
    const mood = this.#mood()
    const fates: Fates = { torn: 0, lost: 0 }
    const paths = this.#pathsAt(at, mood)
    for (const [path, isDirectory] of paths) {
      if (isDirectory) mkdirSync(join(directory, path))
      else writeFileSync(join(directory, path), this.#contentAt(path, at, mood, fates))
    }
    const said = this.#said.filter((each) => each.at <= at)
    return { at, said, ...fates }
  }

  /** Entries that are there, directories before what is in them. */
  #pathsAt(at: number, mood: Mood): Map<string, boolean> {
    const paths = new Map<string, boolean>()
    for (const { call, durableAt } of this.#entries) {
      if (call.begin > at) break
      if (durableAt > at && !this.#keeps(mood)) continue
      // Whoever lost its directory is lost with it.
      const isThere = dirname(call.path) === '.' || paths.has(dirname(call.path))
      if (call.kind === 'create' && isThere) paths.set(call.path, call.isDirectory)
      if (call.kind === 'remove') removeFrom(paths, call.path)
    }
    return paths
  }

  #contentAt(path: string, at: number, mood: Mood, fates: Fates): Buffer {
    const file = this.#files.get(path)
    if (file === undefined) return Buffer.alloc(0)
    file.settle(at)
    let content: Buffer = Buffer.from(file.durable)
    for (const { call, durableAt } of file.pending(at)) {
      const isDurable = durableAt <= at
      const sectors = isDurable ? allSectors : this.#sectors(mood, fates)
      content = applied(content, call, sectors)
    }
    return content
  }

  /** Which sectors of a write are there. */
  #sectors(mood: Mood, fates: Fates): Sectors {
    const fate = mood === 'mixed' ? (['kept', 'lost', 'torn'] as const)[this.#below(3)]! : mood
    if (fate === 'kept') return allSectors
    if (fate === 'lost') fates.lost += 1
    else fates.torn += 1
    return fate === 'lost' ? () => false : () => this.#random.next() < 0.5
  }

  #keeps(mood: Mood): boolean {
    return mood === 'mixed' ? this.#random.next() < 0.5 : mood === 'kept'
  }

  #mood(): Mood {
    return (['kept', 'lost', 'mixed', 'mixed', 'mixed', 'mixed'] as const)[this.#below(6)]!
  }

  #below(end: number): number {
    return Math.floor(this.#random.next() * end)
  }
}

interface Fates {
  torn: number
  lost: number
}

/** Whether the sector that begins at an offset of the file is there. */
type Sectors = (offset: number) => boolean

const allSectors: Sectors = () => true

/** The writes to one file, and its bytes as far as nothing can change them any more. */
class FileHistory {
  durable: Buffer = Buffer.alloc(0)
  readonly #writes: Pending<WriteCall>[] = []
  #settled = 0

  add(write: Pending<WriteCall>): void {
    this.#writes.push(write)
  }

  /** Applies what is durable at a moment, up to the first write that is not. */
  settle(at: number): void {
    for (let write = this.#writes[this.#settled]; write !== undefined; ) {
      if (write.durableAt > at) return
      this.durable = applied(this.durable, write.call, allSectors)
      this.#settled += 1
      write = this.#writes[this.#settled]
    }
  }

  /** Later writes that had begun at a moment, in order. */
  *pending(at: number): Generator<Pending<WriteCall>> {
    for (let next = this.#settled; next < this.#writes.length; next++) {
      const write = this.#writes[next]!
      if (write.call.begin > at) return
      yield write
    }
  }
}

/** A directory goes with all that is in it. */
function removeFrom(paths: Map<string, boolean>, path: string): void {
  for (const each of [...paths.keys()]) {
    if (each === path || each.startsWith(`${path}/`)) paths.delete(each)
  }
}

function applied(content: Buffer, { offset, bytes }: WriteCall, sectors: Sectors): Buffer {
  let result: Buffer = content
  for (let from = 0; from < bytes.length; ) {
    const to = Math.min(bytes.length, from + sectorBytes - ((offset + from) % sectorBytes))
    if (sectors(offset + from)) {
      if (result.length < offset + to) {
        result = Buffer.concat([result, Buffer.alloc(offset + bytes.length - result.length)])
      }
      bytes.copy(result, offset + from, from, to)
    }
    from = to
  }
  return result
}

/** For each call the moment from which on it is durable. */
function pendingOf(calls: readonly DiskCall[]): Pending<DiskCall>[] {
  const syncs = new Map<string, DiskCall[]>()
  for (const call of calls) {
    if (call.kind !== 'sync') continue
    syncs.set(call.path, [...(syncs.get(call.path) ?? []), call])
  }
  return calls.map((call) => {
    const syncedPath = call.kind === 'write' ? call.path : dirname(call.path)
    const covering = syncs.get(syncedPath)?.find(({ begin }) => begin > call.end)
    const isSynced = call.kind === 'write' && call.isSynced
    return { call, durableAt: isSynced ? call.end : (covering?.end ?? Number.POSITIVE_INFINITY) }
  })
}

function isEntry(pending: Pending<DiskCall>): pending is Pending<EntryCall> {
  return pending.call.kind === 'create' || pending.call.kind === 'remove'
}

function isWrite(pending: Pending<DiskCall>): pending is Pending<WriteCall> {
  return pending.call.kind === 'write'
}

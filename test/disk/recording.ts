/**
 * What a process asked of the disk below one directory, in order, from the trace of its system calls.
 *
 * Moments are lines of the trace. A call begins with one and ends with one; other threads' calls may lie
 * between. Renaming is left out: only locks are renamed. What the process said on its standard output stands in the same order, so that it is known
 * what had been acknowledged at any moment.
 */

import { basename, relative } from 'node:path'

/** Files that mean nothing once no process is left. */
const locks: ReadonlySet<string> = new Set(['lock.mdb', 'lock', 'lock.next'])

interface Call {
  readonly name: string
  readonly args: string
  readonly result: number
  readonly begin: number
  readonly end: number
}

interface Spanning {
  /** Relative to the recorded directory. */
  readonly path: string
  /** The line with which the call began. */
  readonly begin: number
  /** The line with which it returned. */
  readonly end: number
}

/** Bytes given to a file. `isSynced`: durable when the call returned. */
export interface WriteCall extends Spanning {
  readonly kind: 'write'
  readonly offset: number
  readonly bytes: Buffer
  readonly isSynced: boolean
}

/** A file's bytes, or a directory's entries, were made durable. */
export interface SyncCall extends Spanning {
  readonly kind: 'sync'
}

/** An entry of a directory came or went. */
export interface EntryCall extends Spanning {
  readonly kind: 'create' | 'remove'
  readonly isDirectory: boolean
}

export type DiskCall = WriteCall | SyncCall | EntryCall

export interface Said {
  readonly line: string
  readonly at: number
}

export interface Recording {
  readonly calls: readonly DiskCall[]
  readonly said: readonly Said[]
}

/** @param root - What happens outside of it is left out. */
export function readRecording(trace: string, root: string): Recording {
  const reader = new TraceReader(root)
  for (const call of callsIn(trace)) reader.read(call)
  reader.calls.sort((one, other) => one.begin - other.begin)
  return { calls: reader.calls, said: reader.said }
}

class TraceReader {
  readonly calls: DiskCall[] = []
  readonly said: Said[] = []
  readonly #root: string
  /** By descriptor: where the next write without an offset goes, and whether writes are synced. */
  readonly #offsets = new Map<number, number>()
  readonly #synced = new Set<number>()
  readonly #known = new Set<string>()

  constructor(root: string) {
    this.#root = root
  }

  read(call: Call): void {
    if (call.result < 0) return
    if (call.name === 'openat') this.#open(call)
    else if (call.name.startsWith('mkdir')) this.#enter(call, pathsIn(call.args)[0]!, true)
    else if (call.name.startsWith('link')) this.#link(call)
    else if (/^(unlink|rmdir)/.test(call.name)) this.#leave(call)
    else this.#use(call)
  }

  #open(call: Call): void {
    const [path] = pathsIn(call.args)
    this.#offsets.set(call.result, 0)
    if (/O_D?SYNC/.test(call.args)) this.#synced.add(call.result)
    else this.#synced.delete(call.result)
    if (path !== undefined && call.args.includes('O_CREAT')) this.#enter(call, path, false)
  }

  #enter({ begin, end }: Call, absolute: string, isDirectory: boolean): void {
    const path = this.#within(absolute)
    if (path === undefined || this.#known.has(path)) return
    this.#known.add(path)
    this.calls.push({ kind: 'create', path, isDirectory, begin, end })
  }

  #leave({ name, args, begin, end }: Call): void {
    const path = this.#within(pathsIn(args)[0]!)
    if (path === undefined) return
    this.#known.delete(path)
    const isDirectory = name === 'rmdir' || args.includes('AT_REMOVEDIR')
    this.calls.push({ kind: 'remove', path, isDirectory, begin, end })
  }

  /** From here on the file has a second name: what was done to it was done to both. */
  #link(call: Call): void {
    const [from, to] = pathsIn(call.args).map((path) => this.#within(path))
    for (const each of [...this.calls]) {
      const isContent = each.kind === 'write' || each.kind === 'sync'
      if (isContent && each.path === from) this.calls.push({ ...each, path: to! })
    }
    this.#enter(call, pathsIn(call.args)[1]!, false)
  }

  #use(call: Call): void {
    const { name, args, result, begin, end } = call
    const fd = Number.parseInt(args, 10)
    const span = { path: this.#within(unhex(/<([^>]*)>/.exec(args)?.[1] ?? '')), begin, end }
    if (name === 'write' && fd === 1) this.#say(call)
    if (!isSpanning(span)) return
    if (name === 'lseek') this.#offsets.set(fd, result)
    else if (name === 'fsync' || name === 'fdatasync') this.calls.push({ kind: 'sync', ...span })
    else if (/write/.test(name)) this.#write(span, call, fd)
    else throw new Error(`nobody expected ${name} of ${span.path}`)
  }

  #write(span: Spanning, { name, args, result }: Call, fd: number): void {
    const bytes = Buffer.concat(
      [...args.slice(args.indexOf('>')).matchAll(/"([^"]*)"/g)].map(([, hex]) => bytesOf(hex!)),
    )
    if (bytes.length !== result) throw new Error(`${result} bytes written of ${bytes.length}`)
    const isPlaced = name.startsWith('pwrite')
    const offset = isPlaced ? Number(args.slice(args.lastIndexOf(',') + 1)) : this.#offsets.get(fd)!
    if (!isPlaced) this.#offsets.set(fd, offset + result)
    this.calls.push({ kind: 'write', ...span, offset, bytes, isSynced: this.#synced.has(fd) })
  }

  #say({ args, begin }: Call): void {
    const text = unhex(/"([^"]*)"/.exec(args)![1]!)
    for (const line of text.trimEnd().split('\n')) this.said.push({ line, at: begin })
  }

  #within(absolute: string): string | undefined {
    const path = relative(this.#root, absolute)
    if (path.startsWith('..') || locks.has(basename(path))) return undefined
    return path === '' ? '.' : path
  }
}

/** Calls in the order in which they ended. */
function* callsIn(trace: string): Generator<Call> {
  const unfinished = new Map<string, { readonly text: string; readonly begin: number }>()
  let at = 0
  for (const line of trace.split('\n')) {
    at += 1
    const space = line.indexOf(' ')
    const thread = line.slice(0, space)
    let text = line.slice(space).trimStart()
    let begin = at
    if (text.endsWith('<unfinished ...>')) {
      unfinished.set(thread, { text: text.slice(0, -'<unfinished ...>'.length), begin })
      continue
    }
    if (text.startsWith('<... ')) {
      const before = unfinished.get(thread)!
      text = before.text + text.slice(text.indexOf('resumed>') + 'resumed>'.length)
      begin = before.begin
    }
    const open = text.indexOf('(')
    const equals = text.lastIndexOf(') ')
    if (open < 0 || equals < 0) continue
    const result = Number.parseInt(text.slice(text.indexOf('=', equals) + 1), 10)
    if (Number.isNaN(result)) continue
    yield { name: text.slice(0, open), args: text.slice(open + 1, equals), result, begin, end: at }
  }
}

function isSpanning(span: Omit<Spanning, 'path'> & { path: string | undefined }): span is Spanning {
  return span.path !== undefined
}

function pathsIn(args: string): string[] {
  return [...args.matchAll(/"([^"]*)"/g)].map(([, hex]) => unhex(hex!))
}

function unhex(text: string): string {
  return bytesOf(text).toString('utf8')
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex')
}

/**
 * Reading an LMDB data file without LMDB: what its newest meta page says, and whether its trees are sound.
 *
 * LMDB follows whatever number a page has for another one: into the middle of something else, or beyond the
 * end of the file, where the process ends with a signal. So what it would follow can be looked at here
 * first. Reads pages one at a time, synchronously; the cost of a whole walk is reading the file once, and whoever walks
 * may stop between any two pages.
 *
 * The layout is that of LMDB's format 2 on machines of 64 bits, little-endian: a page begins with its
 * number, a transaction, flags, and where its free space lies; then come the places of its nodes.
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** Bytes before the nodes of a page, and before the fields of a meta page. */
const headerBytes = 24
const metaBytes = 136
const nodeHeaderBytes = 8
const isBranch = 0x01
const isLeaf = 0x02
const isOverflow = 0x04
const isMeta = 0x08
/** Of a node: its value lies on pages of its own; it is the root of another tree. */
const hasPages = 0x01
const hasTree = 0x02
/** Where a tree is empty. */
const noPage = 0xffff_ffff_ffff_ffffn
/** The tree of free pages has transactions for keys. */
const freeKeyBytes = 8
/** Trees are never deeper in LMDB. */
const depthMax = 32
const magic = 0xbeefc0de
const formatVersion = 2

export interface DataFileMeta {
  readonly pageBytes: number
  readonly transaction: number
  /** The last page that was ever used. The file ends before it where only free pages lie behind its end. */
  readonly lastPage: number
  /** First pages of the tree of free pages, and of that of tables. */
  readonly roots: readonly bigint[]
}

export class DataFile {
  readonly #descriptor: number
  readonly #path: string

  constructor(path: string) {
    this.#path = path
    this.#descriptor = openSync(path, 'r')
  }

  get bytes(): number {
    return fstatSync(this.#descriptor).size
  }

  /** @throws when this is not a data file of LMDB, or ends within its first two pages. */
  readMeta(): DataFileMeta {
    const first = this.#metaAt(0)
    const second = this.#metaAt(first.pageBytes)
    return second.transaction > first.transaction ? second : first
  }

  /** Looks at every page that LMDB could come to, one each time. @throws when one is not what it must be. */
  *walk(meta: DataFileMeta): Generator<void> {
    const walk = new TreeWalk(
      (page) => this.#page(page, meta.pageBytes),
      Math.floor(this.bytes / meta.pageBytes),
      meta.roots as [bigint, bigint],
    )
    while (walk.lookAtNext()) yield
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #metaAt(offset: number): DataFileMeta {
    const page = this.#read(offset, headerBytes + metaBytes)
    const isOurs =
      page.length === headerBytes + metaBytes &&
      (page.readUInt16LE(18) & isMeta) !== 0 &&
      page.readUInt32LE(24) === magic &&
      page.readUInt32LE(28) === formatVersion
    const pageBytes = isOurs ? page.readUInt32LE(48) : 0
    if (pageBytes < 512 || pageBytes > 65_536 || (pageBytes & (pageBytes - 1)) !== 0) {
      throw new Error(`${this.#path} is not an LMDB data file of version ${formatVersion}`)
    }
    return {
      pageBytes,
      transaction: Number(page.readBigUInt64LE(152)),
      lastPage: Number(page.readBigUInt64LE(144)),
      roots: [page.readBigUInt64LE(88), page.readBigUInt64LE(136)],
    }
  }

  #page(number: number, pageBytes: number): Buffer {
    return this.#read(number * pageBytes, pageBytes)
  }

  #read(offset: number, bytes: number): Buffer {
    const buffer = Buffer.allocUnsafe(bytes)
    return buffer.subarray(0, readSync(this.#descriptor, buffer, 0, bytes, offset))
  }
}

interface Node {
  readonly place: number
  /** `null`: the first of the tree, whichever that is. */
  readonly key: Buffer | null
}

/** Keys that a page may have: from `from` on, and before `to`; `null`: no bound. */
interface Bounds {
  readonly from: Buffer | null
  readonly to: Buffer | null
}

const everything: Bounds = Object.freeze({ from: null, to: null })

/** A tree, or a part of one, that is yet to be looked at. */
interface Tree {
  readonly root: bigint
  readonly depth: number
  /** Whether its keys sort as bytes; the tree of free pages sorts numbers. */
  readonly isText: boolean
  readonly bounds: Bounds
}

/** The trees of one file. No page belongs to two places of them. */
class TreeWalk {
  readonly #read: (page: number) => Buffer
  readonly #pages: number
  readonly #seen: Uint8Array
  /** The next one is the last. */
  readonly #ahead: Tree[]

  constructor(
    read: (page: number) => Buffer,
    pages: number,
    [free, tables]: readonly [bigint, bigint],
  ) {
    this.#read = read
    this.#pages = pages
    this.#seen = new Uint8Array(pages)
    this.#ahead = [
      { root: tables, depth: 0, isText: true, bounds: everything },
      { root: free, depth: 0, isText: false, bounds: everything },
    ]
  }

  /** @returns whether there was one. */
  lookAtNext(): boolean {
    const tree = this.#ahead.pop()
    if (tree === undefined) return false
    if (tree.root !== noPage) this.#lookAt(tree)
    return true
  }

  #lookAt({ root, depth, isText, bounds }: Tree): void {
    const number = this.#enter(root, 1)
    const page = this.#read(number)
    const kind = page.readUInt16LE(18) & (isBranch | isLeaf | isOverflow | isMeta)
    assertSound(Number(page.readBigUInt64LE(0)) === number, number, 'has the number of another')
    assertSound(kind === isBranch || kind === isLeaf, number, 'is no page of a tree')
    assertSound(depth < depthMax, number, 'lies too deep')
    const lower = page.readUInt16LE(20)
    const upper = page.readUInt16LE(22)
    const isFitting = lower <= upper && headerBytes + upper <= page.length && lower % 2 === 0
    assertSound(isFitting, number, 'has nodes where there is no room')
    const nodes: Node[] = []
    for (let at = 0; at < lower; at += 2) {
      const node = headerBytes + page.readUInt16LE(headerBytes + at)
      const key = keyOf(page, node)
      const isInside = node >= headerBytes + upper && key !== null
      assertSound(isInside, number, 'has a node that is not on it')
      // The first key of a branch stands for all before the second, and is empty.
      const isFirst = kind === isBranch && at === 0
      const isKey = isText ? key!.length > 0 : key!.length === freeKeyBytes
      assertSound(isKey || isFirst, number, 'has a key that is none')
      nodes.push({ place: node, key: isFirst ? bounds.from : key })
    }
    if (isText) assertSound(areOrdered(nodes, bounds), number, 'has keys that are out of order')
    for (const [at, { place, key }] of nodes.entries()) {
      if (kind === isLeaf) this.#leafNode(page, place, number)
      else {
        const within = { from: key, to: nodes[at + 1]?.key ?? bounds.to }
        this.#ahead.push({ root: childOf(page, place), depth: depth + 1, isText, bounds: within })
      }
    }
  }

  #leafNode(page: Buffer, node: number, number: number): void {
    const bytes = page.readUInt16LE(node) + page.readUInt16LE(node + 2) * 65_536
    const flags = page.readUInt16LE(node + 4)
    const value = node + nodeHeaderBytes + page.readUInt16LE(node + 6)
    const isElsewhere = (flags & hasPages) !== 0
    const end = value + (isElsewhere ? 24 : bytes)
    assertSound(end <= page.length, number, 'has a value that ends beyond it')
    if (isElsewhere) this.#overflow(page.readBigUInt64LE(value), bytes)
    else if ((flags & hasTree) !== 0 && bytes === 48) {
      const root = page.readBigUInt64LE(value + 40)
      this.#ahead.push({ root, depth: 0, isText: true, bounds: everything })
    }
  }

  #overflow(first: bigint, bytes: number): void {
    const number = this.#enter(first, 1)
    const page = this.#read(number)
    const pages = page.readUInt32LE(20)
    const isOurs = (page.readUInt16LE(18) & isOverflow) !== 0
    assertSound(isOurs, number, 'is no page of a large value')
    assertSound(pages * page.length >= headerBytes + bytes, number, 'is too few for its value')
    if (pages > 1) this.#enter(first + 1n, pages - 1)
  }

  /** Pages that are come to for the first time. */
  #enter(first: bigint, count: number): number {
    const number = Number(first)
    assertSound(number >= 2 && number + count <= this.#pages, number, 'is not in the file')
    for (let page = number; page < number + count; page++) {
      assertSound(this.#seen[page] === 0, page, 'is in two places')
      this.#seen[page] = 1
    }
    return number
  }
}

/** One after the other, and none that whoever looks for it would look for on another page. */
function areOrdered(nodes: readonly Node[], { from, to }: Bounds): boolean {
  let before: Buffer | null = null
  for (const { key } of nodes) {
    if (key === null) continue
    if (
      before === null
        ? from !== null && Buffer.compare(key, from) < 0
        : Buffer.compare(before, key) >= 0
    )
      return false
    before = key
  }
  return before === null || to === null || Buffer.compare(before, to) < 0
}

/** `null`: it ends beyond the page. */
function keyOf(page: Buffer, node: number): Buffer | null {
  if (node + nodeHeaderBytes > page.length) return null
  const key = node + nodeHeaderBytes
  const end = key + page.readUInt16LE(node + 6)
  return end > page.length ? null : page.subarray(key, end)
}

function childOf(page: Buffer, node: number): bigint {
  const low = page.readUInt16LE(node) + page.readUInt16LE(node + 2) * 65_536
  return BigInt(low) + (BigInt(page.readUInt16LE(node + 4)) << 32n)
}

function assertSound(holds: boolean, page: number, what: string): void {
  if (!holds) throw new Error(`page ${page} ${what}`)
}

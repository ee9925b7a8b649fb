/**
 * Reading a view: a row by its id, rows in the order of an index, page by page.
 *
 * Reads what is committed; never waits for the projector. Tokens name the last entry of a page, so pages
 * stay right while rows come and go.
 */

import { InvalidArgumentError } from '../base/errors.js'
import { integerIn, knownKeys } from '../base/options.js'
import type { AnyProjector, IndexPart } from '../define/projector.js'
import { decodeValue, encodeValue } from '../events/codec.js'
import { keyBytesMax, type TableDatabase, type TableKey } from '../store/tables.js'
import { InvalidTokenError } from './errors.js'
import { parseIndexParts, parseRowId, toKeyPart } from './view-keys.js'

export interface FindOptions<Index extends string = string> {
  /** In the order of this index; left out: in the order of row ids. */
  readonly index?: Index
  /** Only index keys that begin with these parts. Needs `index`. */
  readonly prefix?: readonly IndexPart[]
  /** Largest first. @default false */
  readonly reverse?: boolean
  /** Rows in a page. Integer in [1, 10_000]. @default 100 */
  readonly limit?: number
  /** The `next` of the page before. */
  readonly after?: string | null
}

export interface Page<Row> {
  readonly rows: readonly Row[]
  /** Where the next page begins; `null`: this is the last. */
  readonly next: string | null
}

/** The row of an id, if there is one. */
export function getRow(database: TableDatabase, id: string): unknown {
  return database.table('rows').get([parseRowId(id)])
}

/** Rows in a view. */
export function countRows(database: TableDatabase): number {
  return database.table('rows').count()
}

/**
 * One page of rows.
 *
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 * @throws {InvalidTokenError} DRAMATIS_INVALID_TOKEN
 */
export function findRows(database: TableDatabase, options: ParsedFind): Page<unknown> {
  const { index, prefix = [], reverse = false, after, limit } = options
  const entries = database.table(index === undefined ? 'rows' : 'indexes').range({
    prefix: index === undefined ? [] : [index, ...prefix.map(toKeyPart)],
    ...(after == null ? {} : { after: parseToken(after, index) }),
    reverse,
    limit: limit + 1,
  })
  const page = entries.slice(0, limit)
  const rows = page.map(({ key, value }) =>
    index === undefined ? value : database.table('rows').get([key.at(-1) as string]),
  )
  return { rows, next: entries.length > limit ? tokenOf(page.at(-1)!.key) : null }
}

/** What to find, read once and checked, but for its token and the parts of its prefix. */
export type ParsedFind = FindOptions & { readonly limit: number }

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
export function parseFind(projector: AnyProjector, options: FindOptions): ParsedFind {
  const known = knownKeys('find', options, ['index', 'prefix', 'reverse', 'limit', 'after'])
  const { index, prefix } = known
  const isIndex = typeof index === 'string' && Object.hasOwn(projector.indexes, index)
  if (index !== undefined && !isIndex) {
    const known = Object.keys(projector.indexes).join(', ') || 'none'
    throw new InvalidArgumentError('find.index', `an index of ${projector.name} (${known})`, index)
  }
  const parts = prefix === undefined ? {} : { prefix: partsOf(prefix) }
  if (index === undefined && prefix !== undefined) {
    throw new InvalidArgumentError('find.prefix', 'left out where no index is named', prefix)
  }
  return { ...known, ...parts, limit: integerIn('find.limit', known.limit ?? 100, 1, 10_000) }
}

function partsOf(prefix: readonly IndexPart[]): readonly IndexPart[] {
  const parts = parseIndexParts(prefix)
  if (parts !== undefined) return parts
  throw new InvalidArgumentError('find.prefix', `an array of at most ${keyBytesMax} parts`, prefix)
}

function tokenOf(key: TableKey): string {
  return encodeValue(key).toString('base64url')
}

function parseToken(token: unknown, index: string | undefined): TableKey {
  if (typeof token !== 'string') throw new InvalidTokenError('find')
  try {
    const key: unknown = decodeValue(Buffer.from(token, 'base64url'))
    const isKey = Array.isArray(key) && key.length > 0 && key.every(isKeyPart)
    if (isKey && (index === undefined ? key.length === 1 : key[0] === index)) return key
  } catch {
    // Not even MessagePack: the error below says all there is to say.
  }
  throw new InvalidTokenError('find')
}

/** What a key of ours may hold: a token comes from anywhere. */
function isKeyPart(part: unknown): boolean {
  if (typeof part === 'number') return Number.isFinite(part)
  if (typeof part === 'string') return part.isWellFormed() && !part.includes('\0')
  return part === null || typeof part === 'boolean'
}

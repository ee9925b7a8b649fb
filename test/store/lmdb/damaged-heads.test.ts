/**
 * Law: whichever bit of a head is flipped, whoever reads the stream or sends it a command gets an error, or what was
 * written: heads have no checksum, they are held against the records that they lead to.
 */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  defineActor,
  defineApp,
  defineEvent,
  openRuntime,
  type Runtime,
} from '../../../src/index.js'
import { openEnvironment } from '../../../src/store/lmdb/environment.js'
import { decodeEntry, encodeEntry } from '../../../src/store/lmdb/group-entry.js'
import { encodeHead, LogTables } from '../../../src/store/lmdb/log-tables.js'
import { collect } from '../../../src/testing/index.js'
import { noKeys } from '../../events/no-keys.js'
import { SuiteScope } from '../../support/scope.js'
import { TemporaryDirectory } from '../temporary.js'

const Book = defineActor('Book', {
  initialState: () => ({ lines: 0 }),
  events: { Written: defineEvent({ line: 'number' }) },
  evolve: { Written: ({ lines }) => ({ lines: lines + 1 }) },
  commands: {
    write: { schema: { line: 'number' }, decide: (_, c, { events }) => events.Written(c) },
  },
})
const app = defineApp({ actors: [Book] })
/** Streams of one event, of two and of four: a flipped bit can make their version 0. And of three. */
const kinds = [
  { state: 'open', lines: 1 },
  { state: 'open', lines: 3 },
  { state: 'closed', lines: 1 },
  { state: 'closed', lines: 3 },
  { state: 'deleted', lines: 1 },
] as const
type Kind = (typeof kinds)[number]
/** Of the longest head. */
const bits = 15 * 8

const nameOf = ({ state, lines }: Kind, bit: number): string => `${state}-${lines}-${bit}`

/** A book for each bit of its head, written, and ended in its way. */
async function fill(directory: TemporaryDirectory): Promise<void> {
  const runtime = await openRuntime({ app, dataDir: directory.path, workers: 'inline' })
  const fillOne = async (kind: Kind, bit: number): Promise<void> => {
    const book = runtime.actor(Book, nameOf(kind, bit))
    for (let line = 0; line < kind.lines; line++) await book.send('write', { line })
    if (kind.state === 'closed') await book.closeStream()
    if (kind.state === 'deleted') await book.deleteStream({ reason: 'gone' })
  }
  const all = Array.from({ length: bits }, (_each, bit) => kinds.map((kind) => fillOne(kind, bit)))
  await Promise.all(all.flat())
  await runtime.close()
}

/** Moves every head from the entries of groups to its table, with one bit flipped where it has that bit. */
async function flip(directory: TemporaryDirectory): Promise<void> {
  const tables = new LogTables(await openEnvironment(`${directory.path}/log`, 'flush'), noKeys)
  for (const to of [...tables.groups.getKeys()]) {
    const heads = decodeEntry(to, tables.groups.getBinary(to)!)!
    for (const [streamId, head] of heads) {
      const bytes = encodeHead(head)
      const bit = Number(streamId.split('-').at(-1))
      if (bit < bytes.length * 8) bytes[bit >> 3]! ^= 1 << (bit & 7)
      await tables.streams.put(streamId, bytes)
    }
    await tables.groups.put(to, encodeEntry(to, new Map()))
  }
  await tables.environment.close()
}

/** What came of it, or the code of the error. */
async function outcomeOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    return (error as { code?: unknown }).code ?? error
  }
}

const refusals: readonly unknown[] = [
  'DRAMATIS_DAMAGED_RECORD',
  'DRAMATIS_DAMAGED_TABLE',
  'DRAMATIS_ACTIVATION_FAILED',
]

describe('a flipped bit', () => {
  const scope = new SuiteScope()
  let runtime: Runtime

  before(async () => {
    const directory = await TemporaryDirectory.make(scope)
    await fill(directory)
    await flip(directory)
    runtime = directory.closing(
      await openRuntime({ app, dataDir: directory.path, workers: 'inline' }),
    )
  })

  after(() => scope.release())

  for (const kind of kinds) {
    const { state, lines } = kind
    test(`in the head of a stream of ${lines} that is ${state} is an error or does no harm`, async () => {
      const sound = soundOf(kind)
      let refused = 0
      for (let bit = 0; bit < bits; bit++) {
        const book = runtime.actor(Book, nameOf(kind, bit))
        const read = async (): Promise<unknown> =>
          (await collect(book.events())).map(({ version }) => version)
        const found = [
          await outcomeOf(read),
          await outcomeOf(() => book.state()),
          await outcomeOf(async () => (await book.send('write', { line: 9 })).version),
        ]

        const isRefused = found.every((each) => refusals.includes(each))
        if (!isRefused) assert.deepEqual(found, sound, `bit ${bit}`)
        if (isRefused) refused++
      }

      // Version and position are held against the records; where its segment is, is only a hint.
      assert.ok(refused >= 96, `${refused} refused`)
    })
  }
})

/** Its events, its state, and what comes of a command. */
function soundOf({ state, lines }: Kind): readonly unknown[] {
  const versions = Array.from({ length: lines }, (_each, at) => at + 1)
  if (state === 'deleted') return [[], { lines: 0 }, 'DRAMATIS_STREAM_ENDED']
  return [versions, { lines }, state === 'open' ? lines + 1 : 'DRAMATIS_STREAM_ENDED']
}

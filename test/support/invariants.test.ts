/** Each law lets a sound history pass and reports a broken one: a law that cannot fail proves nothing. */

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { RecordedEvent } from '../../src/index.js'
import type { Delivery } from './invariants/delivery.js'
import { type Laws, laws } from './invariants/index.js'
import type { AppendAttempt } from './invariants/one-append-wins.js'

type HistoryOf<Name extends keyof Laws> = Parameters<Laws[Name]>[0]

interface Cases<History> {
  readonly sound: History
  /** What is changed in the sound one, and what the law must say to that. */
  readonly broken: readonly (readonly [change: Partial<History>, says: RegExp])[]
}

interface CountedData {
  readonly by: number
  readonly part: number
  readonly parts: number
  readonly before: number
}

type Counted = RecordedEvent<'Counted', CountedData>

function counted(
  position: number,
  [aggregateId, version]: readonly [string, number],
  commandId: string,
  data: Partial<CountedData> = {},
): Counted {
  const recordedAt = new Date(position)
  const streamId = `Counter-${aggregateId}`
  return {
    ...{ id: `${streamId}@${version}`, type: 'Counted', schemaVersion: 1 },
    ...{ aggregateType: 'Counter', aggregateId, streamId, version, position },
    ...{ recordedAt, occurredAt: recordedAt },
    metadata: { commandId, correlationId: commandId, causationId: commandId },
    data: { by: 1, part: 1, parts: 1, before: version - 1, ...data },
  }
}

const one = counted(1, ['a', 1], 'c1')
const two = counted(2, ['a', 2], 'c2', { parts: 2 })
const three = counted(3, ['a', 3], 'c2', { part: 2, parts: 2, before: 1 })
const four = counted(4, ['b', 1], 'c3')
const events = [one, two, three, four]
const acknowledged = [
  { commandId: 'c1', streamId: 'Counter-a', version: 1, position: 1 },
  { commandId: 'c2', streamId: 'Counter-a', version: 3, position: 3 },
]

function delivered(life: number, version: number, attempt: number, handled: boolean): Delivery {
  const outcome = handled ? 'handled' : 'failed'
  return { handler: 'mail', outcome, life, attempt, aggregateId: 'a', version }
}

const deliveries = [
  delivered(1, 1, 1, true),
  delivered(1, 2, 1, false),
  delivered(2, 2, 1, false),
  delivered(2, 2, 2, true),
  delivered(2, 3, 1, true),
]

const firing = { timer: 't', occurrence: 1, dueAtMs: 5 }

function attempt(outcome: 'won' | 'refused'): AppendAttempt {
  return { streamId: 'a', expectedVersion: 1, outcome }
}

const cases: { readonly [Name in keyof Laws]: Cases<HistoryOf<Name>> } = {
  acknowledgedAreThere: {
    sound: { events, acknowledged },
    broken: [
      [{ events: [one] }, /c2 was acknowledged at 3 and is not there/],
      [{ events: [one, two, four] }, /c2 .* is not there/],
      [{ acknowledged: [{ ...acknowledged[1]!, version: 2, position: 2 }] }, /c2 .* goes on after/],
    ],
  },
  onlySentIsThere: {
    sound: {
      events,
      wasSent: () => true,
      acknowledged: new Map([['host', 2]]),
      inFlightMax: 1,
      senderOf: () => 'host',
    },
    broken: [
      [{ wasSent: (event: Counted) => event !== two }, /Counter-a@2 was never sent/],
      [{ inFlightMax: 0 }, /host recorded 3 commands/],
    ],
  },
  commandsAreWhole: {
    sound: { events, partOf: ({ data }: Counted) => data },
    broken: [
      [{ events: [one, two] }, /ends within command c2/],
      [{ events: [one, two, four] }, /c2 lacks its end/],
      [{ events: [one, three] }, /did not begin/],
      [{ events: [two, { ...three, data: { ...three.data, part: 3 } }] }, /not the next part/],
    ],
  },
  placesAreDense: {
    sound: { events, head: 4 },
    broken: [
      [{ events: [one, three, two, four] }, /position 3 is out of line at 2/],
      [{ events: [one, { ...two, version: 3 }, three, four] }, /Counter-a@2 follows 1/],
      [{ head: 5 }, /4 events up to head 5/],
      [{ events: [one, { ...two, recordedAt: new Date(0) }, three, four] }, /position 2 was rec/],
    ],
  },
  positionsNeverChange: {
    sound: { before: [one, two], now: events },
    broken: [
      [{ now: [one] }, /position 2 is gone/],
      [{ now: [one, { ...two, data: { ...two.data, by: 2 } }] }, /position 2 has changed/],
    ],
  },
  nothingIsFilledLate: {
    sound: {
      positions: [1, 2, 4],
      readings: [
        { after: 0, to: 2, positions: [1, 2] },
        { after: 2, to: 4, positions: [4] },
      ],
    },
    broken: [[{ positions: [1, 2, 3, 4] }, /position 3 was not there when 4 was read/]],
  },
  oneAppendWins: {
    sound: {
      attempts: [
        { streamId: 'a', expectedVersion: 1, outcome: 'won' },
        { streamId: 'a', expectedVersion: 1, outcome: 'refused' },
        { streamId: 'a', expectedVersion: 2, outcome: 'unknown' },
      ],
    },
    broken: [
      [{ attempts: [0, 1].map(() => attempt('won')) }, /2 of 2 won a at 1/],
      [{ attempts: [0, 1].map(() => attempt('refused')) }, /0 of 2 won a at 1/],
    ],
  },
  mailboxesAreSerial: {
    sound: {
      events,
      sentBy: ({ metadata, streamId }: Counted) => {
        const number = streamId === 'Counter-b' ? 1 : Number(metadata.commandId.slice(1))
        return { sender: 'host', number }
      },
    },
    broken: [[{ events: [one, counted(2, ['a', 2], 'c4')] }, /command c4 follows 1/]],
  },
  decisionsRestOnTheLog: {
    sound: {
      events,
      decidedOn: ({ data }: Counted) => ({ part: data.part, state: data.before }),
      initialState: 0,
      evolve: (state: number) => state + 1,
    },
    broken: [
      [{ events: [two, three] }, /Counter-a@2 was decided on another state/],
      [{ evolve: (state: number) => state }, /Counter-a@2 was decided on another state/],
    ],
  },
  statesAreFolds: {
    sound: {
      events,
      states: [
        { streamId: 'Counter-a', version: null, state: 3 },
        { streamId: 'Counter-a', version: 2, state: 2 },
        { streamId: 'Counter-b', version: null, state: 1 },
      ],
      initialState: 0,
      evolve: (state: number) => state + 1,
    },
    broken: [
      [{ states: [{ streamId: 'Counter-a', version: null, state: 2 }] }, /is 2, and folds to 3/],
      [{ states: [{ streamId: 'Counter-a', version: 2, state: 3 }] }, /at 2 is 3/],
      [{ states: [{ streamId: 'Counter-a', version: 4, state: 4 }] }, /a state at 4 of 3/],
    ],
  },
  viewsAreFolds: {
    sound: {
      ...{ name: 'Totals', head: 4, cursorBefore: 1, cursor: 3 },
      ...{ rows: [['a', 3]], entries: [['byTotal', 3]] },
      ...{ expectedRows: [['a', 3]], expectedEntries: [['byTotal', 3]] },
    },
    broken: [
      [{ cursor: 0 }, /fell back: 1 to 0/],
      [{ cursor: 5 }, /ahead of the log: 5 of 4/],
      [{ rows: [['a', 2]] }, /rows of Totals are not .* first \["a",2\] for \["a",3\]/],
      [{ rows: [] }, /rows of Totals are not .* 0 for 1, first nothing for/],
      [
        {
          rows: [
            ['a', 3],
            ['b', 1],
          ],
        },
        /rows of Totals are not .* 2 for 1, first .* for nothing/,
      ],
      [{ entries: [] }, /indexes of Totals do not fit/],
    ],
  },
  prefixesAreAccountedFor: {
    sound: {
      keys: [{ handler: 'mail', key: 'a', events: 3, handledTo: 1, queued: 1, discarded: 1 }],
      handlers: [{ handler: 'mail', events: 4, handled: 2, queued: 1, skipped: 1 }],
    },
    broken: [
      [
        { keys: [{ handler: 'mail', key: 'a', events: 3, handledTo: 1, queued: 1, discarded: 0 }] },
        /mail reached 2 of 3 in a/,
      ],
      [
        { handlers: [{ handler: 'mail', events: 4, handled: 3, queued: 1, skipped: 1 }] },
        /mail counts 3 \+ 1 \+ 1 of 4/,
      ],
    ],
  },
  keysAreInOrder: {
    sound: { deliveries },
    broken: [
      [{ deliveries: [delivered(1, 2, 1, true)] }, /a@2 in life 1 came before 1 was handled/],
      [{ deliveries: [delivered(1, 1, 1, true), delivered(1, 1, 1, true)] }, /followed 1 handled/],
      [
        { deliveries: [delivered(1, 1, 1, false), delivered(2, 2, 1, true)] },
        /came before 1 was handled/,
      ],
    ],
  },
  attemptsAreBounded: {
    sound: { deliveries, attemptsMax: 2 },
    broken: [
      [{ deliveries: [delivered(1, 1, 2, true)] }, /was attempt 2 after 0/],
      [{ attemptsMax: 1 }, /was attempt 2 of 1/],
      [{ deliveries: [delivered(1, 1, 1, false), delivered(1, 1, 1, true)] }, /attempt 1 after 1/],
    ],
  },
  duplicatesActOnce: {
    sound: { events, acknowledged: [...acknowledged, ...acknowledged] },
    broken: [
      [{ events: [...events, counted(5, ['a', 4], 'c1')] }, /c1 of Counter-a is recorded at 1 and/],
      [
        { acknowledged: [...acknowledged, { ...acknowledged[0]!, version: 2, position: 2 }] },
        /receipts of c1 of Counter-a say 1 at 1 and 2 at 2/,
      ],
    ],
  },
  timersFireOnce: {
    sound: {
      firings: [
        { timer: 't', occurrence: 1, dueAtMs: 10, actedAtMs: 10 },
        { timer: 't', occurrence: 2, dueAtMs: 20, actedAtMs: 25 },
      ],
    },
    broken: [
      [{ firings: [{ timer: 't', occurrence: 1, dueAtMs: 10, actedAtMs: 9 }] }, /1 ms early/],
      [
        { firings: [5, 6].map((actedAtMs) => ({ ...firing, actedAtMs })) },
        /t, occurrence 1 acted twice/,
      ],
    ],
  },
  sameSeedSameLog: {
    sound: { one: events, other: [...events] },
    broken: [
      [{ other: [one, two, three, { ...four, id: 'x' }] }, /position 4 is another event/],
      [{ other: [one] }, /4 and 1 events/],
    ],
  },
}

describe('the law', () => {
  for (const name of Object.keys(laws) as (keyof Laws)[]) {
    const law = laws[name] as (history: object) => readonly string[]
    const { sound, broken } = cases[name] as Cases<object>

    test(`${name} lets a sound history pass and reports every broken one`, () => {
      assert.deepEqual(law(sound), [])
      for (const [change, says] of broken) {
        assert.match(law({ ...sound, ...change }).join('\n'), says)
      }
      assert.ok(broken.length > 0)
    })
  }

  test('has a file of its own, and every such file is a law of the index', () => {
    const folder = new URL('./invariants/', import.meta.url)
    const shared = ['index', 'delivery']
    const files = readdirSync(folder)
      .filter((file) => file.endsWith('.js'))
      .map((file) => file.slice(0, -'.js'.length))
      .filter((file) => !shared.includes(file))

    const named = Object.keys(laws).map((name) =>
      name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    )

    assert.deepEqual(files.sort(), named.sort())
  })
})

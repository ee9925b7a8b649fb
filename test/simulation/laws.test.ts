/** Every law that only the simulation has reports a history that breaks it, and passes one that does not. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { laws } from '../support/invariants/index.js'
import { History, type SeenEvent, type Sent, type SetTimer } from './history.js'
import { commandProblems } from './laws/command-laws.js'
import {
  completenessProblems,
  deliveryProblems,
  type HandlerFacts,
  mirrorProblems,
} from './laws/delivery-laws.js'
import { claimProblems, decisions, wholenessProblems } from './laws/log-laws.js'
import { timerProblems } from './laws/timer-laws.js'
import { rowsAfter, viewProblems } from './laws/view-laws.js'
import type { JournalEntry } from './world.js'

/** What is changed of an event that breaks no law. */
interface Change extends Partial<Omit<SeenEvent, 'data' | 'metadata'>> {
  readonly data?: object
  readonly commandId?: string
}

/** A log of one account to which 1 is added at each position, by a command of its own, but for changes. */
function logOf(...changes: readonly Change[]): readonly SeenEvent[] {
  return changes.map(({ data, commandId, ...change }, at) => {
    const token = `t${at + 1}`
    const origin = { token, group: token, at: 1, of: 1, part: 1, parts: 1 }
    const payload = { ...origin, amount: 1, eventsBefore: at, sumBefore: at, ...data }
    const event = {
      ...{ id: `e${at + 1}`, type: 'Added', streamId: 'Account-a', aggregateId: 'a' },
      ...{ version: at + 1, position: at + 1, recordedAt: new Date(at * 1_000) },
      metadata: { commandId: commandId ?? token, correlationId: token, causationId: token },
    }
    return { ...event, data: payload, ...change } as unknown as SeenEvent
  })
}

const sound = logOf({}, {}, {})

function sentAs(token: string, change: Partial<Sent> = {}): Sent {
  return {
    ...{ token, command: 'add', to: 'a', group: token, at: 1, of: 1, amount: 1, parts: 1 },
    ...{ name: '', commandId: null, expectedVersion: null, receipts: [], attempts: 1, refusals: 0 },
    ...change,
  }
}

const allSent = [sentAs('t1'), sentAs('t2'), sentAs('t3')]
const windowEvents = 2

/** What is found when one log is read, and then another. */
function problemsOfReading(...logs: readonly (readonly SeenEvent[])[]): readonly string[] {
  const history = new History()
  for (const each of logs) history.reread(each)
  return history.problems
}

/** Asserts that a law passes a history, and finds exactly one thing wrong with another. */
function assertFound(
  law: string,
  passed: readonly string[],
  found: readonly string[],
  what: RegExp,
): void {
  test(law, () => {
    assert.deepEqual(passed, [])
    assert.equal(found.length, 1, found.join())
    assert.match(found[0]!, what)
  })
}

describe('a law of the log finds', () => {
  const [one, two] = [{ parts: 2 }, { token: 't1', group: 't1', part: 2, parts: 2 }]
  assertFound(
    'a command without its end',
    wholenessProblems(logOf({ data: one }, { data: two })),
    wholenessProblems(logOf({ data: one })),
    /behind position 1/,
  )
  assertFound(
    'a command without its beginning',
    wholenessProblems(sound),
    wholenessProblems(logOf({ data: two })),
    /did not begin/,
  )
  const [first, second] = [
    { group: 'g', of: 2 },
    { group: 'g', at: 2, of: 2 },
  ]
  assertFound(
    'half a transaction',
    wholenessProblems(logOf({ data: first }, { data: second })),
    wholenessProblems(logOf({ data: first })),
    /behind position 1 is not g 2 1/,
  )
  assertFound(
    'a decision on another state',
    laws.decisionsRestOnTheLog({ events: sound, ...decisions }),
    laws.decisionsRestOnTheLog({ events: logOf({}, { data: { sumBefore: 7 } }), ...decisions }),
    /another state/,
  )
  const named = (streamId: string, name: string): Change => ({
    ...{ type: 'Named', streamId, data: { name } },
  })
  assertFound(
    'a name that two hold',
    claimProblems(logOf(named('Account-a', 'x'), named('Account-a', ''), named('Account-b', 'x'))),
    claimProblems(logOf(named('Account-a', 'x'), named('Account-b', 'x'))),
    /takes 'x'/,
  )
  assertFound(
    'a position that has changed',
    problemsOfReading(sound, sound),
    problemsOfReading(sound, logOf({ data: { amount: 2 } }, {}, {})),
    /position 1 has changed/,
  )
})

describe('a law of commands finds', () => {
  const passed = commandProblems(sound, allSent, windowEvents)
  const problemsOf = (...changed: readonly Sent[]): readonly string[] =>
    commandProblems(
      sound,
      allSent.map((each) => changed.find(({ token }) => token === each.token) ?? each),
      windowEvents,
    )

  assertFound('a phantom', passed, commandProblems(sound, allSent.slice(1), 2), /never sent/)
  assertFound(
    'a command that is not what was sent',
    passed,
    problemsOf(sentAs('t2', { amount: 5 })),
    /not what t2 said/,
  )
  assertFound(
    'an acknowledged command that is lost',
    problemsOf(sentAs('t2', { receipts: [{ version: 2, position: 2, duplicate: false }] })),
    problemsOf(sentAs('t2', { receipts: [{ version: 4, position: 4, duplicate: false }] })),
    /acknowledged at position 4 and is not there/,
  )
  assertFound(
    'a refused command that is there',
    problemsOf(sentAs('t2', { attempts: 2, refusals: 1 })),
    problemsOf(sentAs('t2', { attempts: 2, refusals: 2 })),
    /refused and is recorded/,
  )
  const repeated = { data: { token: 't1', group: 't1' } }
  const named = [sentAs('t1', { commandId: 'c' }), ...allSent.slice(1)]
  assertFound(
    'a repeated command that acts twice while it is remembered',
    commandProblems(logOf({}, {}, {}, repeated), named, windowEvents),
    commandProblems(logOf({}, {}, repeated), named, windowEvents),
    /recorded again at position 3/,
  )
  assertFound(
    'an append on another version than it expected',
    problemsOf(sentAs('t2', { expectedVersion: 1 })),
    problemsOf(sentAs('t2', { expectedVersion: 0 })),
    /not behind version 0/,
  )
})

const facts: HandlerFacts = {
  ...{ name: 'h', attemptsMax: 3, retriesAtOnce: 0, keepsOrder: true, faultyLives: new Set() },
  keyOf: ({ streamId }) => streamId,
  wants: ({ type }) => type === 'Added',
}

/** Entries as `begun 1`, `failed 1`, `begun 1 2` (the attempt), `begun 1 1 2` (in life 2). */
function journalOf(...entries: readonly string[]): readonly JournalEntry[] {
  return entries.map((entry) => {
    const [what, position, attempt = '1', life = '1'] = entry.split(' ')
    const place = { position: Number(position), id: `e${position}`, attempt: Number(attempt) }
    const whose = { handler: 'h', redrives: 0, life: Number(life) }
    return { what: what as JournalEntry['what'], ...place, ...whose }
  })
}

describe('a law of deliveries finds', () => {
  const problemsOf = (...entries: readonly string[]): readonly string[] =>
    deliveryProblems(facts, sound, journalOf(...entries))
  const passed = problemsOf('begun 1', 'handled 1', 'begun 2', 'failed 2', 'begun 2 2', 'handled 2')

  assertFound(
    'an event that is in no log',
    passed,
    deliveryProblems(facts, logOf({ id: 'other' }), journalOf('begun 1')),
    /not in the log/,
  )
  assertFound(
    'an event before its turn',
    problemsOf('begun 1', 'failed 1', 'givingUp 1', 'begun 2'),
    problemsOf('begun 1', 'failed 1', 'begun 2'),
    /given 2 before 1/,
  )
  assertFound(
    'two events of a key at once',
    problemsOf('begun 1', 'handled 1', 'begun 1 1 2', 'begun 2'),
    problemsOf('begun 1', 'handled 1', 'begun 1', 'begun 2'),
    /given 2 beside 1/,
  )
  assertFound(
    'an attempt too many',
    problemsOf('begun 1', 'begun 1 2 2', 'begun 1 3 3'),
    problemsOf('begun 1', 'begun 1 2 2', 'begun 1 3 3', 'begun 1 4 4'),
    /beyond 3/,
  )
  assertFound(
    'attempts that are forgotten',
    problemsOf('begun 1', 'begun 1 2 2', 'begun 1 2 3'),
    problemsOf('begun 1', 'begun 1 2 2', 'begun 1 1 3'),
    /attempt 1 of position 1 at h came after 2/,
  )
  assertFound(
    'an event that was never handled',
    completenessProblems(facts, sound, journalOf('handled 1', 'givingUp 2', 'handled 3')),
    completenessProblems(facts, sound, journalOf('handled 1', 'handled 3')),
    /never handled position 2/,
  )
  const mirrored = { type: 'Mirrored', data: { from: 1 } }
  const handled = journalOf('handled 1').map((each) => ({ ...each, handler: 'mirroring' }))
  assertFound(
    'an effect that happened twice',
    mirrorProblems(logOf({}, mirrored), handled),
    mirrorProblems(logOf({}, mirrored, mirrored), handled),
    /mirrored 2 times/,
  )
  assertFound(
    'an effect that never happened',
    mirrorProblems(logOf({}), []),
    mirrorProblems(logOf({}), handled),
    /not mirrored/,
  )
})

describe('a law of views finds', () => {
  for (const view of ['Totals', 'Recent'] as const) {
    const rows = rowsAfter(view, sound, 2)
    assertFound(
      `rows of ${view} that are those of no moment`,
      viewProblems(view, sound, rows, 1),
      viewProblems(view, sound, rows, 3),
      /are not those of the log up to 3/,
    )
    assertFound(
      `that ${view} is ahead of the log`,
      viewProblems(view, sound, rows, 2),
      viewProblems(view, sound.slice(0, 1), rowsAfter(view, sound, 1), 2),
      /is ahead of the log: 2 of 1/,
    )
  }
})

describe('a law of timers finds', () => {
  const timer = (change: Partial<SetTimer> = {}): SetTimer => ({
    ...{ token: 't1', name: 'n', to: 'a', dueAtMs: 0, everyMs: null },
    ...{ isSet: true, isTouched: false, ...change },
  })
  const rung = (commandId: string): Change => ({
    ...{ type: 'Rung', data: { token: 't1' }, commandId },
  })
  const problemsOf = (commandIds: readonly string[], ...timers: readonly SetTimer[]): string[] =>
    timerProblems(
      logOf(...commandIds.map(rung)),
      timers,
      new Map([
        ['at 5', 5],
        ['at 15', 15],
      ]),
    )
  const passed = problemsOf(['at 5'], timer({ dueAtMs: 5 }))

  assertFound('a timer that nobody set', passed, problemsOf(['at 5']), /never set/)
  assertFound(
    'a timer that fires early',
    passed,
    problemsOf(['at 5'], timer({ dueAtMs: 6 })),
    /1 ms early/,
  )
  assertFound(
    'a timer that fires twice',
    passed,
    problemsOf(['at 5', 'at 15'], timer()),
    /fired 2 times/,
  )
  assertFound(
    'an interval that is cut short',
    problemsOf(['at 5', 'at 15'], timer({ dueAtMs: 5, everyMs: 10 })),
    problemsOf(['at 5', 'at 15'], timer({ dueAtMs: 5, everyMs: 11 })),
    /t1, occurrence 2 was 1 ms early/,
  )
  assertFound(
    'one firing that is recorded twice',
    problemsOf(['at 5', 'at 15'], timer({ everyMs: 10 })),
    problemsOf(['at 15', 'at 15'], timer({ everyMs: 10 })),
    /occurrence 1 acted twice/,
  )
  assertFound(
    'a timer that never fires',
    problemsOf([], timer({ isTouched: true })),
    problemsOf([], timer()),
    /never fired/,
  )
})

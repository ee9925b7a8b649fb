/**
 * Decoders of texts that come from files and from outside: lines of exports, lock files, tokens of pages.
 */

import { hash } from 'node:crypto'
import { encodeValue } from '../../../src/events/codec.js'
import type { RecordedEvent } from '../../../src/events/event.js'
import { eventFromJson, eventToJson } from '../../../src/events/event-json.js'
import {
  defineActor,
  defineApp,
  defineEvent,
  defineProjector,
  rowType,
} from '../../../src/index.js'
import { parseSchemaLock } from '../../../src/runtime/parse-schema-lock.js'
import { describeSchemas } from '../../../src/runtime/schema-lock.js'
import {
  endLine,
  headerLine,
  isLineError,
  parseEnd,
  parseHeader,
} from '../../../src/store/exchange/exchange-format.js'
import { parseLock } from '../../../src/store/lmdb/lock.js'
import { isRunning, ownIdentity } from '../../../src/store/lmdb/process-identity.js'
import type { TableDatabase } from '../../../src/store/tables.js'
import { findRows, parseFind } from '../../../src/subscriptions/view-query.js'
import { Draw } from './draw.js'
import { mutated, mutatedText } from './mutate.js'
import { type Outcome, outcomeOf, type Target, Violation } from './target.js'

const Order = defineActor('Order', {
  initialState: () => ({ sum: 0 }),
  events: {
    Placed: defineEvent({ sum: 'number' }),
    Paid: defineEvent({ method: 'string|optional' }),
  },
  evolve: { Placed: (state, { data }) => ({ sum: state.sum + data.sum }), Paid: (state) => state },
  commands: {
    place: {
      schema: { sum: 'number' },
      decide: (_state, command, { events }) => events.Placed(command),
    },
  },
})
const Sums = defineProjector('Sums', {
  version: 1,
  from: [Order],
  row: rowType<{ readonly sum: number }>(),
  indexes: { bySum: (row) => [row.sum] },
  on: { Placed: ({ aggregateId, data }, view) => view.put(aggregateId, { sum: data.sum }) },
})

export function textTargets(seed: number, openTables: TableDatabase): readonly Target[] {
  const draw = new Draw(seed, -2)
  return [
    exportedEvents(draw),
    exportEnds(),
    lockFiles(),
    schemaLocks(),
    pageTokens(draw, openTables),
  ]
}

function exportedEvents(draw: Draw): Target {
  const lines = Array.from({ length: 64 }, (_each, at) => eventToJson(eventOf(draw, at + 1)))
  return {
    name: 'lines of exports',
    run: (each) => {
      const line = each.of(lines)
      const changed = mutatedText(line, each, each.of(lines))
      return lineOutcome(() => {
        // What says more than a record keeps is refused by the check that reads the file.
        if (eventToJson(eventFromJson(changed)) !== changed) return 'refused'
        return changed === line ? 'as it was' : 'another value'
      })
    },
  }
}

function eventOf(draw: Draw, position: number): RecordedEvent {
  const recordedAt = new Date(draw.below(2 ** 31) * 1_000)
  return {
    ...{ id: `Order-1@${position}`, type: 'Placed', schemaVersion: 1, aggregateType: 'Order' },
    ...{ aggregateId: '1', streamId: 'Order-1', version: position, position, recordedAt },
    occurredAt: draw.below(2) === 0 ? recordedAt : new Date(0),
    data: draw.payload(),
    metadata: { commandId: 'c', correlationId: 'c', causationId: 'c', more: draw.value() },
  }
}

function exportEnds(): Target {
  const sha256 = hash('sha256', 'x', 'hex')
  const header = headerLine({ after: 0, to: 9 }).trim()
  const end = endLine({ end: 9, events: 9, sha256 }).trim()
  return {
    name: 'headers and ends of exports',
    run: (each) => {
      const isHeader = each.below(2) === 0
      const line = isHeader ? header : end
      const changed = mutatedText(line, each, isHeader ? end : header)
      return lineOutcome(() => {
        const read = isHeader ? parseHeader(changed) : parseEnd(changed)
        if (read === undefined) return 'refused'
        return changed === line ? 'as it was' : 'another value'
      })
    },
  }
}

function lineOutcome(decode: () => Outcome): Outcome {
  try {
    return decode()
  } catch (error) {
    if (isLineError(error)) return 'refused'
    throw error
  }
}

/** The `lock` of a data directory: whoever it names is running, or is not. */
function lockFiles(): Target {
  const sound = `${JSON.stringify({ ...ownIdentity(), epoch: 3 })}\n`
  return {
    name: 'locks of data directories',
    run: (each) => {
      const changed = mutatedText(sound, each, sound)
      const content = parseLock(changed)
      if (content === undefined) return 'refused'
      const { pid, started, epoch } = content
      if (!Number.isInteger(pid) || typeof started !== 'string' || typeof epoch !== 'number') {
        throw new Violation('a lock that is none')
      }
      // Asking the system takes a while: one in eight is enough.
      const isAsked = each.below(8) === 0
      if (isAsked && ![true, false, 'elsewhere'].includes(isRunning(content))) {
        throw new Violation('no answer')
      }
      return changed === sound ? 'as it was' : 'another value'
    },
  }
}

function schemaLocks(): Target {
  const sound = JSON.stringify(describeSchemas(defineApp({ actors: [Order], projectors: [Sums] })))
  return {
    name: 'locks of schemas',
    run: (each) => {
      const changed = mutatedText(sound, each, sound)
      return outcomeOf(() => {
        parseSchemaLock(changed)
        return changed === sound ? 'as it was' : 'another value'
      })
    },
  }
}

function pageTokens(draw: Draw, tables: TableDatabase): Target {
  const made = Array.from({ length: 64 }, (_each, at) =>
    encodeValue(at % 2 === 0 ? [draw.text()] : ['bySum', draw.below(99), draw.text()]),
  )
  return {
    name: 'tokens of pages',
    run: (each) => {
      const bytes = each.of(made)
      const changed = mutated(bytes, each, each.of(made))
      const index = each.below(2) === 0 ? {} : ({ index: 'bySum' } as const)
      return outcomeOf(() => {
        findRows(
          tables,
          parseFind(Sums, { after: changed.toString('base64url'), limit: 3, ...index }),
        )
        return changed.equals(bytes) ? 'as it was' : 'another value'
      })
    },
  }
}

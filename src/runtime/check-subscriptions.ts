/**
 * What became of projectors and handlers since the lock was written.
 *
 * Pure. Rows of a view were made by the code of their day; cursors, queues and dead letters of a handler are
 * kept under its name and partitions.
 */

import { isDeepStrictEqual } from 'node:util'
import { risenEvents } from './check-actors.js'
import type { SchemaFinding } from './schema-findings.js'
import {
  entryOf,
  type LockedHandler,
  type LockedProjector,
  type SchemaLock,
} from './schema-lock.js'

export function checkProjectors(before: SchemaLock, after: SchemaLock): readonly SchemaFinding[] {
  return Object.entries(before.projectors).flatMap(([name, was]): readonly SchemaFinding[] => {
    const where = `projector ${name}`
    const is = entryOf(after.projectors, name)
    if (is === undefined) {
      const what = 'The app no longer has it; its directory stays.'
      const advice = 'Delete the directory of its view when no older code needs it.'
      return [{ kind: 'projector-removed', severity: 'warns', where, what, advice }]
    }
    const finding = checkProjector(was, is, risen(before, after, is))
    return finding === null ? [] : [{ ...finding, where }]
  })
}

type Finding = Omit<SchemaFinding, 'where'>

function checkProjector(
  was: LockedProjector,
  is: LockedProjector,
  risenTypes: readonly string[],
): Finding | null {
  if (is.version > was.version) return null
  const advice = `Give it version ${was.version + 1}, so that its rows are built anew.`
  if (is.version < was.version) {
    return {
      kind: 'projector-version-lowered',
      severity: 'warns',
      what: `It went from version ${was.version} to ${is.version}, whose rows may still be there.`,
      advice,
    }
  }
  const changed = changedKeys(was, is)
  if (changed.some((key) => key !== 'unknownEvents')) {
    return {
      kind: 'projector-changed',
      severity: 'breaks',
      what: `Its ${changed.join(', ')} changed, its version is still ${is.version}: rows of before lack it.`,
      advice,
    }
  }
  if (changed.length > 0 || risenTypes.length > 0) {
    const what =
      changed.length > 0 ? 'Its unknownEvents' : `What it reads (${risenTypes.join(', ')})`
    return {
      kind: 'projector-version-kept',
      severity: 'warns',
      what: `${what} changed, its version is still ${is.version}.`,
      advice: `${advice.slice(0, -1)}, if those would be others.`,
    }
  }
  return null
}

/** What a projector reads and is of a higher version than before. */
function risen(
  before: SchemaLock,
  after: SchemaLock,
  { from, on }: LockedProjector,
): readonly string[] {
  return from.flatMap((name) => {
    const [was, is] = [entryOf(before.actors, name), entryOf(after.actors, name)]
    if (was === undefined || is === undefined) return []
    return risenEvents(was, is).filter((type) => on.includes(type))
  })
}

export function checkHandlers(before: SchemaLock, after: SchemaLock): readonly SchemaFinding[] {
  return Object.entries(before.handlers).flatMap(([name, was]): readonly SchemaFinding[] => {
    const where = `handler ${name}`
    const is = entryOf(after.handlers, name)
    if (is !== undefined) return checkHandler(was, is).map((finding) => ({ ...finding, where }))
    return [{ ...handlerLost(name, was, before, after), where }]
  })
}

function handlerLost(
  name: string,
  was: LockedHandler,
  before: SchemaLock,
  after: SchemaLock,
): Finding {
  const heir = Object.entries(after.handlers).find(
    ([other, is]) => entryOf(before.handlers, other) === undefined && isDeepStrictEqual(is, was),
  )
  if (heir === undefined) {
    return {
      kind: 'handler-removed',
      severity: 'warns',
      what: 'The app no longer has it; its cursor and its dead letters stay behind.',
      advice: 'Redrive or discard its dead letters before it goes.',
    }
  }
  return {
    kind: 'handler-renamed',
    severity: 'breaks',
    what: `It seems to be called ${heir[0]} now, which begins anew: ${beginning(was)}.`,
    advice: `Keep the name ${name}, or give the new one a startFrom and see to the old dead letters.`,
  }
}

function beginning({ startFrom }: LockedHandler): string {
  if (startFrom === 'beginning') return 'every side effect is repeated'
  return startFrom === 'end' ? 'what was not handled yet is skipped' : `from position ${startFrom}`
}

function checkHandler(was: LockedHandler, is: LockedHandler): readonly Finding[] {
  const findings: Finding[] = []
  if (is.partitions !== was.partitions) {
    findings.push({
      kind: 'partitions-changed',
      severity: 'breaks',
      what: `Its partitions went from ${was.partitions} to ${is.partitions}: the runtime will not open.`,
      advice: `Keep ${was.partitions}; they are part of what is stored.`,
    })
  }
  if (!isDeepStrictEqual([is.from, is.on], [was.from, was.on])) {
    findings.push({
      kind: 'handler-events-changed',
      severity: 'warns',
      what: 'It handles other events: those that its cursor has passed are not delivered later.',
      advice: 'Give new events a handler of their own if the old ones matter.',
    })
  }
  if (!isDeepStrictEqual(is.retry, was.retry)) {
    findings.push({
      kind: 'retry-changed',
      severity: 'warns',
      what: `Its retry policy changed: ${changedKeys(was.retry, is.retry).join(', ')}.`,
      advice: 'Write the lock anew if that is meant.',
    })
  }
  const options = changedKeys(was, is).filter((key) => !known.has(key))
  if (options.length > 0) {
    findings.push({
      kind: 'handler-changed',
      severity: 'warns',
      what: `Its options changed: ${options.join(', ')}.`,
      advice: options.includes('keyed')
        ? 'Redrive its dead letters first: what is parked is kept under the key of before.'
        : 'Write the lock anew if that is meant.',
    })
  }
  return findings
}

/** Looked at one by one. */
const known: ReadonlySet<string> = new Set(['partitions', 'from', 'on', 'retry'])

function changedKeys<T extends object>(was: T, is: T): readonly string[] {
  return (Object.keys(is) as (keyof T & string)[]).filter(
    (key) => !isDeepStrictEqual(was[key], is[key]),
  )
}

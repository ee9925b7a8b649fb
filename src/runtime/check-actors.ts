/**
 * What became of the actors since the lock was written: their events, commands and snapshots, and what
 * the store has that they do not know.
 *
 * Pure.
 */

import { compareSchemas } from '../events/schema-change.js'
import { checkClaims } from './check-concerns.js'
import { type ActorPair, checkEvents, eventOf } from './check-events.js'
import type { RecordedSchema } from './recorded-schemas.js'
import type { SchemaFinding } from './schema-findings.js'
import { entryOf, type LockedActor, type SchemaLock } from './schema-lock.js'

export function checkActors(
  before: SchemaLock,
  after: SchemaLock,
  recorded: readonly RecordedSchema[] | null,
): readonly SchemaFinding[] {
  return Object.entries(before.actors).flatMap(([name, was]) => {
    const is = entryOf(after.actors, name)
    const own = recorded?.filter(({ aggregateType }) => aggregateType === name) ?? null
    if (is === undefined) return [actorRemoved(name, own)]
    const pair = { name, before: was, after: is, recorded: own }
    return [
      ...checkEvents(pair),
      ...checkCommands(pair),
      ...checkSnapshot(pair),
      ...checkClaims(pair),
    ]
  })
}

function actorRemoved(name: string, recorded: readonly RecordedSchema[] | null): SchemaFinding {
  return {
    kind: 'actor-removed',
    severity: recorded === null || recorded.length > 0 ? 'breaks' : 'warns',
    where: `actor ${name}`,
    what: 'The app no longer has it; its events stay in the log and nobody reads them.',
    advice: 'Keep it as long as the store has events of it; an actor cannot be renamed.',
  }
}

/** Commands are not stored: who sends them has to change with them, and nothing else. */
function checkCommands({ name, before, after }: ActorPair): readonly SchemaFinding[] {
  return Object.entries(before.commands).flatMap(([command, was]): readonly SchemaFinding[] => {
    const is = entryOf(after.commands, command)
    const where = `command ${name}.${command}`
    if (is === undefined) {
      const what = 'The actor no longer takes it.'
      const advice = 'Look after whoever sends it.'
      return [{ kind: 'command-removed', severity: 'warns', where, what, advice }]
    }
    if (compareSchemas(was.schema, is.schema) !== 'narrower') return []
    const what = 'Its schema may refuse what it took before.'
    const advice = 'Look after whoever sends it, handlers and other processes among them.'
    return [{ kind: 'command-changed', severity: 'warns', where, what, advice }]
  })
}

function checkSnapshot({ name, before, after }: ActorPair): readonly SchemaFinding[] {
  if (before.snapshot === null || after.snapshot === null) return []
  const [was, is] = [before.snapshot.version, after.snapshot.version]
  const where = `actor ${name}`
  if (is < was) {
    return [
      {
        kind: 'snapshot-version-lowered',
        severity: 'breaks',
        where,
        what: `snapshot.version went from ${was} to ${is}: snapshots of old states pass for present ones.`,
        advice: `Give it ${was + 1}.`,
      },
    ]
  }
  const risen = risenEvents(before, after)
  if (is > was || risen.length === 0) return []
  return [
    {
      kind: 'snapshot-version-kept',
      severity: 'warns',
      where,
      what: `${risen.join(', ')} got a new version, snapshot.version is still ${is}.`,
      advice: `Give it ${is + 1} if a state that is folded anew would be another.`,
    },
  ]
}

/** The events, by their present names, that have a higher version than before. */
export function risenEvents(before: LockedActor, after: LockedActor): readonly string[] {
  return Object.entries(before.events).flatMap(([type, was]) => {
    const found = eventOf(after, type)
    return found !== null && found[1].version > was.version ? [found[0]] : []
  })
}

/** What the store has and the app cannot read, of actors that the app has or the lock never had. */
export function checkRecorded(
  before: SchemaLock,
  after: SchemaLock,
  recorded: readonly RecordedSchema[],
): readonly SchemaFinding[] {
  const byType = new Map<string, RecordedSchema[]>()
  for (const each of recorded) {
    const { aggregateType, type } = each
    // Said of the actor already.
    if (entryOf(before.actors, aggregateType) && !entryOf(after.actors, aggregateType)) continue
    const key = `${aggregateType} ${type}`
    byType.set(key, [...(byType.get(key) ?? []), each])
  }
  return [...byType.values()].flatMap((all) => checkRecordedType(after, all))
}

/** @param recorded - All versions of one type. */
function checkRecordedType(
  after: SchemaLock,
  recorded: readonly RecordedSchema[],
): readonly SchemaFinding[] {
  const { aggregateType, type } = recorded[0]!
  const actor = entryOf(after.actors, aggregateType)
  const found = actor === undefined ? null : eventOf(actor, type)
  if (found === null) {
    return [
      {
        kind: 'event-unknown',
        severity: 'breaks',
        where: `event ${aggregateType}.${type}`,
        what: `The store has ${amountOf(recorded)}, the app does not know the type.`,
        advice: 'Define it, or name it in formerly of the event that took its place.',
      },
    ]
  }
  const [present, event] = found
  const newer = recorded.filter(({ schemaVersion }) => schemaVersion > event.version)
  if (newer.length === 0) return []
  return [
    {
      kind: 'event-version-unknown',
      severity: 'breaks',
      where: `event ${aggregateType}.${present}`,
      what: `The store has ${amountOf(newer)}, the app knows ${event.version} at most.`,
      advice: 'Run the code that recorded them, or give it a higher version with upcasters.',
    },
  ]
}

/** `12 events of version 3`, or `versions 3, 4` where nobody counted. */
function amountOf(recorded: readonly RecordedSchema[]): string {
  const versions = recorded.map(({ schemaVersion }) => schemaVersion).join(', ')
  const named = `version${recorded.length === 1 ? '' : 's'} ${versions}`
  if (recorded.some(({ events }) => events === undefined)) return named
  const events = recorded.reduce((sum, each) => sum + each.events!, 0)
  return `${events} event${events === 1 ? '' : 's'} of ${named}`
}

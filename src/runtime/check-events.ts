/**
 * What became of an actor's events since its lock was written.
 *
 * Pure. An event is the same one under its present and its former names. What the store has recorded, where
 * it is known, decides whether a loss is one: what was never recorded cannot break.
 */

import { compareSchemas } from '../events/schema-change.js'
import { checkConcerns } from './check-concerns.js'
import type { RecordedSchema } from './recorded-schemas.js'
import type { SchemaFinding } from './schema-findings.js'
import type { LockedActor, LockedEvent } from './schema-lock.js'

/** One actor, yesterday and today. */
export interface ActorPair {
  readonly name: string
  readonly before: LockedActor
  readonly after: LockedActor
  /** What the store has of this actor; `null`: nobody knows. */
  readonly recorded: readonly RecordedSchema[] | null
}

/** One event, yesterday and today. */
interface EventPair {
  readonly where: string
  readonly names: readonly string[]
  readonly before: LockedEvent
  readonly after: LockedEvent
  readonly recorded: readonly RecordedSchema[] | null
}

export function checkEvents(pair: ActorPair): readonly SchemaFinding[] {
  return Object.entries(pair.before.events).flatMap(([type, before]) => {
    const names = [type, ...before.formerly]
    const found = eventOf(pair.after, type)
    if (found === null) return [lost(pair, type, before)]
    const [present, after] = found
    const { recorded } = pair
    const where = `event ${pair.name}.${present}`
    return checkEvent({ where, names, before, after, recorded }).concat(
      droppedNames(pair, before, [present, ...after.formerly]),
      checkConcerns(where, before, after),
    )
  })
}

/** The event that a name stands for today. */
export function eventOf(
  { events }: LockedActor,
  name: string,
): readonly [string, LockedEvent] | null {
  const found = Object.entries(events).find(
    ([type, { formerly }]) => type === name || formerly.includes(name),
  )
  return found ?? null
}

function checkEvent(pair: EventPair): readonly SchemaFinding[] {
  const { where, before, after } = pair
  if (after.version < before.version) return [lowered(pair)]
  const missing = missingUpcasters(where, after)
  if (missing !== null) return [missing]
  return after.version === before.version ? checkSchema(pair) : []
}

function lowered({ where, names, before, after, recorded }: EventPair): SchemaFinding {
  const isRecorded = hasRecorded(recorded, names, (version) => version > after.version)
  return {
    kind: 'event-version-lowered',
    severity: isRecorded ? 'breaks' : 'warns',
    where,
    what: `It went from version ${before.version} to ${after.version}; events of later versions can no longer be read.`,
    advice: `Give it version ${before.version + 1}: versions go on counting, across renames too.`,
  }
}

/** `null`: every version before the current one leads on. */
function missingUpcasters(where: string, event: LockedEvent): SchemaFinding | null {
  const { version, upcastFrom } = event
  const missing: number[] = []
  for (let from = 1; from < version && missing.length < 10; from++) {
    if (!upcastFrom.includes(from)) missing.push(from)
  }
  if (missing.length === 0) return null
  return {
    kind: 'upcaster-missing',
    severity: 'breaks',
    where,
    what: `Version ${version} has no upcaster for ${missing.join(', ')}.`,
    advice: 'Add one for each version before the current one.',
  }
}

function checkSchema({
  where,
  names,
  before,
  after,
  recorded,
}: EventPair): readonly SchemaFinding[] {
  const { version } = before
  switch (compareSchemas(before.schema, after.schema)) {
    case 'same':
      return []
    case 'narrower': {
      const isRecorded = hasRecorded(recorded, names, (each) => each === version)
      return [
        {
          kind: 'event-schema-changed',
          severity: isRecorded ? 'breaks' : 'warns',
          where,
          what: `Its schema changed, its version is still ${version}: payloads that were recorded may not fit it.`,
          advice: `Give it version ${version + 1} and an upcaster for ${version}.`,
        },
      ]
    }
    case 'wider':
      return [
        {
          kind: 'event-schema-widened',
          severity: 'warns',
          where,
          what: `Its schema accepts more than before under version ${version}; what was recorded still fits.`,
          advice: 'Write the lock anew. Code of before may not understand what is recorded now.',
        },
      ]
    case 'checks':
      return [
        {
          kind: 'event-check-changed',
          severity: 'warns',
          where,
          what: `The text of a custom function in its schema changed, its version is still ${version}.`,
          advice: `Write the lock anew if it accepts what it did; else give it version ${version + 1}.`,
        },
      ]
    case 'opaque':
      return [
        {
          kind: 'event-schema-opaque',
          severity: 'warns',
          where,
          what: 'Its schema has no JSON Schema, so nobody can tell whether it changed.',
          advice: 'Use a schema that offers Standard JSON Schema.',
        },
      ]
  }
}

/** The event is gone, or goes by a name that says nothing of its old one. */
function lost(pair: ActorPair, type: string, before: LockedEvent): SchemaFinding {
  // A former name may be an event of its own again.
  const unread = [type, ...before.formerly].filter((name) => eventOf(pair.after, name) === null)
  const isRecorded = hasRecorded(pair.recorded, unread, () => true)
  const severity = isRecorded ? 'breaks' : 'warns'
  const where = `event ${pair.name}.${type}`
  const heir = heirOf(pair, before)
  if (heir !== null) {
    return {
      kind: 'event-renamed',
      severity,
      where,
      what: `It seems to be called ${heir} now, which does not say so.`,
      advice: `Add formerly: ['${type}'] to ${heir}.`,
    }
  }
  return {
    kind: 'event-removed',
    severity,
    where,
    what: `The app no longer knows it${isRecorded && pair.recorded !== null ? ', and the store has it' : ''}.`,
    advice:
      'Define it again, with a version whose upcaster returns [] if nobody wants it, or name it in ' +
      'formerly of the event that took its place.',
  }
}

/** An event that is new today and has the schema of one that is gone. */
function heirOf({ before, after }: ActorPair, gone: LockedEvent): string | null {
  if (compareSchemas(gone.schema, gone.schema) === 'opaque') return null
  const found = Object.entries(after.events).find(
    ([type, event]) =>
      eventOf(before, type) === null &&
      !event.formerly.some((name) => eventOf(before, name) !== null) &&
      event.schemaHash === gone.schemaHash,
  )
  return found?.[0] ?? null
}

function droppedNames(
  pair: ActorPair,
  before: LockedEvent,
  names: readonly string[],
): readonly SchemaFinding[] {
  return before.formerly
    .filter((name) => !names.includes(name) && eventOf(pair.after, name) === null)
    .map((name) => ({
      kind: 'event-name-dropped',
      severity: hasRecorded(pair.recorded, [name], () => true) ? 'breaks' : 'warns',
      where: `event ${pair.name}.${name}`,
      what: `${names[0]} no longer says that it was called so: events of that name cannot be read.`,
      advice: `Keep formerly: ['${name}'].`,
    }))
}

/** True too where nobody knows. */
function hasRecorded(
  recorded: readonly RecordedSchema[] | null,
  names: readonly string[],
  isVersion: (version: number) => boolean,
): boolean {
  if (recorded === null) return true
  return recorded.some(
    ({ type, schemaVersion }) => names.includes(type) && isVersion(schemaVersion),
  )
}

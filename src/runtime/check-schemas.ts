/**
 * `checkSchemas`: what would break if this app took over the data of the one that wrote the lock.
 *
 * Pure: an app, a lock, and what a store has recorded, all of them data. Opens nothing and changes nothing.
 */

import type { AppDefinition } from '../define/app.js'
import { checkActors, checkRecorded } from './check-actors.js'
import { checkHandlers, checkProjectors } from './check-subscriptions.js'
import { parseSchemaLock } from './parse-schema-lock.js'
import { assertRecorded, type RecordedSchema } from './recorded-schemas.js'
import { type SchemaFinding, sortFindings } from './schema-findings.js'
import { describeSchemas, type SchemaLock } from './schema-lock.js'

/**
 * Compares an app with a lock that was written earlier, and with what a store has.
 *
 * @param lock - The text of the lock file, or what it parses to.
 * @param recorded - What the store has, as `runtime.schemas.count()` or `countSchemas(dataDir)` returned it.
 *   What was never recorded cannot break, so less is found with it than without; what the app cannot
 *   read is found whether the lock has it or not. @default nobody knows: everything may be recorded
 * @returns what breaks first, then by place; empty: nothing.
 * @throws {LockFileError} DRAMATIS_LOCK_FILE
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 * @throws {InvalidSchemaError} DRAMATIS_INVALID_SCHEMA
 */
export function checkSchemas(
  app: AppDefinition,
  lock: SchemaLock | string,
  recorded?: readonly RecordedSchema[],
): readonly SchemaFinding[] {
  const after = describeSchemas(app)
  const before = parseSchemaLock(lock)
  if (recorded !== undefined) assertRecorded(recorded)
  return compareLocks(before, after, recorded ?? null)
}

/** The same for two locks. */
export function compareLocks(
  before: SchemaLock,
  after: SchemaLock,
  recorded: readonly RecordedSchema[] | null,
): readonly SchemaFinding[] {
  const changes = checkActors(before, after, recorded)
  return sortFindings([
    ...changes,
    ...(recorded === null ? [] : unsaid(changes, checkRecorded(after, recorded))),
    ...checkProjectors(before, after),
    ...checkHandlers(before, after),
  ])
}

/** What the store adds: about an actor or an event of which nothing is said to break yet. */
function unsaid(
  said: readonly SchemaFinding[],
  more: readonly SchemaFinding[],
): readonly SchemaFinding[] {
  const places = new Set(
    said.filter(({ severity }) => severity === 'breaks').map(({ where }) => where),
  )
  return more.filter(({ where }) => {
    const [, actor = ''] = /^event (.*)\.[^.]*$/.exec(where) ?? []
    return !places.has(where) && !(places.has(`actor ${actor}`) && isActorGone(said, actor))
  })
}

function isActorGone(said: readonly SchemaFinding[], actor: string): boolean {
  return said.some(({ kind, where }) => kind === 'actor-removed' && where === `actor ${actor}`)
}

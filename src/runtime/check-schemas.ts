/**
 * `checkSchemas`: what would break if this app took over the data of the one that wrote the lock.
 *
 * Pure: an app, a lock, and what a store has recorded, all of them data. Opens nothing and changes nothing.
 */

import { type AppDefinition, isAppDefinition } from '../define/app.js'
import { checkActors, checkRecorded } from './check-actors.js'
import { checkSagas } from './check-sagas.js'
import { checkHandlers, checkProjectors } from './check-subscriptions.js'
import { parseSchemaLock } from './parse-schema-lock.js'
import { assertRecorded, type RecordedSchema } from './recorded-schemas.js'
import { type SchemaFinding, sortFindings } from './schema-findings.js'
import { describeSchemas, type SchemaLock } from './schema-lock.js'

/**
 * Compares an app with a lock that was written earlier, and with what a store has.
 *
 * @param app - The app of today, or a lock of it.
 * @param lock - The text of the lock file, or what it parses to.
 * @param recorded - What the store has, as `runtime.schemas.count()` or `countSchemas(dataDir)` returned it.
 *   What was never recorded cannot break, so some findings are milder with it; what the app cannot read
 *   is found whether the lock has it or not. @default nobody knows: everything may be recorded
 * @returns what breaks first, then by place; empty: nothing.
 * @throws {LockFileError} DRAMATIS_LOCK_FILE
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 * @throws {InvalidSchemaError} DRAMATIS_INVALID_SCHEMA
 */
export function checkSchemas(
  app: AppDefinition | SchemaLock | string,
  lock: SchemaLock | string,
  recorded?: readonly RecordedSchema[],
): readonly SchemaFinding[] {
  const after = isAppDefinition(app) ? describeSchemas(app) : parseSchemaLock(app)
  const before = parseSchemaLock(lock)
  if (recorded !== undefined) assertRecorded(recorded)
  const changes = checkActors(before, after, recorded ?? null)
  const places = new Set(changes.map(({ where }) => where))
  const more = recorded === undefined ? [] : checkRecorded(before, after, recorded)
  return sortFindings([
    ...changes,
    ...more.filter(({ where }) => !places.has(where)),
    ...checkProjectors(before, after),
    ...checkHandlers(before, after),
    ...checkSagas(before, after),
  ])
}

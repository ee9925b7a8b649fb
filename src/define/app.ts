/**
 * `defineApp`: everything one runtime runs, in one frozen description.
 *
 * The module that exports it (as default) is what the host and every worker load. This file owns
 * the rule that names are unique, and the fingerprint by which host and worker compare notes.
 */

import { DramatisError, InvalidArgumentError } from '../base/errors.js'
import { arrayAt, knownKeys } from '../base/options.js'
import type { EventHistory } from '../events/upcasting.js'
import type { AnyActor, EventDefinitions } from './actor.js'
import type { HandlerDefinition } from './handler.js'
import type { AnyProjector } from './projector.js'
import type { AnySaga } from './saga/saga.js'

/** Two definitions of one app share a name. */
export class DuplicateNameError extends DramatisError {
  readonly code = 'DRAMATIS_DUPLICATE_NAME'
  readonly kind: string
  readonly duplicateName: string

  constructor(kind: string, duplicateName: string) {
    super(
      `Expected every ${kind} of the app to have a name of its own, found '${duplicateName}' twice. ` +
        'Rename one of them.',
    )
    this.kind = kind
    this.duplicateName = duplicateName
  }
}

/** What {@link defineApp} returns. */
export interface AppDefinition {
  /** Those of the sagas included. */
  readonly actors: readonly AnyActor[]
  readonly projectors: readonly AnyProjector[]
  readonly handlers: readonly HandlerDefinition[]
  readonly sagas: readonly AnySaga[]
}

/**
 * Describes an app: its actors, projectors, handlers and sagas.
 *
 * @throws {DuplicateNameError} DRAMATIS_DUPLICATE_NAME
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 */
export function defineApp(definition: {
  readonly actors: readonly AnyActor[]
  readonly projectors?: readonly AnyProjector[]
  readonly handlers?: readonly HandlerDefinition[]
  readonly sagas?: readonly AnySaga[]
}): AppDefinition {
  knownKeys('app', definition, ['actors', 'projectors', 'handlers', 'sagas'])
  const { handlers = [], sagas = [] } = definition
  assertMadeBy('defineSaga', 'startOn', 'sagas', sagas)
  const actors = withSagas('actors', definition.actors, sagas, ({ actor }) => actor as AnyActor)
  const projectors = withSagas(
    'projectors',
    definition.projectors ?? [],
    sagas,
    ({ instances }) => instances,
  )
  assertMadeBy('defineActor', 'creators', 'actors', actors)
  assertMadeBy('defineProjector', 'indexes', 'projectors', projectors)
  assertMadeBy('defineHandler', 'partitions', 'handlers', handlers)
  assertUnique('actor', namesOf(actors))
  assertUnique(
    'event',
    actors.flatMap(({ events }) =>
      Object.entries(events as EventDefinitions).flatMap(([type, { formerly }]) => [
        type,
        ...formerly,
      ]),
    ),
  )
  assertUnique('projector', namesOf(projectors))
  // A saga's own handler has its name.
  assertUnique('handler', namesOf([...handlers, ...sagas]))
  for (const { name, from } of [...projectors, ...handlers, ...sagas]) {
    for (const actor of from) assertKnown(name, actor, actors)
  }
  return Object.freeze({
    [appMark]: true,
    actors: Object.freeze([...actors]),
    projectors: Object.freeze([...projectors]),
    handlers: Object.freeze([...handlers]),
    sagas: Object.freeze([...sagas]),
  })
}

/** Definitions and, behind them, those that sagas bring along. */
function withSagas<T>(
  argument: string,
  definitions: readonly T[],
  sagas: readonly AnySaga[],
  own: (saga: AnySaga) => T,
): readonly T[] {
  return [...arrayAt(`app.${argument}`, definitions), ...sagas.map(own)]
}

/** Tells an app from whatever else a module may export, across copies of the package. */
const appMark = Symbol.for('dramatis.app')

/** True for what {@link defineApp} returned, and for nothing else that a module may export. */
export function isAppDefinition(value: unknown): value is AppDefinition {
  return value !== null && typeof value === 'object' && Object.hasOwn(value, appMark)
}

/** Everything of an app that a host and a worker must agree on, as one sorted text. */
export function fingerprintOf(app: AppDefinition): string {
  const actors = app.actors.map(
    (actor) =>
      `actor ${actor.name}: ${Object.entries(actor.events as EventDefinitions)
        .map(([type, event]) => historyOf(type, event))
        .sort()
        .join(' ')}`,
  )
  const projectors = app.projectors.map(
    (projector) =>
      `projector ${projector.name}@${projector.version}: ${Object.keys(projector.on).sort().join(' ')}`,
  )
  const handlers = app.handlers.map(
    (handler) =>
      `handler ${handler.name}/${handler.partitions}: ${Object.keys(handler.on).sort().join(' ')}`,
  )
  return [...actors.sort(), ...projectors.sort(), ...handlers.sort()].join('\n')
}

/** An event and how its old versions are read: `OrderCreated@3^2<OrderPlaced>OrderNoted`. */
function historyOf(type: string, { version, upcast, formerly, into }: EventHistory): string {
  const steps = Object.keys(upcast).length
  const [names, targets] = [[...formerly].sort(), Object.keys(into).sort()]
  return [
    `${type}@${version}`,
    ...(steps > 0 ? [`^${steps}`] : []),
    ...(names.length > 0 ? [`<${names.join(',')}`] : []),
    ...(targets.length > 0 ? [`>${targets.join(',')}`] : []),
  ].join('')
}

function assertMadeBy(
  maker: string,
  property: string,
  argument: string,
  definitions: readonly object[],
): void {
  for (const definition of arrayAt(`app.${argument}`, definitions)) {
    if (definition !== null && typeof definition === 'object' && property in definition) continue
    throw new InvalidArgumentError(`app.${argument}`, `made by ${maker}`, definition)
  }
}

function namesOf(definitions: readonly { readonly name: string }[]): readonly string[] {
  return definitions.map((definition) => definition.name)
}

function assertUnique(kind: string, names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    // Directories of views are named after projectors, and some file systems ignore case.
    const folded = kind === 'projector' ? name.toLowerCase() : name
    if (seen.has(folded)) throw new DuplicateNameError(kind, name)
    seen.add(folded)
  }
}

function assertKnown(name: string, actor: AnyActor, actors: readonly AnyActor[]): void {
  if (actors.includes(actor)) return
  throw new InvalidArgumentError(`${name}.from`, 'actors of the same app', actor?.name)
}

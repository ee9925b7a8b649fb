/**
 * `defineSaga`: the description of long-running work across actors.
 *
 * Either orchestrated (`steps`: a tree of commands, calls and waits, each with its compensation), or a
 * process manager (`on`: pure functions from state and event to effects), or both. A description only;
 * `sagas/` decides and carries out.
 *
 * Invariants:
 *   - an instance belongs to one key; its stream is `NAME-key`;
 *   - every function here is pure and synchronous, except `call`.
 */

import { InvalidArgumentError } from '../../base/errors.js'
import { frozenTable } from '../../base/freeze.js'
import { functionAt, integerIn, knownKeys, objectAt, oneOf } from '../../base/options.js'
import { isTypeName } from '../../events/stream-id.js'
import type { AnyActor } from '../actor.js'
import { parseStartFrom, type StartFrom } from '../handler.js'
import type { LiteralsKept } from '../literals-kept.js'
import {
  type AnyProjector,
  assertSubscribes,
  type EventsFrom,
  parseUnknownEvents,
  type UnknownEvents,
} from '../projector.js'
import { parseRetryPolicy, type RetryPolicy } from '../retry.js'
import { type FlowIndex, indexFlow } from './check-flow.js'
import type { ReactionTools, SagaEffect } from './effects.js'
import { createFlow, sequenceOf } from './flow-builder.js'
import { createInstanceActor, type SagaActor } from './instance-actor.js'
import { createInstanceView } from './instance-view.js'
import type { FlowFrom, FlowNode, Steps } from './steps.js'

/** What a reaction returns: one effect, or several, in order. */
export type Effects<S> = SagaEffect<S> | readonly SagaEffect<S>[]

/** A command of a reaction that its actor has refused, or that cannot be sent. */
export interface FailedCommand {
  readonly actor: string
  readonly aggregateId: string
  readonly command: string
  /** The domain's own reason of a rejection; otherwise the code of the error. */
  readonly reason: string
  readonly message: string
}

/** What happens to an event for an instance that does not exist, or has ended. */
export type Unmatched = 'ignore' | 'park'

export interface SagaOptions {
  /** An event that starts nothing, for a key without an instance. @default 'ignore' */
  readonly missing?: Unmatched
  /** An event for an instance that has ended. @default 'ignore' */
  readonly ended?: Unmatched
  /** Fixed share of instances, each in order. Part of the stored state. Integer in [1, 256]. @default 64 */
  readonly partitions?: number
  /** How often an event is given to the saga again whose function threw, before its key is parked. */
  readonly retry?: Partial<RetryPolicy>
  /** Where it begins when it is first seen. @default 'beginning' */
  readonly startFrom?: StartFrom
  /** @default 'fail' */
  readonly unknownEvents?: UnknownEvents
  /** Calls to the outside at the same time. Integer in [1, 10_000]. @default 256 */
  readonly callsMax?: number
}

// biome-ignore lint/suspicious/noExplicitAny: erased; the typed forms are in defineSaga.
type Erased = (...args: any[]) => any

/** The data that a reaction to a message says it takes; `unknown`: it does not say. */
type DataTaken<Reaction> = Reaction extends (
  state: never,
  data: infer Data,
  tools: never,
) => unknown
  ? [Data] extends [never]
    ? unknown
    : Data
  : unknown

declare const sagaTypes: unique symbol

/** What {@link defineSaga} returns. */
export interface SagaDefinition<
  N extends string = string,
  S = unknown,
  M = Readonly<Record<string, unknown>>,
> {
  /** Type only: never present at run time. `M`: what messages carry, by their names. */
  readonly [sagaTypes]: { readonly state: S; readonly messages: M }
  readonly name: N
  readonly from: readonly AnyActor[]
  readonly startOn: readonly string[]
  /** By type of event; the id of the instance, or `null` for none. */
  readonly keyOf: (event: never) => unknown
  readonly state: Erased
  /** `null`: it has no steps. */
  readonly flow: FlowNode | null
  readonly index: FlowIndex
  readonly on: Readonly<Record<string, Erased>>
  readonly messages: Readonly<Record<string, Erased>>
  readonly rejected: Erased | null
  readonly missing: Unmatched
  readonly ended: Unmatched
  readonly partitions: number
  readonly retry: RetryPolicy
  readonly callsMax: number
  readonly startFrom: StartFrom
  readonly unknownEvents: UnknownEvents
  /** Types of events that it reads. */
  readonly reads: readonly string[]
  /** For `from` of views and handlers that read the saga's own events. */
  readonly actor: SagaActor<N>
  readonly instances: AnyProjector
}

// biome-ignore lint/suspicious/noExplicitAny: the bound of every saga definition.
export type AnySaga = SagaDefinition<any, any, any>

const optionNames = [
  'from',
  'startOn',
  'key',
  'state',
  'steps',
  'on',
  'messages',
  'rejected',
  'missing',
  'ended',
  'partitions',
  'retry',
  'callsMax',
  'startFrom',
  'unknownEvents',
]

/**
 * Describes a saga.
 *
 * @param name - A letter, then letters, digits, `_` or `.`; at most 80 characters; no `-`. No actor has it.
 * @throws {SagaDefinitionError} DRAMATIS_SAGA_DEFINITION: its steps make no sense.
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 */
export function defineSaga<
  const N extends string,
  const A extends readonly AnyActor[],
  const T extends keyof EventsFrom<A> & string,
  S extends NonNullable<unknown> | null,
  const M extends Record<string, Erased> = Record<never, never>,
>(
  name: N,
  definition: SagaOptions & {
    /** The actors whose events it reads. */
    readonly from: A
    /** The event, or events, that start an instance. */
    readonly startOn: T | readonly T[]
    /**
     * Which instance an event belongs to: its id, for all events or by type; `null`: to none. An id has
     * 1 to 512 bytes. @default the event's aggregateId
     */
    readonly key?:
      | ((event: EventsFrom<A>[keyof EventsFrom<A>]) => string | null)
      | { readonly [K in keyof EventsFrom<A>]?: (event: EventsFrom<A>[K]) => string | null }
    /** The state of a new instance. Plain data; recorded, so keep what is personal out of it. */
    readonly state: (event: EventsFrom<A>[T]) => S
    /** What it does, step by step. */
    readonly steps?: (flow: FlowFrom<NoInfer<S>, A>) => Steps
    /** What it decides at events: effects as data. */
    readonly on?: {
      readonly [K in keyof EventsFrom<A>]?: (
        state: NoInfer<S>,
        event: EventsFrom<A>[K],
        tools: ReactionTools<NoInfer<S>>,
      ) => Effects<NoInfer<S>> | LiteralsKept
    }
    /** What it decides at messages, which timers and hosts send. Say what their `data` is, if anything. */
    readonly messages?: {
      readonly [K in keyof M]: (
        state: NoInfer<S>,
        data: never,
        tools: ReactionTools<NoInfer<S>>,
      ) => Effects<NoInfer<S>> | LiteralsKept
    } & M
    /** What it decides when a command of a reaction fails. @default the instance halts */
    readonly rejected?: (
      state: NoInfer<S>,
      failed: FailedCommand,
      tools: ReactionTools<NoInfer<S>>,
    ) => Effects<NoInfer<S>>
  },
): SagaDefinition<N, S, { readonly [K in keyof M]: DataTaken<M[K]> }> {
  return parseSaga(name, definition as never) as never
}

/** The definition with its types erased. */
interface AnyDefinition extends SagaOptions {
  readonly from: readonly AnyActor[]
  readonly startOn: string | readonly string[]
  readonly key?: unknown
  readonly state: Erased
  readonly steps?: (flow: unknown) => Steps
  readonly on?: object
  readonly messages?: object
  readonly rejected?: Erased
}

function parseSaga(name: string, definition: AnyDefinition): object {
  if (!isTypeName(name) || name.length > 80) {
    const expected = "a letter, then letters, digits, '_' or '.', at most 80 characters"
    throw new InvalidArgumentError('name of a saga', expected, name)
  }
  knownKeys(`saga ${name}`, definition, optionNames)
  const { from, rejected } = definition
  const on = parseReactions(`${name}.on`, definition.on ?? {})
  const flow = parseSteps(name, definition.steps)
  const index = flow === null ? noSteps : indexFlow(name, flow)
  const startOn = parseStartOn(name, definition.startOn)
  const reads = [...new Set([...startOn, ...Object.keys(on), ...index.awaited])]
  assertSubscribes(`saga ${name}`, from, Object.fromEntries(reads.map((type) => [type, readType])))
  if (flow === null && Object.keys(on).length === 0) {
    throw new InvalidArgumentError(`saga ${name}`, "given 'steps', 'on', or both", definition)
  }
  if (rejected !== undefined) functionAt(`${name}.rejected`, rejected)
  const actor = createInstanceActor(name)
  return Object.freeze({
    ...{ name, startOn, flow, index, on, actor },
    from: Object.freeze([...from]),
    keyOf: parseKey(name, definition.key, from),
    state: functionAt(`${name}.state`, definition.state),
    messages: parseReactions(`${name}.messages`, definition.messages ?? {}),
    rejected: rejected ?? null,
    reads: Object.freeze(reads),
    instances: createInstanceView(name, actor as AnyActor),
    ...parseOptions(name, definition),
  })
}

type Table = Readonly<Record<string, Erased>>

const noSteps: FlowIndex = { steps: new Map(), awaited: new Set() }

function readType(): void {}

function parseOptions(name: string, options: SagaOptions): Required<SagaOptions> {
  return {
    missing: oneOf(`${name}.missing`, options.missing ?? 'ignore', ['ignore', 'park']),
    ended: oneOf(`${name}.ended`, options.ended ?? 'ignore', ['ignore', 'park']),
    partitions: integerIn(`${name}.partitions`, options.partitions ?? 64, 1, 256),
    retry: parseRetryPolicy(`${name}.retry`, options.retry),
    startFrom: parseStartFrom(name, options.startFrom),
    unknownEvents: parseUnknownEvents(name, options.unknownEvents),
    callsMax: integerIn(`${name}.callsMax`, options.callsMax ?? 256, 1, 10_000),
  }
}

function parseSteps(name: string, steps: ((flow: unknown) => Steps) | undefined): FlowNode | null {
  if (steps === undefined) return null
  return sequenceOf(name, functionAt(`${name}.steps`, steps)(createFlow(name)))
}

function parseStartOn(name: string, startOn: string | readonly string[]): readonly string[] {
  const types = typeof startOn === 'string' ? [startOn] : startOn
  const isList = Array.isArray(types) && types.length > 0
  if (isList && types.every((type) => typeof type === 'string')) return Object.freeze([...types])
  throw new InvalidArgumentError(`${name}.startOn`, 'an event type, or a list of them', startOn)
}

function parseKey(
  name: string,
  key: unknown,
  from: readonly AnyActor[],
): (event: never) => unknown {
  if (key === undefined) return (event: { readonly aggregateId: string }) => event.aggregateId
  if (typeof key === 'function') return key as (event: never) => unknown
  const table = objectAt(`${name}.key`, key as Readonly<Record<string, Erased>>)
  for (const [type, keyOf] of Object.entries(table)) {
    functionAt(`${name}.key.${type}`, keyOf)
    if (from.some((actor) => Object.hasOwn(actor.events as object, type))) continue
    const names = from.map((actor) => actor.name).join(', ')
    throw new InvalidArgumentError(`${name}.key`, `of events of ${names}`, type)
  }
  const byType = frozenTable(table)
  return (event: { readonly type: string; readonly aggregateId: string }) =>
    byType[event.type] === undefined ? event.aggregateId : byType[event.type]!(event)
}

function parseReactions(argument: string, reactions: object): Table {
  for (const [name, reaction] of Object.entries(objectAt(argument, reactions))) {
    functionAt(`${argument}.${name}`, reaction)
  }
  return frozenTable(reactions) as Table
}

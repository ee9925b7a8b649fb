/**
 * Steps: the description of what an orchestrated saga does, as a tree of frozen nodes.
 *
 * A node is a step, or steps in an order of some kind: in sequence (a list), all at once, the first of
 * several, one of two, or the same for each item. This file describes; which node is next is decided in
 * `sagas/advance.ts`.
 */

import type { AnyActor } from '../actor.js'
import type { HandlerReceipt } from '../handler.js'
import type { LiteralsKept } from '../literals-kept.js'
import type { EventsFrom } from '../projector.js'
import type { RetryPolicy } from '../retry.js'
import type { SagaCommand, SagaFacts, SagaFailure, SagaIgnored } from './effects.js'

/** What a function of a step is given beside the state. */
export interface StepFacts<Item> extends SagaFacts {
  /** What the step is repeated for; `undefined` outside of `each`. */
  readonly item: Item
  /** Its place among the items, from 0. */
  readonly index: number
}

/** What a call to the outside is given beside the state. */
export interface CallContext<Item> {
  readonly sagaId: string
  readonly step: string
  readonly item: Item
  readonly index: number
  /** 1-based. */
  readonly attempt: number
  /** The same for every attempt of this step of this instance, over restarts: hand it to what you call. */
  readonly idempotencyKey: string
  /** Aborted at `timeoutMs`, when the step's time is over, when it is cancelled, and at closing. */
  readonly signal: AbortSignal
}

/** Why an instance is being taken back. */
export interface UndoCause {
  /** The step that failed; `null`: a reaction said so, or an operator. */
  readonly step: string | null
  /** The domain's own reason; otherwise the code of the error. */
  readonly reason: string
  readonly message: string
}

/** What the `send` of a compensation is given beside the state. */
export interface UndoFacts<Item> extends StepFacts<Item> {
  /** `null`: only a branch is taken back, which lost to another. */
  readonly cause: UndoCause | null
}

/** What the `call` of a compensation is given beside the state. */
export interface UndoContext<Item> extends CallContext<Item> {
  /** `null`: only a branch is taken back, which lost to another. */
  readonly cause: UndoCause | null
}

/** What is done to take a completed step back: a command, or a call to the outside. */
export type CompensationOptions<S, Item> = {
  /** How often it is tried. @default {@link defaultRetryPolicy} */
  readonly retry?: Partial<RetryPolicy>
  /**
   * `completed`: only a step that has completed is taken back. `attempted`: also one whose call failed, so
   * that nobody knows what it has done. @default 'completed'
   */
  readonly when?: 'completed' | 'attempted'
} & (
  | {
      readonly send: (state: S, facts: UndoFacts<Item>) => SagaCommand
      /**
       * Reasons of refusals that mean that there is nothing to take back (any more): the step counts as
       * taken back. At most 100. @default none: a refusal is tried again, as `retry` says
       */
      readonly nothingToUndo?: readonly string[]
      readonly call?: never
      readonly timeoutMs?: never
    }
  | {
      readonly send?: never
      readonly nothingToUndo?: never
      readonly call: (state: S, context: UndoContext<Item>) => unknown
      /** Longest attempt. Milliseconds in [1, 3_600_000]. @default 30_000 */
      readonly timeoutMs?: number
    }
)

interface StepBase<S, E, Item> {
  /**
   * Events that end the step, by type: each returns the state from then on, `fail(reason)`, or `ignore()`
   * when it is not the one. With a command or a call, it has to succeed first; a step that an event made
   * fail is not taken back. An event that came earlier, but after the instance began, counts.
   */
  readonly until?: {
    readonly [K in keyof E]?: (
      state: S,
      event: E[K],
      facts: StepFacts<Item>,
    ) => S | SagaFailure | SagaIgnored | LiteralsKept
  }
  /**
   * How long the step may take in all, from its start. Past that it fails with cause
   * `DRAMATIS_SAGA_STEP_TIMEOUT`, and what its command has done is taken back. One that is halted by then
   * has all the time that its operator needs. Milliseconds in [1, 3_153_600_000_000]. @default no limit
   */
  readonly withinMs?: number
  /**
   * How often it is tried. @default once for a command (a rejection is an answer), {@link defaultRetryPolicy} for a call
   */
  readonly retry?: Partial<RetryPolicy>
  /**
   * After the last attempt: `compensate` undoes the saga; `park` halts it at this step until an operator
   * retries, skips or cancels. @default 'compensate'
   */
  readonly whenExhausted?: 'compensate' | 'park'
  /** Takes the completed step back when the saga fails later. */
  readonly compensate?: CompensationOptions<S, Item>
}

/** A step that sends a command. */
export interface SendStepOptions<S, E, Item> extends StepBase<S, E, Item> {
  readonly send: (state: S, facts: StepFacts<Item>) => SagaCommand
  readonly call?: never
  readonly timeoutMs?: never
  /** The state once the command is durable. @default as it was */
  readonly onAnswer?: (
    state: S,
    receipt: HandlerReceipt,
    facts: StepFacts<Item>,
  ) => S | LiteralsKept
}

/** A step that calls the outside, on the host's thread. */
export interface CallStepOptions<S, E, Item, Answer> extends StepBase<S, E, Item> {
  readonly call: (state: S, context: CallContext<Item>) => Answer | Promise<Answer>
  readonly send?: never
  /** Longest attempt. Milliseconds in [1, 3_600_000]. @default 30_000 */
  readonly timeoutMs?: number
  /** The state after the call has answered. @default as it was */
  readonly onAnswer?: (
    state: S,
    answer: NoInfer<Answer>,
    facts: StepFacts<Item>,
  ) => S | SagaFailure | LiteralsKept
}

/** A step that waits for an event, or only marks a place to compensate. */
export interface WaitStepOptions<S, E, Item> extends StepBase<S, E, Item> {
  readonly send?: never
  readonly call?: never
  readonly timeoutMs?: never
  readonly onAnswer?: never
}

/** What the builder is given for steps that are repeated. */
export interface EachOptions {
  /** How many items are worked on at the same time. Integer in [1, 1_000]. @default 1: one after the other */
  readonly parallelMax?: number
}

/** Makes the nodes of a saga. `S`: state. `E`: events by type. `Item`: what the steps are repeated for. */
export interface Flow<S, E, Item> {
  /** One step. Its name is its identity in the stream: it must not change while instances run. */
  step(name: string, options: SendStepOptions<S, E, Item>): FlowNode
  step<Answer>(name: string, options: CallStepOptions<S, E, Item, Answer>): FlowNode
  step(name: string, options?: WaitStepOptions<S, E, Item>): FlowNode
  /** Branches at the same time; done when all are. One that fails ends the others. */
  all(name: string, branches: readonly Steps[]): FlowNode
  /**
   * Branches at the same time; done when one is. The others are ended, and what they completed is taken
   * back. Fails when all have failed.
   */
  first(name: string, branches: readonly Steps[]): FlowNode
  /** One way or the other. Asked once; the answer is recorded. */
  when(
    name: string,
    test: (state: S, facts: StepFacts<Item>) => boolean,
    steps: Steps,
    otherwise?: Steps,
  ): FlowNode
  /** The same steps for each item, in order. Asked for once; the items are recorded. At most 10_000. */
  each<Each>(
    name: string,
    items: (state: S, facts: StepFacts<Item>) => readonly Each[],
    steps: (flow: Flow<S, E, Each>) => Steps,
    options?: EachOptions,
  ): FlowNode
  /** Gives up: what was completed before is taken back. */
  fail(name: string, reason: string, message?: string): FlowNode
}

/** The builder of a saga over some actors. */
export type FlowFrom<S, A extends readonly AnyActor[]> = Flow<S, EventsFrom<A>, undefined>

/** A node, or nodes in sequence. */
export type Steps = FlowNode | readonly Steps[]

// biome-ignore lint/suspicious/noExplicitAny: erased; the typed forms are above.
type Erased = (...args: any[]) => any

/** What a step does. */
export type StepAction =
  | { readonly kind: 'send'; readonly send: Erased }
  | { readonly kind: 'call'; readonly call: Erased; readonly timeoutMs: number }
  | { readonly kind: 'none' }

export interface CompensationNode {
  readonly action: Exclude<StepAction, { kind: 'none' }>
  readonly retry: RetryPolicy
  readonly when: 'completed' | 'attempted'
  readonly nothingToUndo: readonly string[]
}

export interface StepNode {
  readonly node: 'step'
  readonly name: string
  readonly action: StepAction
  readonly onAnswer: Erased | null
  /** `null`: it waits for no event. */
  readonly until: Readonly<Record<string, Erased>> | null
  readonly withinMs: number | null
  readonly retry: RetryPolicy
  readonly whenExhausted: 'compensate' | 'park'
  readonly compensate: CompensationNode | null
}

/** A part of a saga. Frozen. */
export type FlowNode =
  | StepNode
  | { readonly node: 'sequence'; readonly nodes: readonly FlowNode[] }
  | { readonly node: 'all'; readonly name: string; readonly branches: readonly FlowNode[] }
  | { readonly node: 'first'; readonly name: string; readonly branches: readonly FlowNode[] }
  | {
      readonly node: 'when'
      readonly name: string
      readonly test: Erased
      readonly steps: FlowNode
      readonly otherwise: FlowNode
    }
  | {
      readonly node: 'each'
      readonly name: string
      readonly items: Erased
      readonly steps: FlowNode
      readonly parallelMax: number
    }
  | {
      readonly node: 'fail'
      readonly name: string
      readonly reason: string
      readonly message: string | null
    }

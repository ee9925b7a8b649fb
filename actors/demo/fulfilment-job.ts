/**
 * What the parent hands to a child that fulfils orders, and what the child tells it.
 */

import type { OutsidePlan } from '../fulfilment/outside/outside-plan.js'
import type { TwinReport } from './fulfilment-figures.js'
import type { TwinName } from './fulfilment-twins.js'
import type { DemoOptions } from './options.js'

/** Plain data: it crosses processes as JSON. */
export interface FulfilmentJob {
  readonly twin: TwinName
  readonly directory: string
  /** How the world outside treats the orders. */
  readonly plan: OutsidePlan
  readonly options: DemoOptions
  /** The child asks to be killed when its log has so many events; `null`: it goes on to the end. */
  readonly eventsMax: number | null
}

/** What is found in a directory when it is opened, before anything goes on. */
export interface FoundAtOpening {
  /** Of the laws that hold at every moment, those that do not. */
  readonly brokenLaws: readonly string[]
  /** In the log. */
  readonly orders: number
  /** Of them, delivered or taken back. */
  readonly ended: number
}

export type ChildMessage =
  /** Once, at the start. */
  | { readonly kind: 'opened'; readonly found: FoundAtOpening }
  /** Now and then. */
  | { readonly kind: 'progress'; readonly events: number }
  /** It has as many events as it was to have, and goes on until it is killed. */
  | { readonly kind: 'killable'; readonly events: number }
  /** Everything is at rest and closed. */
  | { readonly kind: 'done'; readonly report: TwinReport }
  /** It cannot go on. */
  | { readonly kind: 'failed'; readonly message: string }

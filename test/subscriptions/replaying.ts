/** A handler that events are replayed to, and what it has seen. */

import type { TestContext } from 'node:test'
import {
  type HandlerContext,
  type HandlerDefinition,
  type ReplayOptions,
  type ReplayResult,
  TerminalError,
} from '../../src/index.js'
import { type Added, type HandlerSetup, recording, Workplace } from './workplace.js'

/** A delivery, as the handler saw it. */
export interface Seen {
  readonly id: string
  readonly isReplay: boolean
  readonly attempt: number
  readonly idempotencyKey: string
}

export interface ReplaySetup extends Partial<HandlerSetup> {
  readonly dataDir?: string
  readonly closeTimeoutMs?: number
  /** What a delivery of a replay does. */
  readonly again?: (event: Added, context: HandlerContext) => unknown
}

/** What `open` gives. */
export interface Replaying {
  readonly work: Workplace
  readonly seen: Seen[]
  readonly handler: HandlerDefinition
  readonly replay: (options?: ReplayOptions) => Promise<ReplayResult>
}

export async function open(
  t: TestContext,
  { dataDir, closeTimeoutMs, again = () => {}, ...setup }: ReplaySetup = {},
): Promise<Replaying> {
  const seen: Seen[] = []
  const { handle = () => {} } = setup
  const { handler } = recording({
    ...setup,
    handle: (event, context) => {
      const { attempt, isReplay, idempotencyKey } = context
      seen.push({ id: event.id, isReplay, attempt, idempotencyKey })
      return isReplay ? again(event, context) : handle(event, context)
    },
  })
  const place = {
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(closeTimeoutMs === undefined ? {} : { closeTimeoutMs }),
  }
  const work = await Workplace.open(t, { handlers: [handler], ...place })
  return { work, seen, handler, replay: (options) => work.runtime.handler(handler).replay(options) }
}

export function replayed(seen: readonly Seen[]): string[] {
  return seen.filter(({ isReplay }) => isReplay).map(({ id }) => id.slice('Counter-'.length))
}

export const refuse = (...ids: readonly string[]) => {
  return ({ aggregateId }: Added) => {
    if (ids.includes(aggregateId)) throw new TerminalError('no such customer')
  }
}

/**
 * What a handler asks of its host, across threads: sending a command, setting and cancelling timers.
 *
 * Used on every thread alike, so that a handler cannot tell where it runs. The host's half is
 * `answerRequest`. Errors come back with their code, and a refusal with the domain's reason;
 * they are no instances of their classes any more.
 */

import type { CommandRejectedError } from '../actors/errors.js'
import { createDeferred, type Deferred } from '../base/deferred.js'
import { DramatisError, type ErrorData, errorToData, InvalidArgumentError } from '../base/errors.js'
import type { CommandTarget } from '../define/command-target.js'
import type { HandlerReceipt } from '../define/handler.js'
import type { AnyRecordedEvent } from '../define/projector.js'
import type { TimerTime } from '../define/timer-time.js'
import type { HandlerHost } from './delivery.js'
import type { FromPump, HostRequest, ToPump } from './pump-messages.js'

/** An error that happened on another thread. `code` is the original's. */
export class RemoteError extends Error {
  readonly code: string | undefined
  /** Why the domain refused the command; `undefined` for every other error. */
  readonly reason: string | undefined

  constructor(data: ErrorData, reason?: string) {
    super(
      data.message,
      data.cause === undefined ? undefined : { cause: new RemoteError(data.cause) },
    )
    this.name = data.name
    this.code = data.code
    this.reason = reason
  }
}

type WithoutId<Request> = Request extends unknown ? Omit<Request, 'id'> : never

export class RemoteHost implements HandlerHost {
  readonly #post: (request: HostRequest) => void
  readonly #waiting = new Map<number, Deferred<unknown>>()
  #lastId = 0

  constructor(post: (request: HostRequest) => void) {
    this.#post = post
  }

  async send(
    event: AnyRecordedEvent,
    commandId: string,
    target: CommandTarget,
    isRepeated: boolean,
  ): Promise<HandlerReceipt> {
    const { position } = event
    const sent = { commandId, position, isRepeated }
    const request = { type: 'send' as const, ...sent, ...originOf(event), ...target }
    return (await this.#ask(request, `data of ${target.command}`, target.data)) as HandlerReceipt
  }

  async schedule(
    event: AnyRecordedEvent,
    timerId: string,
    name: string,
    target: CommandTarget,
    time: TimerTime,
  ): Promise<void> {
    const setting = { timerId, name, time, fromMs: event.recordedAt.getTime() }
    const request = { type: 'schedule' as const, ...setting, ...originOf(event), ...target }
    await this.#ask(request, `data of ${target.command}`, target.data)
  }

  async cancelTimer(name: string): Promise<boolean> {
    return (await this.#ask({ type: 'cancelTimer', name }, 'name of a timer', name)) as boolean
  }

  receive(message: ToPump): void {
    if (message.type !== 'answered' && message.type !== 'refused') return
    const deferred = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (message.type === 'answered') deferred?.resolve(message.answer)
    else deferred?.reject(new RemoteError(message.error, message.reason ?? undefined))
  }

  /** @param argument - What to blame, and its value, if the request cannot cross. */
  #ask(request: WithoutId<HostRequest>, argument: string, value: unknown): Promise<unknown> {
    const deferred = createDeferred<unknown>()
    const id = ++this.#lastId
    this.#waiting.set(id, deferred)
    try {
      this.#post({ ...request, id })
    } catch {
      // What cannot be cloned cannot be recorded either.
      this.#waiting.delete(id)
      deferred.reject(new InvalidArgumentError(argument, 'plain data', value))
    }
    return deferred.promise
  }
}

function originOf(event: AnyRecordedEvent): {
  readonly causationId: string
  readonly correlationId: string
  readonly userId: string | null
} {
  const { correlationId, userId = null } = event.metadata
  return { causationId: event.id, correlationId, userId }
}

/** Does on the host what a handler elsewhere asks for. @returns plain data. */
export type AnswerOnHost = (request: HostRequest) => Promise<unknown>

/** Whether a message is for {@link answerRequest}. */
export function isHostRequest(message: {
  readonly type: FromPump['type'] | string
}): message is HostRequest {
  return message.type === 'send' || message.type === 'schedule' || message.type === 'cancelTimer'
}

/** The host's half: does what is asked, and answers either way. */
export async function answerRequest(
  answer: AnswerOnHost,
  request: HostRequest,
  post: (message: Extract<ToPump, { type: 'answered' | 'refused' }>) => void,
): Promise<void> {
  try {
    post({ type: 'answered', id: request.id, answer: await answer(request) })
  } catch (error) {
    post({ type: 'refused', id: request.id, error: errorToData(error), reason: reasonOf(error) })
  }
}

/** The domain's own reason for its no. */
function reasonOf(error: unknown): string | null {
  if (!(error instanceof DramatisError) || error.code !== 'DRAMATIS_COMMAND_REJECTED') return null
  return (error as CommandRejectedError).reason
}

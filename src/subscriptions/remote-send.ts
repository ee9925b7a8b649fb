/**
 * `ctx.send` across threads: asks the host to send a command and waits for its answer.
 *
 * Used on every thread alike, so that a handler cannot tell where it runs. The host's half is
 * `answerSend`. Errors come back with their code, and a refusal with the domain's reason;
 * they are no instances of their classes any more.
 */

import { createDeferred, type Deferred } from '../base/deferred.js'
import { DramatisError, type ErrorData, errorToData, InvalidArgumentError } from '../base/errors.js'
import type { HandlerReceipt } from '../define/handler.js'
import type { SendFromHandler } from './delivery.js'
import type { SendRequest, ToPump } from './pump-messages.js'

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

export class RemoteSend {
  readonly #post: (request: SendRequest) => void
  readonly #waiting = new Map<number, Deferred<HandlerReceipt>>()
  #lastId = 0

  constructor(post: (request: SendRequest) => void) {
    this.#post = post
  }

  readonly send: SendFromHandler = (event, commandId, actor, aggregateId, command, data) => {
    const deferred = createDeferred<HandlerReceipt>()
    const id = ++this.#lastId
    const { correlationId, userId = null } = event.metadata
    const target = { actor, aggregateId, command, data }
    const from = { commandId, causationId: event.id, correlationId, userId }
    this.#waiting.set(id, deferred)
    try {
      this.#post({ type: 'send', id, ...from, ...target })
    } catch {
      // What cannot be cloned cannot be recorded either.
      this.#waiting.delete(id)
      deferred.reject(new InvalidArgumentError(`data of ${command}`, 'plain data', data))
    }
    return deferred.promise
  }

  receive(message: ToPump): void {
    if (message.type !== 'sent' && message.type !== 'unsent') return
    const deferred = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (message.type === 'sent') deferred?.resolve(message.receipt as HandlerReceipt)
    else deferred?.reject(new RemoteError(message.error, message.reason ?? undefined))
  }
}

/** Sends a command on the host for a handler elsewhere. */
export type SendOnHost = (request: SendRequest) => Promise<HandlerReceipt>

/** The host's half: sends, and answers either way. */
export async function answerSend(
  send: SendOnHost,
  request: SendRequest,
  post: (message: ToPump) => void,
): Promise<void> {
  try {
    const { streamId, version, position, duplicate } = await send(request)
    post({ type: 'sent', id: request.id, receipt: { streamId, version, position, duplicate } })
  } catch (error) {
    post({ type: 'unsent', id: request.id, error: errorToData(error), reason: reasonOf(error) })
  }
}

/** The domain's own reason for its no. */
function reasonOf(error: unknown): string | null {
  if (!(error instanceof DramatisError) || error.code !== 'DRAMATIS_COMMAND_REJECTED') return null
  return (error as { readonly reason?: string }).reason ?? null
}

/**
 * A stand-in for what a shop talks to: the mail service, the carrier, the data warehouse.
 *
 * Like any good service it honours idempotency keys, because a handler is delivered to at least
 * once. It keeps to memory, one instance per thread, and forgets the oldest keys beyond its limit.
 */

export type Service = 'mail' | 'carrier' | 'warehouse'

export interface ServiceRequest {
  readonly service: Service
  /** What it is about: the order's id. */
  readonly subject: string
  readonly text: string
}

export interface ServiceCall {
  readonly idempotencyKey: string
  readonly signal: AbortSignal
}

const keysMax = 10_000
const keysSeen = new Set<string>()

/**
 * Hands a request over.
 *
 * @returns `repeated` when the key has been seen: the service did nothing a second time.
 * @throws the signal's reason when it is aborted.
 */
export async function callService(
  request: ServiceRequest,
  call: ServiceCall,
): Promise<'accepted' | 'repeated'> {
  call.signal.throwIfAborted()
  const key = `${request.service} ${call.idempotencyKey}`
  if (keysSeen.has(key)) return 'repeated'
  keysSeen.add(key)
  if (keysSeen.size > keysMax) forgetOldest()
  return 'accepted'
}

function forgetOldest(): void {
  for (const oldest of keysSeen) {
    keysSeen.delete(oldest)
    return
  }
}

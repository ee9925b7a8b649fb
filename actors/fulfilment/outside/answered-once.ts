/**
 * What any good service outside does: fails now and then, and answers the same key the same way.
 *
 * A request is acted on once per idempotency key, and its answer is remembered. A request that fails
 * for now was not acted on. It keeps to memory, one instance per thread, and forgets the oldest answers
 * beyond its limit; as answers follow from the plan, one that was forgotten comes out the same.
 *
 * Invariant: `acts` grows by one for each key that is remembered, so acting twice shows.
 */

import { failsForNow, type OutsideRequest } from './outside-plan.js'
import { planInForce } from './plan-in-force.js'

/** What a handler or a saga step hands on. */
export interface OutsideCall {
  readonly idempotencyKey: string
  readonly attempt: number
  readonly signal: AbortSignal
}

const answersMax = 100_000

export class AnsweredOnce {
  readonly #name: string
  readonly #answers = new Map<string, unknown>()
  readonly #acts = new Map<string, number>()

  /** @param name - Of the service, for its errors. */
  constructor(name: string) {
    this.#name = name
  }

  /**
   * Answers a request.
   *
   * @param request - What is asked of the service.
   * @param act - Makes the answer. Called once per key.
   * @throws an error when the service is unavailable for now; the signal's reason when it is aborted.
   */
  async answer<Answer>(
    request: OutsideRequest,
    orderId: string,
    { idempotencyKey, attempt, signal }: OutsideCall,
    act: () => Answer,
  ): Promise<Answer> {
    signal.throwIfAborted()
    if (failsForNow(planInForce(), `${request} ${orderId}`, attempt)) {
      throw new Error(`503 ${this.#name} is unavailable, ${request} of ${orderId} was not done`)
    }
    const key = `${request} ${idempotencyKey}`
    if (this.#answers.has(key)) return this.#answers.get(key) as Answer
    const answer = act()
    this.#answers.set(key, answer)
    const what = `${request} ${orderId}`
    this.#acts.set(what, (this.#acts.get(what) ?? 0) + 1)
    forgetOldest(this.#answers)
    forgetOldest(this.#acts)
    return answer
  }

  /** How often it acted for an order on this thread, repeated keys not counted. */
  acts(request: OutsideRequest, orderId: string): number {
    return this.#acts.get(`${request} ${orderId}`) ?? 0
  }
}

/** Maps keep the order of their first insertions. */
function forgetOldest(map: Map<string, unknown>): void {
  if (map.size <= answersMax) return
  const [oldest] = map.keys()
  map.delete(oldest!)
}

/**
 * The bus: events in this process, live, once they are durable.
 *
 * For what is worth knowing now and worthless later: caches, web sockets, metrics. It keeps nothing and
 * repeats nothing; what must not be missed is a handler's work. Runs per event, at no cost while nobody
 * subscribes.
 *
 * Invariants:
 *   - events come in the order of the log, each subscriber once;
 *   - a subscriber that throws or rejects harms nobody: it is counted, and called again next time.
 */

import { InvalidArgumentError } from '../base/errors.js'
import type { AnyRecordedEvent } from '../define/projector.js'
import type { RecordedEvent } from '../events/event.js'
import { isStreamEnd } from '../events/stream-end.js'

export type BusListener = (event: AnyRecordedEvent) => unknown

interface Subscriber {
  readonly pattern: string
  readonly listener: BusListener
}

const patternShape = /^([A-Za-z][A-Za-z0-9_.]*\*?|\*)$/

export class Bus {
  #subscribers: readonly Subscriber[] = []
  /** Who listens to a type; forgotten whenever somebody comes or goes. */
  #byType = new Map<string, readonly Subscriber[]>()
  #failures = 0

  get subscribers(): number {
    return this.#subscribers.length
  }

  /** Calls of subscribers that threw or rejected. */
  get failures(): number {
    return this.#failures
  }

  /**
   * Calls back for every event of a type, of all types that begin alike (`Order*`), or of any (`*`).
   *
   * @returns Ends the subscription; calling it again does nothing.
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   */
  subscribe(pattern: string, listener: BusListener): () => void {
    if (typeof pattern !== 'string' || !patternShape.test(pattern)) {
      throw new InvalidArgumentError(
        'pattern',
        "an event type, a prefix such as 'Order*', or '*'",
        pattern,
      )
    }
    if (typeof listener !== 'function') {
      throw new InvalidArgumentError('listener', 'a function', listener)
    }
    const subscriber = { pattern, listener }
    this.#change([...this.#subscribers, subscriber])
    return () => this.#change(this.#subscribers.filter((each) => each !== subscriber))
  }

  publish(events: readonly RecordedEvent[]): void {
    if (this.#subscribers.length === 0) return
    for (const event of events) {
      for (const subscriber of this.#listenersOf(event.type)) this.#call(subscriber, event)
    }
  }

  #change(subscribers: readonly Subscriber[]): void {
    this.#subscribers = subscribers
    this.#byType = new Map()
  }

  #listenersOf(type: string): readonly Subscriber[] {
    let listeners = this.#byType.get(type)
    if (listeners === undefined) {
      listeners = isStreamEnd(type)
        ? []
        : this.#subscribers.filter(({ pattern }) => matches(pattern, type))
      this.#byType.set(type, listeners)
    }
    return listeners
  }

  #call({ listener }: Subscriber, event: RecordedEvent): void {
    try {
      const returned = listener(event)
      if (returned instanceof Promise) returned.catch(() => this.#count())
    } catch {
      this.#count()
    }
  }

  #count(): void {
    this.#failures += 1
  }
}

function matches(pattern: string, type: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type
}

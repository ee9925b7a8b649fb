/** What a runtime tells of its timers on the diagnostics channel, awaited one after the other. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createDeferred } from '../../../src/base/deferred.js'
import type { TimerMessage } from '../../../src/telemetry/channels.js'
import { onEnd, type Scope } from '../../support/scope.js'

export class TimerWatch {
  readonly messages: TimerMessage[] = []
  #heard = createDeferred()

  constructor(scope: Scope) {
    const listen = (message: unknown): void => {
      this.messages.push(message as TimerMessage)
      this.#heard.resolve()
      this.#heard = createDeferred()
    }
    subscribe('dramatis:timer', listen)
    onEnd(scope, () => unsubscribe('dramatis:timer', listen))
  }

  /** Resolves with the nth message, from 1, that says this of a timer. */
  async heard(action: TimerMessage['action'], name: string, nth = 1): Promise<TimerMessage> {
    for (;;) {
      const found = this.messages.filter((each) => each.action === action && each.name === name)
      if (found.length >= nth) return found[nth - 1]!
      await this.#heard.promise
    }
  }
}

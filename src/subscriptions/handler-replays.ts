/**
 * The replays of one handler: one at a time, ended when the handler stops.
 *
 * Owns which one is under way; the replay itself is `handler-replay.ts`.
 */

import { ReplayFailedError } from './errors.js'
import { HandlerReplay, type ReplayPorts } from './handler-replay.js'
import { parseReplay, type ReplayOptions, type ReplayResult } from './replay-options.js'

export class HandlerReplays {
  readonly #ports: ReplayPorts
  #replay: HandlerReplay | null = null
  #running: Promise<unknown> = Promise.resolve()

  constructor(ports: ReplayPorts) {
    this.#ports = ports
  }

  /**
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   * @throws {ReplayFailedError} DRAMATIS_REPLAY_FAILED
   */
  async run(options: ReplayOptions): Promise<ReplayResult> {
    const { ledger } = this.#ports
    const { definition } = ledger
    const asked = parseReplay(definition, options, ledger.cursor)
    if (this.#replay !== null) {
      throw new ReplayFailedError(definition.name, 'one is under way already', null)
    }
    this.#replay = new HandlerReplay(this.#ports, asked)
    const running = this.#replay.run()
    this.#running = running.catch(() => {})
    try {
      return await running
    } finally {
      this.#replay = null
    }
  }

  /** Ends the one under way, if there is one; resolves when nothing that it read is being delivered. */
  async interrupt(why: string): Promise<void> {
    this.#replay?.stop(why)
    await this.#running
  }

  /** Ends the one under way, after which none may begin: by itself; after half the time by its signals; after all of it at once. */
  async stop(deadlineMs: number): Promise<void> {
    const { clock } = this.#ports
    this.#replay?.stop('the runtime is closing')
    const cancelAbort = clock.schedule(deadlineMs / 2, () => this.#replay?.abort())
    const cancelEnd = clock.schedule(deadlineMs, () =>
      this.#replay?.terminate('closing took too long'),
    )
    await this.#running
    cancelAbort()
    cancelEnd()
  }
}

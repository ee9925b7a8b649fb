/** A runtime on real threads and a directory, with the app whose handlers can kill them. */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { type HandlerStatus, openRuntime, type Runtime } from '../../src/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { Counter } from './apps/killers.js'
import { until } from './until.js'

export class Threaded {
  readonly runtime: Runtime
  readonly #faults: string

  private constructor(runtime: Runtime, faults: string) {
    this.runtime = runtime
    this.#faults = faults
  }

  static async open(t: TestContext, workers: number): Promise<Threaded> {
    const directory = await TemporaryDirectory.make(t)
    const faults = join(dirname(directory.path), 'faults')
    mkdirSync(faults)
    process.env.DRAMATIS_TEST_FAULTS = faults
    const runtime = await openRuntime({
      app: new URL('./apps/killers.js', import.meta.url),
      dataDir: directory.path,
      workers,
      closeTimeoutMs: 4_000,
    })
    directory.closing(runtime)
    return new Threaded(runtime, faults)
  }

  async add(...ids: readonly string[]): Promise<number> {
    let position = 0
    for (const id of ids) {
      const receipt = await this.runtime.actor(Counter, id).send('add', { n: 1 })
      position = receipt.position
    }
    return position
  }

  /** From now on nothing does harm. */
  mend(): void {
    writeFileSync(join(this.#faults, 'mended'), '')
  }

  /** From now on what did harm does it again. */
  breakAgain(): void {
    rmSync(join(this.#faults, 'mended'))
  }

  status(handler: string): HandlerStatus {
    return this.runtime.handler(handler).status()
  }

  async through(handler: string, timeoutMs = 60_000): Promise<void> {
    await this.runtime.caughtUp(this.runtime.log.head, { handler, timeoutMs })
  }

  async parked(handler: string, keys: number): Promise<void> {
    await this.until(`${keys} keys are parked`, () => this.status(handler).parkedKeys >= keys)
  }

  async settled(handler: string): Promise<void> {
    await this.through(handler)
    await this.until(`${handler} has no retries`, () => this.status(handler).retryingKeys === 0)
  }

  /** Waits, and says how the runtime is when that was in vain. */
  async until(what: string, condition: () => boolean): Promise<void> {
    await until(what, condition).catch((error: Error) => {
      const { handlers, views } = this.runtime.status()
      throw new Error(`${error.message}: ${JSON.stringify({ handlers, views })}`, { cause: error })
    })
  }

  /** `id@version attempt` of every call of the handler. */
  calls(handler: string): string[] {
    const file = join(this.#faults, 'calls')
    if (!existsSync(file)) return []
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    return lines
      .filter((line) => line.startsWith(`${handler} `))
      .map((line) => line.slice(handler.length + 1))
  }
}

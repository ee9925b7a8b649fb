/**
 * A data directory that lives through kills, and everything that is known of it from outside: what was
 * acknowledged, what was delivered, and how it stood after each kill.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as moment } from 'node:timers/promises'
import { createSeededRandom, type Random } from '../../src/base/random.js'
import { ChildScript } from '../support/child-process.js'
import { onEnd, type Scope } from '../support/scope.js'
import type { DeliveryEnvironment } from './app.js'
import type { LoadingOptions } from './children/loading.js'
import type { Settlement, SettlingOptions } from './children/settling.js'
import { type Acknowledgement, acknowledgementsIn } from './commands.js'
import { readDeliveries } from './deliveries.js'
import { DeliveryAudit } from './delivery-audit.js'
import { LogAudit } from './log-audit.js'
import { ViewAudit } from './view-audit.js'
import { createNewestModel, createTotalsModel } from './view-models.js'

/** How a process lived and when it was killed. */
export interface LifePlan {
  readonly workers: number | 'inline'
  /** `under way`: it has acknowledged something. `opening`: it has begun to open the directory. */
  readonly killedOnce: 'under way' | 'opening'
  /** So long after that. Milliseconds. */
  readonly afterMs: number
}

const actors = 24
const inFlight = 4

export class CrashedDirectory {
  /** The data directory. */
  readonly path: string
  readonly log: LogAudit = new LogAudit()
  readonly views: readonly ViewAudit[]
  readonly acknowledged: Acknowledgement[] = []
  readonly #scope: Scope
  readonly #root: string
  readonly #random: Random
  #lives = 0
  #kills = 0

  private constructor(scope: Scope, root: string, seed: number) {
    this.#scope = scope
    this.#root = root
    this.path = join(root, 'data')
    this.#random = createSeededRandom(seed)
    this.views = [createTotalsModel(), createNewestModel()].map((model) => new ViewAudit(model))
  }

  static async make(scope: Scope, seed: number): Promise<CrashedDirectory> {
    const root = await mkdtemp(join(tmpdir(), 'dramatis-crash-'))
    onEnd(scope, () => rm(root, { recursive: true, force: true }))
    return new CrashedDirectory(scope, root, seed)
  }

  /** Processes killed so far. */
  get kills(): number {
    return this.#kills
  }

  /** A life as the seed has it: a few to a few hundred milliseconds under way. */
  planLife(workers: LifePlan['workers']): LifePlan {
    return {
      workers,
      killedOnce: 'under way',
      afterMs: 3 + Math.floor(this.#random.next() ** 1.5 * 300),
    }
  }

  /** A life that may end before it has opened the directory. */
  planBirth(workers: LifePlan['workers']): LifePlan {
    return { workers, killedOnce: 'opening', afterMs: Math.floor(this.#random.next() * 250) }
  }

  /** Starts a process, kills it at the moment that the plan names, and looks at what it left. */
  async live(plan: LifePlan): Promise<void> {
    const life = ++this.#lives
    const options: LoadingOptions = {
      dataDir: this.path,
      workers: plan.workers,
      life,
      seed: Math.floor(this.#random.next() * 2 ** 32),
      actors,
      inFlight,
    }
    const child = this.#start('loading', options, 'no')
    await child.said(plan.killedOnce)
    await moment(plan.afterMs)
    await child.kill()
    this.#kills += 1
    this.#noteOpened(child)
    const acknowledged = acknowledgementsIn(child.lines)
    this.acknowledged.push(...acknowledged)
    if (child.errors !== '') this.log.report(`life ${life} wrote: ${child.errors}`)
    await this.#check(life, acknowledged)
  }

  /** Lets a process finish everything, alone. */
  async settle(options: Omit<SettlingOptions, 'dataDir'>, isFixed: boolean): Promise<Settlement> {
    const child = this.#startSettling(options, isFixed)
    const line = await child.said('settled ')
    await child.ended
    this.#noteOpened(child)
    return JSON.parse(line.slice('settled '.length)) as Settlement
  }

  /** The same, but killed at a random moment after it has said something. */
  async settleUntilKilled(
    options: Omit<SettlingOptions, 'dataDir'>,
    said: string,
    afterMsMax: number,
  ): Promise<void> {
    const child = this.#startSettling(options, true)
    await child.said(said)
    await moment(Math.floor(this.#random.next() * afterMsMax))
    await child.kill()
    this.#kills += 1
    this.#noteOpened(child)
  }

  /** Number of the process that starts next. */
  get nextLife(): number {
    return this.#lives + 1
  }

  /** Everything that handlers have done so far. */
  auditDeliveries(redrivenIn?: number): DeliveryAudit {
    return new DeliveryAudit(readDeliveries(this.#deliveriesPath), redrivenIn)
  }

  /** Reads the whole log once more, and every stream both ways. */
  async readAgain(): Promise<LogAudit> {
    const audit = new LogAudit()
    await audit.readFrom(this.path, { withStreams: true })
    audit.checkAcknowledged(this.acknowledged)
    audit.checkUnchanged(this.log.events)
    return audit
  }

  /** Compares the rows on disk with the log. */
  async checkViews(): Promise<void> {
    for (const view of this.views) await view.check(this.path, this.log.events)
  }

  get #deliveriesPath(): string {
    return join(this.#root, 'deliveries')
  }

  async #check(life: number, acknowledged: readonly Acknowledgement[]): Promise<void> {
    await this.log.readFrom(this.path)
    this.log.checkAcknowledged(acknowledged)
    this.log.checkSent(life, acknowledged, inFlight)
    await this.checkViews()
  }

  #startSettling(options: Omit<SettlingOptions, 'dataDir'>, isFixed: boolean): ChildScript {
    this.#lives += 1
    return this.#start('settling', { ...options, dataDir: this.path }, isFixed ? 'yes' : 'no')
  }

  #start(script: string, options: object, isFixed: 'yes' | 'no'): ChildScript {
    const env: DeliveryEnvironment = {
      DRAMATIS_CRASH_DELIVERIES: this.#deliveriesPath,
      DRAMATIS_CRASH_LIFE: `${this.#lives}`,
      DRAMATIS_CRASH_FIXED: isFixed,
    }
    const url = new URL(`./children/${script}.js`, import.meta.url)
    return new ChildScript(this.#scope, url, { options, env: { ...env } })
  }

  #noteOpened(child: ChildScript): void {
    const line = child.lines.find((each) => each.startsWith('opened '))
    if (line !== undefined) this.log.opened(Number(line.slice('opened '.length)))
  }
}

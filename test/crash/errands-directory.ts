/**
 * A data directory in which processes run errands and are killed, at whatever moment a test chooses, and what
 * is known of it from outside. Every life recovers from the one before: recovery is killed as well.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { failpointVariable } from '../../src/base/failpoint.js'
import { ChildScript } from '../support/child-process.js'
import { laws } from '../support/invariants/index.js'
import { onEnd, type Scope } from '../support/scope.js'
import type { DeliveryEnvironment } from './app.js'
import type { RunningErrandsOptions } from './children/running-errands.js'
import type { SettledErrands, SettlingErrandsOptions } from './children/settling-errands.js'
import { type Acknowledgement, acknowledgementsIn } from './commands.js'
import { readDeliveries } from './deliveries.js'
import { attemptsMax } from './errands-app.js'
import { evolve, initialState, LogAudit } from './log-audit.js'
import { ViewAudit } from './view-audit.js'
import { createTotalsModel } from './view-models.js'

/** What ends a life. */
export interface Ending {
  /** A place, as {@link failpointVariable} takes it. */
  readonly failpoint?: string
  /** Called with the process that has begun to open the directory. */
  readonly kill?: (child: ChildScript) => Promise<void>
  /** Leaves the look at what it left to {@link ErrandsDirectory.settle}. @default false */
  readonly isUnseen?: boolean
  /** What runs Node. */
  readonly under?: readonly string[]
}

/** Commands of a counter that are under way at once. */
const inFlightMax = 5

export class ErrandsDirectory {
  readonly path: string
  readonly log: LogAudit = new LogAudit()
  readonly totals: ViewAudit = new ViewAudit(createTotalsModel())
  readonly #scope: Scope
  readonly #root: string
  readonly #acknowledged: Acknowledgement[] = []
  readonly #forgotten: string[] = []
  #lives = 0
  #kills = 0

  private constructor(scope: Scope, root: string) {
    this.#scope = scope
    this.#root = root
    this.path = join(root, 'data')
  }

  static async make(scope: Scope): Promise<ErrandsDirectory> {
    const root = await mkdtemp(join(tmpdir(), 'dramatis-errands-'))
    onEnd(scope, () => rm(root, { recursive: true, force: true }))
    return new ErrandsDirectory(scope, root)
  }

  /** Processes killed so far. */
  get kills(): number {
    return this.#kills
  }

  get acknowledged(): number {
    return this.#acknowledged.length
  }

  get problems(): readonly string[] {
    return [...this.log.problems, ...this.totals.problems]
  }

  /** Where handlers of a life in this process write, and which life it is. */
  beginLife(): DeliveryEnvironment {
    this.#lives += 1
    return this.#environment
  }

  /** What somebody else was told by a process of this directory. */
  adopt(acknowledged: readonly Acknowledgement[]): void {
    for (const each of acknowledged) this.#acknowledged.push(each)
  }

  /** A life, and a look at what it left. @returns whether it was killed before it was done. */
  async live({ failpoint = '', kill, under = [], isUnseen = false }: Ending): Promise<boolean> {
    const life = ++this.#lives
    const options: RunningErrandsOptions = { dataDir: this.path, life }
    const child = this.#start('running-errands', options, failpoint, under)
    await kill?.(child)
    const { code, signal } = await child.ended
    const isDone = child.lines.includes('done')
    const isKilled = signal === 'SIGKILL'
    if (isKilled) this.#kills += 1
    // One that is killed when it is done has nothing more to say.
    else if (code !== 0 || !isDone) this.log.report(`life ${life} ended with ${code} ${signal}`)
    if (child.errors !== '') this.log.report(`life ${life} wrote: ${child.errors}`)
    this.#note(child)
    if (!isUnseen) await this.#check(life, child)
    return isKilled
  }

  /** Lets a process finish everything, and looks whether all of it is there. */
  async settle(): Promise<SettledErrands> {
    const options: SettlingErrandsOptions = { dataDir: this.path }
    this.#lives += 1
    const child = this.#start('settling-errands', options, '', [])
    const line = await child.said('settled ')
    await child.ended
    this.#noteOpened(child)
    const settled = JSON.parse(line.slice('settled '.length)) as SettledErrands
    const before = [...this.log.events]
    const again = new LogAudit()
    await again.readFrom(this.path, { withStreams: true })
    again.checkAcknowledged(this.#acknowledged)
    // What was forgotten reads as such from then on.
    const isPersonal = ({ type }: { readonly type: string }): boolean => type === 'Registered'
    again.checkUnchanged(before.filter((event) => !isPersonal(event)))
    await this.totals.check(this.path, again.events)
    this.log.report(...again.problems)
    this.#checkSettled(again, settled)
    return settled
  }

  #checkSettled(log: LogAudit, settled: SettledErrands): void {
    const { events } = log
    const states = Object.entries(settled.counters).map(([streamId, state]) => ({
      ...{ streamId, version: null, state },
    }))
    const bells = events.filter(({ type }) => (type as string) === 'BellRung')
    const firings = bells.map(({ streamId, recordedAt, data }) => ({
      ...{ timer: streamId, occurrence: 1, actedAtMs: recordedAt.getTime() },
      dueAtMs: (data as unknown as { readonly dueAtMs: number }).dueAtMs,
    }))
    this.log.report(
      ...laws.statesAreFolds({ events, states, initialState, evolve }),
      ...laws.timersFireOnce({ firings }),
      ...laws.keysAreInOrder({ deliveries: this.#deliveries }),
      ...laws.attemptsAreBounded({ deliveries: this.#deliveries, attemptsMax }),
      ...this.#accountProblems(log, settled),
    )
    for (const [id, place] of Object.entries(settled.parcels)) {
      if (place.join() !== '1,1') this.log.report(`parcel ${id} was stamped and arrived ${place}`)
    }
    for (const [id, name] of Object.entries(settled.names)) {
      if (name !== '[forgotten]') this.log.report(`${id} is still called ${name}`)
    }
    for (const id of this.#forgotten) {
      if (!(id in settled.names)) this.log.report(`${id} was forgotten and is not there`)
    }
    if (settled.open.some((each) => each > 0)) this.log.report(`still open: ${settled.open}`)
  }

  #accountProblems(log: LogAudit, { noting, running }: SettledErrands): readonly string[] {
    const byKey = new Map<string, Set<number>>()
    for (const { aggregateId, outcome, version } of this.#deliveries) {
      if (outcome !== 'handled') continue
      const key = `Counter-${aggregateId}`
      byKey.set(key, (byKey.get(key) ?? new Set()).add(version))
    }
    const counters = log.streamIds.filter((streamId) => streamId.startsWith('Counter-'))
    const keys = counters.map((key) => {
      const handledTo = byKey.get(key)?.size ?? 0
      const account = { events: log.versionOf(key), handledTo, queued: 0, discarded: 0 }
      return { handler: 'noting', key, ...account }
    })
    const count = (wanted: string): number =>
      log.events.filter(({ type }) => (type as string) === wanted).length
    const handlers = [
      { status: noting, events: count('Counted') },
      { status: running, events: count('ErrandGiven') },
    ].map(({ status: { name: handler, handled, discarded: skipped }, events }) => {
      return { handler, events, handled, queued: 0, skipped }
    })
    return laws.prefixesAreAccountedFor({ keys, handlers })
  }

  get #deliveries() {
    return readDeliveries(this.#deliveriesPath)
  }

  get #environment(): DeliveryEnvironment {
    return {
      DRAMATIS_CRASH_DELIVERIES: this.#deliveriesPath,
      DRAMATIS_CRASH_LIFE: `${this.#lives}`,
      DRAMATIS_CRASH_FIXED: 'no',
    }
  }

  get #deliveriesPath(): string {
    return join(this.#root, 'deliveries')
  }

  /** What it said. */
  #note(child: ChildScript): void {
    this.#noteOpened(child)
    this.adopt(acknowledgementsIn(child.lines))
    for (const line of child.lines) {
      if (line.startsWith('forgotten ')) this.#forgotten.push(line.slice('forgotten '.length))
    }
  }

  async #check(life: number, child: ChildScript): Promise<void> {
    const acknowledged = acknowledgementsIn(child.lines)
    await this.log.readFrom(this.path)
    this.log.checkAcknowledged(this.#acknowledged)
    this.log.checkSent(life, acknowledged, inFlightMax)
    await this.totals.check(this.path, this.log.events)
  }

  #start(
    script: string,
    options: object,
    failpoint: string,
    under: readonly string[],
  ): ChildScript {
    const url = new URL(`./children/${script}.js`, import.meta.url)
    const all = { ...this.#environment, [failpointVariable]: failpoint }
    return new ChildScript(this.#scope, url, { options, env: all, under })
  }

  #noteOpened(child: ChildScript): void {
    const line = child.lines.find((each) => each.startsWith('opened '))
    if (line !== undefined) this.log.opened(Number(line.slice('opened '.length)))
  }
}

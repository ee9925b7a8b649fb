/**
 * One life's hosts and operators: takes the steps of a plan, and writes down what it did and was told.
 *
 * A runtime that has lost its power answers nobody: from then on this goes no step further. What fails
 * is an outcome where the plan or the rules allow for it, and a problem of the run anywhere else.
 */

import { yieldToEventLoop } from '../../src/base/signal.js'
import {
  CommandRejectedError,
  type DramatisError,
  type Receipt,
  type Runtime,
  type SendOptions,
} from '../../src/index.js'
import type { SimulatedDisk } from '../../src/testing/index.js'
import type { SimulatedApp } from './app.js'
import type { History, Sent } from './history.js'
import { Observer } from './observer.js'
import type { SimulationPlan, Step } from './plan.js'
import type { World } from './world.js'

export interface ClientPorts {
  readonly plan: SimulationPlan
  readonly disk: SimulatedDisk
  readonly world: World
  readonly history: History
  readonly app: SimulatedApp
}

/** What a caller may be told who was not at fault, with nothing written. */
const refusals = new Set([
  'DRAMATIS_COMMAND_REJECTED',
  'DRAMATIS_VERSION_CONFLICT',
  'DRAMATIS_CLAIM_TAKEN',
  'DRAMATIS_COMMAND_ID_REUSED',
  'DRAMATIS_STORE_STOPPED',
  'DRAMATIS_OVERLOADED',
])
/** What may come of anything where a disk fails. */
const setbacks = new Set([
  'DRAMATIS_COMMIT_UNKNOWN',
  'DRAMATIS_STORE_STOPPED',
  'DRAMATIS_OVERLOADED',
  'DRAMATIS_REBUILD_FAILED',
])
const givingUp = new Set(['DRAMATIS_COMMAND_ABORTED', 'DRAMATIS_COMMAND_TIMEOUT'])

type StepOf<Do extends Step['do']> = Extract<Step, { readonly do: Do }>

export class Client {
  readonly observer: Observer
  readonly #ports: ClientPorts
  readonly #runtime: Runtime
  readonly #life: number
  readonly #underWay = new Set<Promise<void>>()

  constructor(ports: ClientPorts, runtime: Runtime) {
    this.#ports = ports
    this.#runtime = runtime
    this.#life = ports.world.life
    this.observer = new Observer(ports, runtime)
  }

  /** Whether the runtime has lost its power: then nobody is there to take a step. */
  get isOver(): boolean {
    return this.#ports.disk.hasLostPower || this.#ports.world.life !== this.#life
  }

  async takeAll(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (this.isOver) return
      this.#tell(JSON.stringify(step))
      const taken = this.#take(step)
      const track = taken.finally(() => this.#underWay.delete(track))
      this.#underWay.add(track)
      if (!('waits' in step) || step.waits) await taken
    }
    await this.settled()
  }

  /** Waits for everything that was not waited for. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  async #take(step: Step): Promise<void> {
    try {
      await this.#perform(step)
    } catch (error) {
      if (this.isOver) return
      const { code } = error as DramatisError
      if (setbacks.has(code)) return this.#tell(`${step.do}: ${code}`)
      this.#ports.history.report(`${step.do} ended with ${code ?? (error as Error).stack}`)
    }
  }

  async #perform(step: Step): Promise<void> {
    const { disk, world, history } = this.#ports
    const runtime = this.#runtime
    switch (step.do) {
      case 'add':
      case 'spend':
      case 'claim':
        return await this.#sendNew(step)
      case 'again':
        return await this.#sendAgain(step)
      case 'reuse':
        return await this.#reuse(step)
      case 'transact':
        return await this.#transactNew(step)
      case 'race':
        return await this.#race(step)
      case 'ask':
        return await this.observer.ask(step.of)
      case 'look':
        await this.observer.look()
        return
      case 'quiet':
        await this.settled()
        return await this.observer.quiet()
      case 'schedule':
        return await this.#schedule(step)
      case 'cancel':
        history.touchTimers(step.name)
        await runtime.timers.cancel(step.name)
        return
      case 'advance':
        return disk.clock.advance(step.byMs)
      case 'jump':
        return disk.clock.jump(step.byMs)
      case 'rebuild':
        await runtime.rebuild(this.observer.view(step.view))
        return
      case 'verify':
        return await this.observer.verify(step.view)
      case 'redrive':
      case 'discard':
        return await this.#operate(step)
      case 'pause':
        return await runtime.handler(step.handler).pause()
      case 'resume':
        return await runtime.handler(step.handler).resume()
      case 'outage':
        return world.setDown(step.handler, step.isDown)
      case 'deleteSnapshots':
        return await runtime.deleteSnapshots()
      case 'turns':
        for (let turn = 0; turn < step.count; turn++) await yieldToEventLoop()
        return
      case 'fail':
        history.faultyLives.add(this.#life)
        return disk.failAfter(step.after, step.inFlight)
      case 'cut':
        return disk.cutPower()
    }
  }

  async #sendNew(step: StepOf<'add' | 'spend' | 'claim'>): Promise<void> {
    const { history } = this.#ports
    const token = history.nextToken()
    const newest = history.newestVersion(step.to)
    const isAdding = step.do === 'add'
    const expected = isAdding ? expectedOf(step.expects, newest) : null
    const sent = this.#note({
      token,
      command: step.do === 'claim' ? 'name' : step.do,
      to: step.to,
      amount: step.do === 'claim' ? 0 : step.do === 'spend' ? -step.amount : step.amount,
      parts: isAdding ? step.parts : 1,
      name: step.do === 'claim' ? step.name : '',
      commandId: isAdding && step.isNamed ? `id of ${token}` : null,
      expectedVersion: expected,
    })
    await this.#send(sent, isAdding ? step.givesUpAfter : null)
  }

  async #sendAgain({ which }: StepOf<'again'>): Promise<void> {
    const named = this.#ports.history.named()
    const sent = named[which % Math.max(1, named.length)]
    if (sent === undefined) return
    if (sent.group === sent.token) return await this.#send(sent, null)
    await this.#transact(this.#ports.history.sent.filter(({ group }) => group === sent.group))
  }

  async #reuse({ which }: StepOf<'reuse'>): Promise<void> {
    const { history } = this.#ports
    const known = history
      .named()
      .filter(({ group, token, receipts }) => group === token && receipts.length > 0)
    const first = known[which % Math.max(1, known.length)]
    if (first === undefined) return
    const token = history.nextToken()
    await this.#send(this.#note({ ...first, token, group: token, amount: first.amount + 1 }), null)
  }

  async #race({ to, count }: StepOf<'race'>): Promise<void> {
    const { history } = this.#ports
    const expectedVersion = history.newestVersion(to)
    const racing = Array.from({ length: count }, () => {
      const token = history.nextToken()
      const basics = { command: 'add', amount: 1, parts: 1, name: '', commandId: null } as const
      return this.#send(this.#note({ ...basics, token, to, expectedVersion }), null)
    })
    await Promise.all(racing)
  }

  async #transactNew({ to, amount, isNamed }: StepOf<'transact'>): Promise<void> {
    if (to.length === 0) return
    const { history } = this.#ports
    const group = history.nextToken()
    const commandId = isNamed ? `id of ${group}` : null
    const sent = to.map((each, at) =>
      this.#note({
        ...{ token: history.nextToken(), command: 'add', to: each, amount, parts: 1, name: '' },
        ...{ commandId, expectedVersion: null, group, at: at + 1, of: to.length },
      }),
    )
    await this.#transact(sent)
  }

  #note(
    command: Omit<Sent, 'receipts' | 'attempts' | 'refusals' | 'group' | 'at' | 'of'> &
      Partial<Sent>,
  ): Sent {
    const sent = { group: command.token, at: 1, of: 1, ...command, receipts: [], attempts: 0 }
    const noted: Sent = { ...sent, refusals: 0 }
    this.#ports.history.sent.push(noted)
    return noted
  }

  async #send(sent: Sent, givesUpAfter: number | null): Promise<void> {
    const { Account } = this.#ports.app
    const { token, group, at, of, commandId, expectedVersion } = sent
    const giveUp = new AbortController()
    const options: SendOptions = {
      ...(commandId === null ? {} : { commandId }),
      ...(expectedVersion === null ? {} : { expectedVersion }),
      ...(givesUpAfter === null ? {} : { signal: giveUp.signal }),
    }
    const actor = this.#runtime.actor(Account, sent.to)
    const origin = { token, group, at, of }
    const sending =
      sent.command === 'name'
        ? actor.send('name', { ...origin, name: sent.name }, options)
        : sent.command === 'spend'
          ? actor.send('spend', { ...origin, amount: -sent.amount }, options)
          : actor.send('add', { ...origin, amount: sent.amount, parts: sent.parts }, options)
    if (givesUpAfter !== null) void abortLater(giveUp, givesUpAfter)
    await this.#hear(
      [sent],
      sending.then((receipt) => [receipt]),
    )
  }

  async #transact(sent: readonly Sent[]): Promise<void> {
    const { Account } = this.#ports.app
    const commands = sent.map(({ to, token, group, at, of, amount, parts }) =>
      this.#runtime.actor(Account, to).command('add', { token, group, at, of, amount, parts }),
    )
    const { commandId } = sent[0]!
    const sending = this.#runtime.transact(commands, commandId === null ? {} : { commandId })
    await this.#hear(sent, sending as Promise<readonly Receipt[]>)
  }

  /** Writes down what the callers of commands are told, which may be nothing, ever. */
  async #hear(sent: readonly Sent[], sending: Promise<readonly Receipt[]>): Promise<void> {
    const tokens = sent.map(({ token }) => token).join(' ')
    for (const each of sent) each.attempts += 1
    try {
      for (const [at, receipt] of (await sending).entries()) {
        const { version, position, duplicate, events } = receipt
        // An actor that does not remember its part of a transaction has nothing to say of it.
        if (events.length > 0) sent[at]!.receipts.push({ version, position, duplicate })
        this.#tell(`${tokens}: ${receipt.streamId}@${version} at ${position}, again ${duplicate}`)
      }
    } catch (error) {
      if (this.isOver) return
      this.#hearError(sent, error as DramatisError & { readonly accepted?: boolean })
    }
  }

  #hearError(sent: readonly Sent[], error: DramatisError & { readonly accepted?: boolean }): void {
    const { history } = this.#ports
    const { code } = error
    this.#tell(`${sent.map(({ token }) => token).join(' ')}: ${code}`)
    if (error instanceof CommandRejectedError) {
      const [events, sum] = JSON.parse(error.detail!) as [number, number]
      history.answers.push({ streamId: error.streamId, version: events, state: { sum } })
    }
    const isRefused = refusals.has(code) || (givingUp.has(code) && error.accepted === false)
    if (isRefused) for (const each of sent) each.refusals += 1
    else if (code !== 'DRAMATIS_COMMIT_UNKNOWN' && !givingUp.has(code)) {
      history.report(`a command ended with ${code ?? error.stack}`)
    }
  }

  async #schedule({ name, to, afterMs, everyMs }: StepOf<'schedule'>): Promise<void> {
    const { history, disk, app } = this.#ports
    const token = history.nextToken()
    const dueAtMs = disk.clock.nowMs() + afterMs
    const timer = history.addTimer({ token, name, to, dueAtMs, everyMs })
    const command = this.#runtime.actor(app.Account, to).command('ring', { token, dueAtMs })
    const every = everyMs === null ? {} : { everyMs }
    await this.#runtime.schedule(name, command, { at: new Date(dueAtMs), ...every })
    timer.isSet = true
    this.#tell(`${token}: ${name} is set`)
  }

  /** Redrives all keys of a handler, or gives up what failed. */
  async #operate(step: StepOf<'redrive' | 'discard'>): Promise<void> {
    const { handler } = step
    const { deadLetters } = this.#runtime
    const noted = this.observer.noteLetters(
      handler,
      step.do === 'discard' ? 'givingUp' : 'redriving',
    )
    // In the same turn, so that both are of the same letters.
    if (step.do === 'redrive') await deadLetters.redrive({ handler })
    else await deadLetters.discard({ handler }, { reason: 'the plan says so' })
    await noted
  }

  #tell(line: string): void {
    this.#ports.history.tell(`life ${this.#life}: ${line}`)
  }
}

function expectedOf(expects: 'any' | 'newest' | 'stale', newest: number): number | null {
  if (expects === 'any') return null
  return expects === 'newest' ? newest : Math.max(0, newest - 1)
}

async function abortLater(giveUp: AbortController, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await yieldToEventLoop()
  giveUp.abort()
}

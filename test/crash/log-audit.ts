/**
 * What a log must look like after a crash: the laws of `test/support/invariants/`, held against what was sent
 * and what was acknowledged.
 *
 * Reads on from where the last check ended, so that it can look after every kill; a new audit of the
 * same log reads all of it again. Problems are collected, not thrown: one run shows all of them.
 */

import { systemClock } from '../../src/base/clock.js'
import type { RecordedEvent } from '../../src/index.js'
import type { EventStore } from '../../src/store/contracts.js'
import { openLmdbEventStore } from '../../src/store/lmdb/lmdb-event-store.js'
import { readLog } from '../../src/store/read-log.js'
import type { CommandPart } from '../support/invariants/commands-are-whole.js'
import type { DecidedOn } from '../support/invariants/decisions-rest-on-the-log.js'
import { laws } from '../support/invariants/index.js'
import type { SentCommand } from '../support/invariants/mailboxes-are-serial.js'
import { type Acknowledgement, originOf, planCommand } from './commands.js'
import type { Counted, CounterState } from './counter.js'

export type CountedEvent = RecordedEvent<'Counted', Counted>

/** Other events may be in the log too: of them, places are checked, and what was acknowledged. */
export function isCounted({ type }: RecordedEvent): boolean {
  return type === 'Counted'
}

export class LogAudit {
  /** All events in order: the one at position `p` is `events[p - 1]`. */
  readonly events: CountedEvent[] = []
  /** Acknowledgements that were checked. */
  acknowledged = 0
  readonly #problems = new Set<string>()
  readonly #versions = new Map<string, number>()
  #epoch = 0

  get problems(): readonly string[] {
    return [...this.#problems]
  }

  /** Ids of the streams seen so far. */
  get streamIds(): readonly string[] {
    return [...this.#versions.keys()]
  }

  /** Events of a stream. */
  versionOf(streamId: string): number {
    return this.#versions.get(streamId) ?? 0
  }

  /** A process that opened the store said its epoch. */
  opened(epoch: number): void {
    if (epoch <= this.#epoch) this.report(`epoch ${epoch} after ${this.#epoch}`)
    this.#epoch = epoch
  }

  /** Opens the store of a directory, which no process has open, and checks what is in it. */
  async readFrom(dataDir: string, options: { readonly withStreams?: boolean } = {}): Promise<void> {
    const store = await openLmdbEventStore(dataDir, { clock: systemClock })
    try {
      this.opened(store.epoch)
      for await (const event of readLog(store, { after: this.events.length })) {
        this.events.push(event as CountedEvent)
        this.#versions.set(event.streamId, event.version)
      }
      this.#check(store.head)
      if (options.withStreams === true) await this.#checkStreams(store)
    } finally {
      await store.close()
    }
  }

  /** Every acknowledged command is there, where it was said to be, once. */
  checkAcknowledged(acknowledged: readonly Acknowledgement[]): void {
    const { events } = this
    this.acknowledged += acknowledged.length
    this.report(
      ...laws.acknowledgedAreThere({ events, acknowledged }),
      ...laws.duplicatesActOnce({ events, acknowledged }),
    )
  }

  /** What was recorded and not acknowledged can only be what was in flight. */
  checkSent(life: number, acknowledged: readonly Acknowledgement[], inFlightMax: number): void {
    const acks = new Map<string, number>()
    for (const { commandId } of acknowledged) {
      const sender = senderOf(commandId)
      acks.set(sender, (acks.get(sender) ?? 0) + 1)
    }
    const sentIn = (event: CountedEvent): string | undefined => {
      const { commandId } = event.metadata
      if (!isCounted(event)) return undefined
      return originOf(commandId).life === life ? senderOf(commandId) : undefined
    }
    const { events } = this
    this.report(
      ...laws.onlySentIsThere({
        ...{ events, wasSent, inFlightMax },
        ...{ acknowledged: acks, senderOf: sentIn },
      }),
    )
  }

  /** What somebody else read of this log is still there, unchanged. */
  checkUnchanged(before: readonly CountedEvent[]): void {
    this.report(...laws.positionsNeverChange({ before, now: this.events }))
  }

  report(...problems: readonly string[]): void {
    for (const problem of problems) this.#problems.add(problem)
  }

  #check(head: number): void {
    const { events } = this
    this.report(
      ...laws.placesAreDense({ events, head }),
      ...laws.commandsAreWhole({ events, partOf }),
      ...laws.onlySentIsThere({ events, wasSent }),
      ...laws.mailboxesAreSerial({ events, sentBy }),
      ...laws.decisionsRestOnTheLog({ events, decidedOn, initialState, evolve }),
    )
  }

  /** Every stream can be read both ways, and is what the log has of it. */
  async #checkStreams(store: EventStore): Promise<void> {
    const byStream = new Map<string, string[]>()
    for (const { streamId, id, position } of this.events) {
      const ids = byStream.get(streamId) ?? []
      if (ids.push(`${id} ${position}`) === 1) byStream.set(streamId, ids)
    }
    for (const [streamId, expected] of byStream) {
      const forward = await idsOf(store, streamId, false)
      const backward = await idsOf(store, streamId, true)
      const head = await store.readStreamHead(streamId)
      if (forward !== expected.join()) this.report(`${streamId} is not in the log as it reads`)
      if (backward !== expected.reverse().join()) this.report(`${streamId} reads not backward`)
      if (head.version !== expected.length) this.report(`${streamId} ends at ${head.version}`)
    }
  }
}

export const initialState: CounterState = { events: 0, sum: 0 }

/** What counters do, once more, in the plainest way. */
export function evolve(state: CounterState, event: CountedEvent): CounterState {
  if (!isCounted(event)) return state
  const { events, sum } = state
  const { data } = event
  return { events: events + 1, sum: sum + data.amount }
}

function senderOf(commandId: string): string {
  const { life, actor } = originOf(commandId)
  return `life ${life} for ${actor}`
}

/** It is what was planned. */
function wasSent(event: CountedEvent): boolean {
  if (!isCounted(event)) return true
  const { aggregateId, metadata, data } = event
  const planned = planCommand(originOf(metadata.commandId))
  return (
    planned.aggregateId === aggregateId &&
    planned.amount === data.amount &&
    planned.parts === data.parts &&
    data.part <= data.parts
  )
}

function partOf(event: CountedEvent): CommandPart | undefined {
  return isCounted(event) ? event.data : undefined
}

function sentBy(event: CountedEvent): SentCommand | undefined {
  if (!isCounted(event)) return undefined
  const { life, number } = originOf(event.metadata.commandId)
  return { sender: `life ${life}`, number }
}

function decidedOn(event: CountedEvent): DecidedOn | undefined {
  if (!isCounted(event)) return undefined
  const { part, eventsBefore, sumBefore } = event.data
  return { part, state: { events: eventsBefore, sum: sumBefore } }
}

async function idsOf(store: EventStore, streamId: string, backward: boolean): Promise<string> {
  const ids: string[] = []
  for await (const { id, position } of store.readStream(streamId, { backward })) {
    ids.push(`${id} ${position}`)
  }
  return ids.join()
}

/**
 * What a log must look like after a crash, checked event by event against what was sent and what was
 * acknowledged.
 *
 * Reads on from where the last check ended, so that it can look after every kill; a new audit of the
 * same log reads all of it again. Problems are collected, not thrown: one run shows all of them.
 */

import { systemClock } from '../../src/base/clock.js'
import type { RecordedEvent } from '../../src/index.js'
import type { EventStore } from '../../src/store/contracts.js'
import { openLmdbEventStore } from '../../src/store/lmdb/lmdb-event-store.js'
import { readLog } from '../../src/store/read-log.js'
import { type Acknowledgement, originOf, planCommand } from './commands.js'
import type { Counted } from './counter.js'

export type CountedEvent = RecordedEvent<'Counted', Counted>

interface Sums {
  readonly version: number
  readonly sum: number
}

const nothing: Sums = { version: 0, sum: 0 }

export class LogAudit {
  readonly problems: string[] = []
  /** All events in order: the one at position `p` is `events[p - 1]`. */
  readonly events: CountedEvent[] = []
  /** Acknowledgements that were checked. */
  acknowledged = 0
  readonly #streams = new Map<string, Sums>()
  /** Number of the last recorded command, by life and actor. */
  readonly #recorded = new Map<string, number>()
  /** Stands before the command that is being read. */
  #before: Sums = nothing
  #epoch = 0

  /** Ids of the streams seen so far. */
  get streamIds(): readonly string[] {
    return [...this.#streams.keys()]
  }

  /** Events of a stream. */
  versionOf(streamId: string): number {
    return (this.#streams.get(streamId) ?? nothing).version
  }

  /** A process that opened the store said its epoch. */
  opened(epoch: number): void {
    if (epoch <= this.#epoch) this.#report(`epoch ${epoch} after ${this.#epoch}`)
    this.#epoch = epoch
  }

  /** Opens the store of a directory, which no process has open, and checks what is new in it. */
  async readFrom(dataDir: string, options: { readonly withStreams?: boolean } = {}): Promise<void> {
    const store = await openLmdbEventStore(dataDir, { clock: systemClock })
    try {
      this.opened(store.epoch)
      await this.#readOn(store)
      if (options.withStreams === true) await this.#checkStreams(store)
    } finally {
      await store.close()
    }
  }

  /** Every acknowledged command is there, where it was said to be. */
  checkAcknowledged(acknowledged: readonly Acknowledgement[]): void {
    for (const { commandId, streamId, version, position } of acknowledged) {
      this.acknowledged += 1
      const event = this.events[position - 1]
      const isIt =
        event !== undefined &&
        event.metadata.commandId === commandId &&
        event.streamId === streamId &&
        event.version === version &&
        event.data.part === event.data.parts
      if (!isIt)
        this.#report(`command ${commandId} was acknowledged at ${position} and is not there`)
    }
  }

  /** What was recorded and not acknowledged can only be what was in flight. */
  checkSent(life: number, acknowledged: readonly Acknowledgement[], inFlight: number): void {
    const acks = new Map<number, number>()
    for (const { commandId } of acknowledged) {
      const { actor } = originOf(commandId)
      acks.set(actor, (acks.get(actor) ?? 0) + 1)
    }
    for (const [origin, recorded] of this.#recorded) {
      const [sentIn, actor] = origin.split('/').map(Number) as [number, number]
      if (sentIn !== life || recorded <= (acks.get(actor) ?? 0) + inFlight) continue
      this.#report(`life ${life} recorded ${recorded} commands of ${actor}, more than it sent`)
    }
  }

  async #readOn(store: EventStore): Promise<void> {
    const after = this.events.length
    for await (const event of readLog(store, { after })) this.#add(event as CountedEvent)
    if (this.events.length !== store.head) {
      this.#report(`${this.events.length} events up to head ${store.head}`)
    }
    const last = this.events.at(-1)
    if (last !== undefined && last.data.part !== last.data.parts) {
      this.#report(`the log ends within command ${last.metadata.commandId}`)
    }
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
      if (forward !== expected.join()) this.#report(`${streamId} is not in the log as it reads`)
      if (backward !== expected.reverse().join()) this.#report(`${streamId} reads not backward`)
      if (head.version !== expected.length) this.#report(`${streamId} ends at ${head.version}`)
    }
  }

  #add(event: CountedEvent): void {
    const { streamId, version, position, metadata, data } = event
    const previous = this.events.at(-1)
    const stream = this.#streams.get(streamId) ?? nothing
    this.events.push(event)
    if (position !== this.events.length) this.#report(`position ${position} is out of line`)
    if (version !== stream.version + 1) this.#report(`${event.id} follows ${stream.version}`)
    if (previous !== undefined && event.recordedAt < previous.recordedAt) {
      this.#report(`position ${position} was recorded before the one ahead of it`)
    }
    if (data.part === 1) this.#beginCommand(event, previous, stream)
    else if (previous?.metadata.commandId !== metadata.commandId) {
      this.#report(`position ${position} is a part of a command that did not begin`)
    } else if (previous.data.part !== data.part - 1 || previous.streamId !== streamId) {
      this.#report(`position ${position} is not the next part of its command`)
    }
    this.#checkData(event)
    this.#streams.set(streamId, { version, sum: stream.sum + data.amount })
  }

  #beginCommand(event: CountedEvent, previous: CountedEvent | undefined, stream: Sums): void {
    this.#before = stream
    if (previous !== undefined && previous.data.part !== previous.data.parts) {
      this.#report(`command ${previous.metadata.commandId} lacks its end`)
    }
    const { life, actor, number } = originOf(event.metadata.commandId)
    const recorded = this.#recorded.get(`${life}/${actor}`) ?? 0
    if (number !== recorded + 1) {
      this.#report(`command ${event.metadata.commandId} follows ${recorded} of its kind`)
    }
    this.#recorded.set(`${life}/${actor}`, number)
  }

  /** It is what was planned, decided on the state that the log had led to. */
  #checkData({ id, aggregateId, metadata, data }: CountedEvent): void {
    const planned = planCommand(originOf(metadata.commandId))
    const { version, sum } = this.#before
    const isPlanned =
      planned.aggregateId === aggregateId &&
      planned.amount === data.amount &&
      planned.parts === data.parts &&
      data.part <= data.parts
    if (!isPlanned) this.#report(`${id} was never sent`)
    if (data.eventsBefore !== version || data.sumBefore !== sum) {
      this.#report(`${id} was decided on another state than the log's`)
    }
  }

  #report(problem: string): void {
    this.problems.push(problem)
  }
}

async function idsOf(store: EventStore, streamId: string, backward: boolean): Promise<string> {
  const ids: string[] = []
  for await (const { id, position } of store.readStream(streamId, { backward })) {
    ids.push(`${id} ${position}`)
  }
  return ids.join()
}

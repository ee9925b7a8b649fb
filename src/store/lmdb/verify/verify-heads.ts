/**
 * Checking where streams end, and where the log does: the table of heads and the entries of groups, against the chains
 * that reading the whole log has left.
 */

import { hashText } from '../../../base/hash.js'
import type { Position } from '../../../events/event.js'
import { unknownIndex } from '../../../events/record.js'
import { streamStates } from '../../../events/stream-end.js'
import type { ChainHead } from '../../log-storage.js'
import { eventOfRecord, shapeOfRecord, soundRecordAt } from '../../record-reader.js'
import type { Findings, VerifyFlow } from '../../verification.js'
import { decodeEntry } from '../group-entry.js'
import { decodeHead, headBytes, type LogTables } from '../log-tables.js'
import { keysIn, lookAtKeys } from './keys-in.js'
import type { StreamChains } from './stream-chains.js'

export class HeadCheck {
  readonly #tables: LogTables
  readonly #chains: StreamChains
  readonly #findings: Findings
  /** Heads that are newer than those of the table. */
  readonly #recent = new Map<string, ChainHead>()
  /** An entry could not be read: then any head of the table may be behind. */
  #isBlind = false

  constructor(tables: LogTables, chains: StreamChains, findings: Findings) {
    this.#tables = tables
    this.#chains = chains
    this.#findings = findings
  }

  /** @param last - The last position that a segment has. */
  async run(last: Position, flow: VerifyFlow): Promise<void> {
    await flow.pause('heads', last, last)
    await this.#readGroups()
    const head = this.#tables.readHead()
    if (head !== last) {
      const message = `Expected the newest entry of a group to end at position ${last}, found ${head}.`
      this.#findings.add('head', { position: last }, message)
    }
    for (const [streamId, recent] of this.#recent) this.#compare(streamId, recent)
    const look = (streamId: string): void => this.#checkStored(streamId)
    const rest = (): Promise<void> => flow.pause('heads', last, last)
    await lookAtKeys(this.#tables.streams, 'streams', this.#findings, look, rest)
    // Whatever is missing may have been in the entry.
    if (this.#isBlind) return
    for (const { position, version } of this.#chains.unseen()) {
      const streamId = this.#streamAt(position)
      const message = `Expected a head at version ${version} and position ${position}, found none.`
      this.#findings.add('head', { position, streamId }, message)
    }
  }

  async #readGroups(): Promise<void> {
    for await (const keys of keysIn(this.#tables.groups, 'groups', this.#findings)) {
      for (const to of keys) {
        const heads = readEntry(to, this.#tables.groups.getBinary(to)!)
        if (heads === null) {
          this.#isBlind = true
          const message = `Expected the entry of the group up to position ${to} to be sound, found damage.`
          this.#findings.add('group', { position: to }, message)
        } else {
          for (const [streamId, head] of heads) this.#recent.set(streamId, head)
        }
      }
    }
  }

  #checkStored(streamId: string): void {
    const head = readHead(this.#tables.streams.getBinary(streamId)!)
    if (head === null) {
      const message = `Expected a head of ${headBytes} or ${headBytes + 1} bytes, found other ones.`
      this.#findings.add('head', { streamId }, message)
      return
    }
    const recent = this.#recent.get(streamId)
    if (recent === undefined) {
      this.#compare(streamId, head)
      return
    }
    if (head.version <= recent.version && head.position <= recent.position) return
    const message = `Expected a head at most at version ${recent.version}, found version ${head.version}.`
    this.#findings.add('head', { streamId }, message)
  }

  /** A head that counts, with the chain of its stream. */
  #compare(streamId: string, head: ChainHead): void {
    const slot = this.#chains.find(streamId, hashText(streamId))
    if (slot !== -1) this.#chains.markSeen(slot)
    const end = slot === -1 ? null : this.#chains.endAt(slot)
    // Its last event could not be read: nothing says that it is another.
    if (this.#findings.isUnreadable(head.position)) return
    if (end === null) {
      const message = `Expected no head of a stream without events, found version ${head.version}.`
      this.#findings.add('head', { streamId }, message)
      return
    }
    const isBehind = this.#isBlind && head.position < end.position
    const isSame =
      head.version === end.version &&
      head.position === end.position &&
      (head.index === unknownIndex || head.index === end.index) &&
      head.state === streamStates[end.state]
    if (isSame || isBehind) return
    const expected = `${placeOf(end)}, ${streamStates[end.state]}`
    const message = `Expected the head to be ${expected}, found ${placeOf(head)}, ${head.state}.`
    this.#findings.add('head', { streamId, position: end.position }, message)
  }

  /** Of a position that was read before. */
  #streamAt(position: Position): string {
    const bytes = soundRecordAt(this.#tables, position)
    const shape = shapeOfRecord(this.#tables, position, bytes)
    return eventOfRecord(this.#tables, position, bytes, shape).streamId
  }
}

function placeOf({ version, position, index }: Omit<ChainHead, 'state'>): string {
  return `version ${version} at position ${position} (index ${index})`
}

/** `null`: the bytes are no head. */
function readHead(bytes: Buffer): ChainHead | null {
  try {
    return decodeHead(bytes)
  } catch {
    return null
  }
}

/** `null`: it is damaged. */
function readEntry(to: Position, bytes: Buffer): ReadonlyMap<string, ChainHead> | null {
  try {
    return decodeEntry(to, bytes)
  } catch {
    return null
  }
}

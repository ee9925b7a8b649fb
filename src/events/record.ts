/**
 * The record: an event as the bytes that the log keeps.
 *
 * A fixed header that can be read without decoding anything, then a MessagePack array. All integers
 * are big-endian. The CRC covers everything behind it and starts from the position, so a record that
 * turns up under another position is damage too. Runs per event.
 *
 *   0   u32  CRC-32 of bytes 4..end, started with the low 32 bits of the position
 *   4   u8   format: 1, or 2 with sealed fields
 *   5   u24  index of the stream's previous event in its segment, plus 1; 0 = not known
 *   8   u32  shape number
 *   12  u32  hash of the stream id
 *   16  u32  version
 *   20  u64  position of the stream's previous event; 0 = none
 *   28  u64  recorded at, milliseconds since the epoch
 *   36       MessagePack: [aggregateId, command, correlationId, causationId, userId, occurredAtMs,
 *            further metadata, (format 2: what is sealed,) ...payload values in the order of the shape]
 *
 * `command` is the commandId, or `[commandId, commandHash]` where the caller chose it: a command that
 * nobody can repeat costs nothing.
 *
 * In the body, `null` stands for what equals its default (correlationId and causationId the commandId,
 * occurredAtMs the time of recording) or is absent; an absent payload field is MessagePack's `undefined`
 * extension, and absent fields at the end are left out. A record without sealed fields is of format 1,
 * so that personal fields cost nothing where there are none.
 */

import assert from 'node:assert/strict'
import { crc32 } from 'node:zlib'
import { crcBefore } from '../base/crc-before.js'
import { u32At } from '../base/u32.js'
import { decodeValue, encodeValue } from './codec.js'
import type { EventMetadata, EventValue, Position, RecordedEvent, Version } from './event.js'
import type { KeyReader } from './seal.js'
import { openFields, type SealedFields, sealedElement } from './sealed-fields.js'
import type { Shape } from './shapes.js'
import { streamIdOf } from './stream-id.js'

export const recordFormat = 1
/** The format of a record with sealed fields. */
export const sealedRecordFormat = 2
export const headerBytes = 36
/** Of a record of which nobody knows where in its segment it is. */
export const unknownIndex = -1
const crcBytes = 4
const bodyFieldsBeforeData = 7

/** Where an event goes; with its payload, all that a record holds. */
export interface RecordInput {
  readonly shape: Shape
  readonly keyHash: number
  readonly aggregateId: string
  readonly version: Version
  readonly position: Position
  readonly previousPosition: Position
  /** Of that event in its segment; {@link unknownIndex}: not known. */
  readonly previousIndex: number
  readonly recordedAtMs: number
  readonly occurredAtMs: number | null
  /** With the replacements of what is sealed. */
  readonly data: Readonly<Record<string, EventValue>>
  readonly metadata: EventMetadata
  /** `null`: nothing is. */
  readonly sealed: readonly SealedFields[] | null
}

/** What {@link openRecord} found wrong; the store adds where. */
export type RecordDamage = 'truncated' | 'unknown format' | 'wrong checksum' | 'undecodable body'

/** The metadata that has places of its own in the body. */
const ownKeys: ReadonlySet<string> = new Set([
  'commandId',
  'commandHash',
  'correlationId',
  'causationId',
  'userId',
])

/** The body under construction: one array for all records, emptied by each. */
const body: unknown[] = []

/** Encodes a record. The buffer may be kept until it is written. */
export function encodeRecord(input: RecordInput): Buffer {
  fillBody(input)
  const bytes = encodeValue(body, headerBytes)
  const previousHigh = Math.floor(input.previousPosition / 2 ** 32)
  const format = input.sealed === null ? recordFormat : sealedRecordFormat
  bytes.writeUInt32BE(format * 2 ** 24 + input.previousIndex + 1, 4)
  bytes.writeUInt32BE(input.shape.number, 8)
  bytes.writeUInt32BE(input.keyHash, 12)
  bytes.writeUInt32BE(input.version, 16)
  bytes.writeUInt32BE(previousHigh, 20)
  bytes.writeUInt32BE(input.previousPosition >>> 0, 24)
  bytes.writeUInt32BE(Math.floor(input.recordedAtMs / 2 ** 32), 28)
  bytes.writeUInt32BE(input.recordedAtMs >>> 0, 32)
  bytes.writeUInt32BE(checksum(bytes, input.position), 0)
  return bytes
}

function fillBody(input: RecordInput): void {
  const { shape, aggregateId, metadata, occurredAtMs, data, sealed } = input
  const { commandId, commandHash, correlationId, causationId } = metadata
  body.length = bodyFieldsBeforeData
  body[0] = aggregateId
  body[1] = commandHash === undefined ? commandId : [commandId, commandHash]
  body[2] = correlationId === commandId ? null : correlationId
  body[3] = causationId === commandId ? null : causationId
  body[4] = metadata.userId ?? null
  body[5] = occurredAtMs
  body[6] = furtherMetadata(metadata)
  if (sealed !== null) body.push(sealedElement(shape, sealed))
  if (shape.fields === null) {
    body.push(data)
    return
  }
  for (const field of shape.fields) body.push(data[field])
  while (body[body.length - 1] === undefined) body.pop()
}

/** The caller's own keys; `null`, without allocating anything, when there are none. */
function furtherMetadata(metadata: EventMetadata): Record<string, unknown> | null {
  let further: Record<string, unknown> | null = null
  for (const key in metadata) {
    if (ownKeys.has(key)) continue
    further ??= {}
    further[key] = metadata[key]
  }
  return further
}

/** Checks a record's bytes. `null`: sound; otherwise what is wrong with them. */
export function damageOf(bytes: Buffer, position: Position): RecordDamage | null {
  if (bytes.length <= headerBytes) return 'truncated'
  if (u32At(bytes, 0) !== checksum(bytes, position)) return 'wrong checksum'
  const format = bytes[4]
  if (format !== recordFormat && format !== sealedRecordFormat) return 'unknown format'
  return null
}

export function shapeNumberOf(bytes: Buffer): number {
  return u32At(bytes, 8)
}

export function keyHashOf(bytes: Buffer): number {
  return u32At(bytes, 12)
}

export function versionOf(bytes: Buffer): Version {
  return u32At(bytes, 16)
}

export function previousPositionOf(bytes: Buffer): Position {
  return u32At(bytes, 20) * 2 ** 32 + u32At(bytes, 24)
}

/** Where in its segment that event is; {@link unknownIndex}: not known. */
export function previousIndexOf(bytes: Buffer): number {
  return (u32At(bytes, 4) & 0xff_ffff) - 1
}

export function recordedAtMsOf(bytes: Buffer): number {
  return u32At(bytes, 28) * 2 ** 32 + u32At(bytes, 32)
}

/**
 * Decodes a record that {@link damageOf} found sound. Throws when its body is no MessagePack.
 *
 * @throws {BrokenSealError}
 * @throws {DamagedKeyError} DRAMATIS_DAMAGED_KEY
 */
export function decodeRecord(
  bytes: Buffer,
  position: Position,
  shape: Shape,
  keys: KeyReader,
): RecordedEvent {
  assert(shape.number === shapeNumberOf(bytes))
  const values = decodeValue(bytes, headerBytes) as EventValue[]
  const aggregateId = values[0] as string
  const streamId = streamIdOf(shape.aggregateType, aggregateId)
  const version = versionOf(bytes)
  const id = eventIdOf(streamId, version)
  const forgotten = bytes[4] === sealedRecordFormat ? openRecord(shape, id, values, keys) : null
  const recordedAt = new Date(recordedAtMsOf(bytes))
  const occurredAtMs = (values[5] ?? null) as number | null
  const event: DecodedEvent = {
    id,
    type: shape.type,
    schemaVersion: shape.schemaVersion,
    aggregateType: shape.aggregateType,
    aggregateId,
    streamId,
    version,
    position,
    recordedAt,
    occurredAt: occurredAtMs === null ? recordedAt : new Date(occurredAtMs),
    data: decodeData(shape, values),
    metadata: decodeMetadata(values),
  }
  if (forgotten !== null) event.forgotten = forgotten
  return event
}

type DecodedEvent = { -readonly [K in keyof RecordedEvent]: RecordedEvent[K] }

/** Makes the values those of a record of format 1. @returns the fields that are forgotten. */
function openRecord(
  shape: Shape,
  eventId: string,
  values: EventValue[],
  keys: KeyReader,
): readonly string[] | null {
  const [sealed] = values.splice(bodyFieldsBeforeData, 1)
  const map = values[bodyFieldsBeforeData] as Record<string, EventValue>
  return openFields(shape, eventId, sealed!, keys, (place, value) => {
    if (typeof place === 'string') map[place] = value
    else values[bodyFieldsBeforeData + place] = value
  })
}

/** The id of the event at a version of a stream. */
export function eventIdOf(streamId: string, version: Version): string {
  return `${streamId}@${version}`
}

function decodeData(shape: Shape, values: readonly EventValue[]): unknown {
  if (shape.fields === null) return values[bodyFieldsBeforeData]
  const data: Record<string, EventValue> = {}
  for (let at = bodyFieldsBeforeData; at < values.length; at++) {
    const value = values[at]
    if (value !== undefined) data[shape.fields[at - bodyFieldsBeforeData]!] = value
  }
  return data
}

function decodeMetadata(values: readonly EventValue[]): EventMetadata {
  const command = values[1] as string | readonly [string, string]
  const commandId = typeof command === 'string' ? command : command[0]
  const metadata: Record<string, EventValue> = {
    commandId,
    correlationId: values[2] ?? commandId,
    causationId: values[3] ?? commandId,
  }
  if (typeof command !== 'string') metadata.commandHash = command[1]
  if (values[4] !== null) metadata.userId = values[4]!
  if (values[6] !== null) Object.assign(metadata, values[6])
  return metadata as never
}

/** Of everything behind the first four bytes, started with the position. */
function checksum(bytes: Buffer, position: Position): number {
  // Of all bytes, started such that the first four lead to the position: a view of the others takes longer.
  return crc32(bytes, crcBefore(position >>> 0, bytes, crcBytes))
}

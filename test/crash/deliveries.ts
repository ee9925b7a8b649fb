/**
 * A file of deliveries: what handlers did, in the order they did it, surviving any crash.
 *
 * Records are 64 bytes each, appended by one write: none straddles a page, so a killed process leaves
 * no half of one behind.
 */

import { openSync, readFileSync, writeSync } from 'node:fs'
import type { Delivery } from '../support/invariants/delivery.js'

export type DeliveryRecord = Delivery

const recordBytes = 64

/** Opens the file for appending. @returns appends one record, at once. */
export function openDeliveries(path: string): (record: DeliveryRecord) => void {
  const file = openSync(path, 'a')
  return ({ handler, outcome, life, attempt, aggregateId, version }) => {
    const text = [handler, outcome, life, attempt, aggregateId, version].join(' ')
    writeSync(file, `${text.padEnd(recordBytes - 1)}\n`)
  }
}

/** Everything that was appended. */
export function readDeliveries(path: string): DeliveryRecord[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => {
    const [handler, outcome, life, attempt, aggregateId, version] = line.trim().split(' ')
    return {
      handler: handler!,
      outcome: outcome as DeliveryRecord['outcome'],
      life: Number(life),
      attempt: Number(attempt),
      aggregateId: aggregateId!,
      version: Number(version),
    }
  })
}

/** A pump by itself: how far it reads ahead of its handler, and of its host. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDeferred } from '../../src/base/deferred.js'
import type { LogReader } from '../../src/store/contracts.js'
import { Flight } from '../../src/subscriptions/flight.js'
import { Pump } from '../../src/subscriptions/pump.js'
import type { FromPump, PumpRequest } from '../../src/subscriptions/pump-messages.js'
import { RemoteHost } from '../../src/subscriptions/remote-host.js'
import { Books } from './books.js'
import { turns, until } from './until.js'

const count = 8_000

/** A pump for the one partition of a handler, over a log of thousands of events, and what it has read. */
async function openPump(handle: (position: number) => unknown) {
  const books = await Books.open({
    ids: Array.from({ length: count }, (_each, at) => `c${at}`),
    handle: async ({ position }) => {
      await handle(position)
    },
  })
  const { log, definition, events, work, clock, random } = books
  let readTo = 0
  const reader: LogReader = {
    readHead: () => log.readHead(),
    readBatch: async (options) => {
      const batch = await log.readBatch(options)
      readTo = batch.scannedTo
      return batch
    },
  }
  const request: PumpRequest = {
    task: 'pump',
    handler: 'h',
    partitions: [0],
    cursors: [0],
    mode: 'flow',
    deliveredUpTo: 0,
    flight: Flight.allocate(2),
  }
  const reports: number[] = []
  let acknowledges = true
  const acknowledge = (): void => {
    for (const sequence of reports.splice(0)) pump.receive({ type: 'ack', sequence })
  }
  const ports = { definition, events, log: reader, work, clock, random }
  const pump: Pump = new Pump(
    { ...ports, host: new RemoteHost(() => {}) },
    request,
    (message: FromPump) => {
      if (message.type === 'report') reports.push(message.report.sequence)
      if (acknowledges) queueMicrotask(acknowledge)
    },
  )
  const running = pump.run()
  return {
    readTo: () => readTo,
    holdReports: () => {
      acknowledges = false
    },
    letReports: () => {
      acknowledges = true
      acknowledge()
    },
    stop: async () => {
      pump.receive({ type: 'stop' })
      await running
    },
  }
}

test('a pump reads no further while thousands of events wait for a slow handler', async () => {
  const gate = createDeferred()
  const seen: number[] = []
  const pump = await openPump(async (position) => {
    seen.push(position)
    if (position === 1) await gate.promise
  })

  await until('it has read something', () => pump.readTo() > 0)
  await turns(50)
  const readTo = pump.readTo()
  gate.resolve()
  await until('all are handled', () => seen.length === count)
  await pump.stop()

  assert.equal(readTo, 3_072)
  assert.deepEqual(
    seen,
    Array.from({ length: count }, (_each, at) => at + 1),
  )
})

test('a pump reads no further while thousands of deliveries are not written down', async () => {
  const seen: number[] = []
  const pump = await openPump((position) => seen.push(position))
  pump.holdReports()

  await until('it has handled something', () => seen.length > 0)
  let before = -1
  while (seen.length > before) {
    before = seen.length
    await turns(50)
  }
  const handledUnwritten = seen.length
  pump.letReports()
  await until('all are handled', () => seen.length === count)
  await pump.stop()

  // What fits into a report, what may gather behind it, and what was read already.
  assert.ok(handledUnwritten >= 4_096 && handledUnwritten <= 4_096 + 3 * 1_024)
  assert.equal(new Set(seen).size, count)
})

/**
 * Peers for the tests of a turn: one that does its work, and what goes wrong with others.
 *
 * A store here is a count in a file, so that what is kept can be told from what is recorded.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Peer, Session } from '../../../../bench/comparison/peer.js'
import { driveLanes } from '../../../../bench/comparison/workload.js'
import { yieldToEventLoop } from '../../../../src/base/signal.js'

export interface Faults {
  /** Called for every command, before it is recorded. */
  readonly onCommand?: (recorded: number) => void
  /** Events that its store says it has, of those it was given. */
  readonly recorded?: (events: number) => number
  /** Events that are there when it is opened again. */
  readonly kept?: (events: number) => number
  readonly inFlightMax?: number
}

export function countingPeer(faults: Faults): Peer {
  const { inFlightMax } = faults
  return {
    name: 'counting',
    version: '1.0.0',
    durability: 'a file, when it is closed',
    settings: 'none',
    isKept: true,
    ...(inFlightMax === undefined ? {} : { inFlightMax }),
    open: async (directory) => openCount(join(directory, 'count'), faults),
  }
}

async function openCount(file: string, { onCommand, recorded, kept }: Faults): Promise<Session> {
  // As a store that waits for a disk does: what was thrown meanwhile is thrown now.
  await yieldToEventLoop()
  let events = countIn(file)
  return {
    run: (commands, inFlight) =>
      driveLanes(commands, inFlight, async () => {
        onCommand?.(events)
        events++
      }),
    recorded: async () => recorded?.(events) ?? events,
    close: async () => writeFileSync(file, `${kept?.(events) ?? events}`),
  }
}

function countIn(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch {
    return 0
  }
}

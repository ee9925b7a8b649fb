/**
 * How many durable commands per second, beside what the disk and LMDB allow at all?
 *
 * A thousand actors, a thousand commands in flight, one event of about 100 bytes each, fsync per
 * group. The programs take turns in the same run, so that a busy machine slows them all; the ratio
 * of each round counts, not the figures alone.
 */

import { openBareLog } from './programs/bare-log.js'
import { openDramatisCounters } from './programs/dramatis-counters.js'
import { batchCommands } from './programs/program.js'
import { withScratch } from './suite/scratch.js'
import { ratios } from './suite/spread.js'
import { tell } from './suite/tell.js'
import { takeTurns } from './suite/turns.js'

await withScratch(async (scratch) => {
  const programs = [
    await openDramatisCounters(scratch.directory('dramatis')),
    openBareLog(scratch.directory('records-and-heads'), true),
    openBareLog(scratch.directory('records-only'), false),
  ]
  for (const program of programs) await program.writeBatch()
  const cases = programs.map(({ name, writeBatch }) => ({
    name,
    perRun: batchCommands,
    run: writeBatch,
  }))
  const found = await takeTurns('durable commands', cases)
  const [own, ...others] = programs.map(({ name }) => ({ name, values: found.get(name)! }))
  tell({
    id: 'commands',
    question: 'How many durable commands per second, with 1,000 actors and 1,000 in flight?',
    setting: 'validation, metadata, CRC, receipts; one event of 100 bytes each; fsync per group',
    figures: [
      ...[own!, ...others].map((each) => ({ ...each, unit: 'per second' as const })),
      ...others.map(({ name, values }) => ({
        name: `of ${name}`,
        unit: 'ratio' as const,
        values: ratios(own!.values, values),
      })),
    ],
  })
  for (const program of programs) await program.close()
})

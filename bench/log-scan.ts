/**
 * How fast is the whole log read, with decoding, and how fast where almost nothing is wanted?
 *
 * A million events of ten types in LMDB, through the store, 1,024 events at a time as subscriptions read;
 * beside a loop by hand over one record per key. Of two types there is one event in a hundred: one of them
 * evenly mixed with the others, the other in bursts of a thousand. The loop by hand that unpacks nothing
 * only looks at where the type of a record is written. Each scan has a process of its own: two that unpack
 * with the same code of msgpackr in one process would have the compiler keep it general for both.
 */

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { bursting, events, recordScannedLog, sparse } from './programs/scanned-log.js'
import { withScratch } from './suite/scratch.js'
import { ratios } from './suite/spread.js'
import { tell } from './suite/tell.js'
import { type Measured, measureInTurns } from './suite/turns.js'

const program = fileURLToPath(new URL('./programs/scan-process.js', import.meta.url))

await withScratch(async (scratch) => {
  const dataDir = scratch.directory('dramatis')
  const bareDir = scratch.directory('bare')
  await recordScannedLog(dataDir, bareDir)
  tellOf(
    await measureInTurns([
      scanned('Dramatis, decoded', 'store', dataDir),
      scanned('bare, decoded', 'bare', bareDir),
      scanned('Dramatis, 1 in 100 wanted', 'store', dataDir, sparse),
      scanned('Dramatis, bursts wanted', 'store', dataDir, bursting),
      scanned('bare, not decoded', 'bare', bareDir, sparse),
    ]),
  )
})

/** What it finds is events passed per second. */
function scanned(name: string, ...given: readonly string[]): Measured<number> {
  const measure = async (): Promise<number> =>
    JSON.parse(execFileSync(process.execPath, [program, ...given], { encoding: 'utf8' })) as number
  return { name, measure }
}

function tellOf(found: ReadonlyMap<string, readonly number[]>): void {
  const of = (name: string) => found.get(name)!
  const ratio = (name: string, own: string, other: string) => ({
    name,
    unit: 'ratio' as const,
    values: ratios(of(own), of(other)),
  })
  tell({
    id: 'log-scan',
    question: 'How fast is the log read, with decoding, and where 99 % of it is not wanted?',
    setting:
      `${events.toLocaleString('en')} events of 100 bytes, ten types, in the page cache; each scan in a process ` +
      'of its own; checksums looked at; bare: one record per key, a range of LMDB, msgpackr; reading is no ' +
      'matter of durability',
    figures: [
      ...[...found].map(([name, values]) => ({ name, unit: 'per second' as const, values })),
      ratio('of bare, decoded', 'Dramatis, decoded', 'bare, decoded'),
      ratio('of bare, not decoded', 'Dramatis, 1 in 100 wanted', 'bare, not decoded'),
      ratio('of bare, not decoded, bursts', 'Dramatis, bursts wanted', 'bare, not decoded'),
    ],
  })
}

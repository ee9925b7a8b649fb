/**
 * `npm run fuzz -- --inputs N --seed S`: damaged inputs into every decoder, on a thread of its own, so that one which
 * does not end is noticed too. Ends with 1 and the number of the input that broke a promise.
 */

import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { systemClock } from '../../../src/base/clock.js'
import { count } from '../../support/counts.js'
import { type FuzzResult, fuzz, tableOf } from './fuzz.js'

const usage = `npm run fuzz -- [options]

  --inputs N   how many inputs (default 1000000)
  --seed S     what they are drawn from (default 1)
  --from N     the number of the first one (default 0); with --inputs 1 it is tried alone
  --help       print this
`

const progressEveryMs = 5_000
/** An input that has taken so long does not end. */
const stuckMs = 60_000

interface Work {
  readonly seed: number
  readonly from: number
  readonly inputs: number
  /** One number: of the input that is being tried, counted from the first. */
  readonly progress: SharedArrayBuffer
}

function parsedWork(): Work | null {
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      from: { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return null
  const [inputs, seed, from] = [values.inputs, values.seed, values.from].map(Number)
  for (const each of [inputs!, seed!, from!]) {
    if (Number.isInteger(each) && each >= 0 && each < 2 ** 31) continue
    console.error(`expected whole numbers, found ${JSON.stringify(values)}\n\n${usage}`)
    process.exit(2)
  }
  return { inputs: inputs!, seed: seed!, from: from!, progress: new SharedArrayBuffer(4) }
}

function watch(work: Work): void {
  const tried = new Int32Array(work.progress)
  const startMs = systemClock.elapsedMs()
  const rate = (done: number): string =>
    `${Math.round((done * 1_000) / Math.max(1, systemClock.elapsedMs() - startMs))} inputs/s`
  let [lastTried, lastMs] = [-1, startMs]
  const looking = setInterval(() => {
    const now = Atomics.load(tried, 0)
    console.log(`${now} of ${work.inputs} inputs, ${rate(now)}`)
    if (now !== lastTried) [lastTried, lastMs] = [now, systemClock.elapsedMs()]
    if (systemClock.elapsedMs() - lastMs < stuckMs) return
    console.error(`input ${work.from + now} of seed ${work.seed} does not end`)
    process.exit(1)
  }, progressEveryMs)
  const worker = new Worker(new URL(import.meta.url), { workerData: work })
  worker.once('message', (result: FuzzResult) => {
    clearInterval(looking)
    count('fuzz inputs', result.inputs, work.seed)
    console.log(
      `${tableOf(result)}\n${result.inputs} inputs of seed ${work.seed}, ${rate(result.inputs)}`,
    )
    if (result.violation === null) return
    const { number, target, why } = result.violation
    console.error(
      `input ${number} (${target}): ${why}\n\n` +
        `npm run fuzz -- --seed ${work.seed} --from ${number} --inputs 1`,
    )
    process.exitCode = 1
  })
  worker.once('error', (error) => {
    clearInterval(looking)
    console.error(
      `input ${work.from + Atomics.load(tried, 0)} of seed ${work.seed} ended its thread`,
      error,
    )
    process.exitCode = 1
  })
}

async function work(): Promise<void> {
  const { seed, from, inputs, progress } = workerData as Work
  const tried = new Int32Array(progress)
  const onInput = (number: number): void => {
    Atomics.store(tried, 0, number - from)
  }
  parentPort!.postMessage(await fuzz({ seed, from, inputs, onInput }))
}

if (!isMainThread) await work()
else {
  const parsed = parsedWork()
  if (parsed === null) console.log(usage)
  else watch(parsed)
}

/**
 * `npm run demo`: the command line around the demo.
 *
 * Figures go to stdout, the story to stderr. Exit codes: 0 when everything held; 1 when something
 * did not, or failed; 2 when the command line or the input is wrong; 130 when interrupted.
 */

import { DramatisError } from 'dramatis'
import { InputError } from './csv.js'
import { runDemo } from './demo.js'
import { formatEvolution, hasHeld, runEvolution } from './evolution.js'
import { runFulfilment } from './fulfilment.js'
import { ChildEndedError } from './fulfilment-life.js'
import { formatFulfilment } from './fulfilment-summary.js'
import { type DemoOptions, parseOptions, UsageError, usage } from './options.js'
import { ForeignLogError } from './resume.js'
import { type DemoSession, describeWorkers } from './session.js'
import { formatSummary } from './summary.js'
import { Terminal } from './terminal.js'

const interruption = new AbortController()
/** For somebody who interrupts. */
let whatIsLeft = 'nothing was begun'

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args)
  if (options.help) {
    process.stdout.write(usage)
    return 0
  }
  whatIsLeft =
    options.dataDirectory === null
      ? 'nothing is left running, and the data is removed'
      : 'the data directory is closed: the same command goes on with it'
  process.once('SIGINT', () => interruption.abort(new Error('interrupted')))
  const terminal = new Terminal(process.stderr)
  const session = { options, terminal, signal: interruption.signal }
  if (options.fulfilment) return await showFulfilment(session)
  return options.evolve ? await showEvolution(session) : await showDemo(session)
}

async function showDemo(session: DemoSession): Promise<number> {
  const { options } = session
  const figures = await runDemo(session)
  print(options.json ? [JSON.stringify(figures)] : formatSummary(figures, titleOf(options)))
  return figures.recovered && figures.rebuiltEqual ? 0 : 1
}

async function showEvolution(session: DemoSession): Promise<number> {
  const { options } = session
  const figures = await runEvolution(session)
  print(options.json ? [JSON.stringify(figures)] : formatEvolution(figures, titleOf(options)))
  return hasHeld(figures) ? 0 : 1
}

async function showFulfilment(session: DemoSession): Promise<number> {
  const { options } = session
  const figures = await runFulfilment(session)
  print(options.json ? [JSON.stringify(figures)] : formatFulfilment(figures, titleOf(options)))
  return figures.held ? 0 : 1
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

function titleOf({ ordersDirectory, workers }: DemoOptions): string {
  const orders = ordersDirectory === null ? 'made-up orders' : 'real orders'
  return `Dramatis · ${orders} · ${describeWorkers(workers)}`
}

/** Says what went wrong, and returns the exit code. */
function report(error: unknown): number {
  if (interruption.signal.aborted) {
    process.stderr.write(`\ninterrupted; ${whatIsLeft}\n`)
    return 130
  }
  if (error instanceof UsageError) {
    process.stderr.write(`demo: ${error.message} (see --help)\n`)
    return 2
  }
  if (error instanceof InputError || error instanceof ForeignLogError) {
    process.stderr.write(`demo: ${error.message}\n`)
    return 2
  }
  if (error instanceof ChildEndedError) {
    process.stderr.write(`demo: ${error.message}\n`)
    return 1
  }
  if (error instanceof DramatisError) {
    process.stderr.write(`demo: ${error.message} (${error.code})\n`)
    return 1
  }
  process.stderr.write(`demo failed: ${error instanceof Error ? error.stack : String(error)}\n`)
  return 1
}

process.exitCode = await main(process.argv.slice(2)).catch(report)

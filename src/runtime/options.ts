/**
 * What a runtime is opened with: parsed once, complete and trusted from then on.
 */

import { availableParallelism } from 'node:os'
import { isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ActorLimits } from '../actors/limits.js'
import { type Clock, systemClock } from '../base/clock.js'
import { InvalidArgumentError } from '../base/errors.js'
import { integerIn, knownKeys, oneOf } from '../base/options.js'
import { type Random, systemRandom } from '../base/random.js'
import { type AppDefinition, isAppDefinition } from '../define/app.js'
import type { Durability } from '../store/contracts.js'

export interface RuntimeOptions {
  /**
   * The app: URL or path of the module whose default export is one. Worker threads load the same module.
   * An app itself will do where no worker has to load it.
   */
  readonly app: URL | string | AppDefinition
  /** Directory of the data; made where there is none. Left out: everything is kept in memory. */
  readonly dataDir?: string
  /**
   * Threads that run projectors and handlers, in [1, 64]; `inline`: the calling thread runs them.
   * @default one less than there are cores, at most 4; 'inline' in memory and for an app object
   */
  readonly workers?: number | 'inline'
  /** `flush`: receipts survive power loss. `commit`: they survive the process. @default 'flush' */
  readonly durability?: Durability
  readonly limits?: Partial<ActorLimits>
  /** How long `close` may take. Milliseconds in [0, 600_000]. @default 10_000 */
  readonly closeTimeoutMs?: number
  /** How long one commit may take before the store stops. Milliseconds. @default 30_000 */
  readonly commitTimeoutMs?: number
  /** Free space below which commands are refused. Bytes; 0: never. @default 64 MiB */
  readonly freeBytesMin?: number
  /** Heap of one worker thread. MiB. @default Node's */
  readonly workerHeapMaxMiB?: number
  /** For tests. @default the machine's */
  readonly clock?: Clock
  /** For tests. @default the machine's */
  readonly random?: Random
}

export interface ParsedRuntimeOptions {
  readonly app: { readonly url: string } | { readonly definition: AppDefinition }
  /** Absolute; `null`: in memory. */
  readonly dataDir: string | null
  /** 0: inline. */
  readonly threads: number
  readonly durability: Durability
  readonly limits: Partial<ActorLimits>
  readonly closeTimeoutMs: number
  readonly commitTimeoutMs: number | undefined
  readonly freeBytesMin: number | undefined
  readonly workerHeapMaxMiB: number | undefined
  readonly clock: Clock
  readonly random: Random
}

const optionNames = [
  'app',
  'dataDir',
  'workers',
  'durability',
  'limits',
  'closeTimeoutMs',
  'commitTimeoutMs',
  'freeBytesMin',
  'workerHeapMaxMiB',
  'clock',
  'random',
]

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
export function parseRuntimeOptions(given: RuntimeOptions): ParsedRuntimeOptions {
  if (given === null || typeof given !== 'object') {
    throw new InvalidArgumentError('openRuntime', 'an object of options', given)
  }
  const options = knownKeys('openRuntime', given, optionNames)
  const app = parseApp(options.app)
  const dataDir = parseDataDir(options.dataDir)
  return Object.freeze({
    app,
    dataDir,
    threads: parseWorkers(options.workers, dataDir !== null, 'url' in app),
    durability: oneOf('durability', options.durability ?? 'flush', ['flush', 'commit']),
    limits: options.limits ?? {},
    closeTimeoutMs: integerIn('closeTimeoutMs', options.closeTimeoutMs ?? 10_000, 0, 600_000),
    commitTimeoutMs: options.commitTimeoutMs,
    freeBytesMin: options.freeBytesMin,
    workerHeapMaxMiB:
      options.workerHeapMaxMiB === undefined
        ? undefined
        : integerIn('workerHeapMaxMiB', options.workerHeapMaxMiB, 16, 1_048_576),
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  })
}

function parseApp(app: unknown): ParsedRuntimeOptions['app'] {
  if (app instanceof URL) return { url: app.href }
  if (typeof app === 'string' && app.length > 0) {
    const isUrl = URL.canParse(app) && !isAbsolute(app)
    return { url: isUrl ? app : pathToFileURL(resolve(app)).href }
  }
  if (isAppDefinition(app)) return { definition: app }
  throw new InvalidArgumentError('app', 'a URL, a path, or what defineApp returned', app)
}

function parseDataDir(dataDir: unknown): string | null {
  if (dataDir === undefined) return null
  if (typeof dataDir === 'string' && dataDir.length > 0 && !dataDir.includes('\0')) {
    return resolve(dataDir)
  }
  throw new InvalidArgumentError('dataDir', 'a path, or left out for memory', dataDir)
}

/** @returns threads; 0 for inline. */
function parseWorkers(workers: unknown, hasDirectory: boolean, hasModule: boolean): number {
  const canHaveThreads = hasDirectory && hasModule
  if (workers === 'inline') return 0
  if (workers === undefined) {
    return canHaveThreads ? Math.max(1, Math.min(4, availableParallelism() - 1)) : 0
  }
  const threads = integerIn('workers', workers, 1, 64)
  if (!hasDirectory) {
    throw new InvalidArgumentError('workers', "'inline' where there is no dataDir", workers)
  }
  if (!hasModule) {
    throw new InvalidArgumentError('workers', "'inline' where app is no module's URL", workers)
  }
  return threads
}

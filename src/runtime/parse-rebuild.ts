/**
 * What rebuilding and verifying a view are asked with, checked at the edge.
 */

import { InvalidArgumentError } from '../base/errors.js'
import { functionAt, integerIn, knownKeys } from '../base/options.js'
import type { RebuildOptions } from '../subscriptions/view-build.js'

/**
 * @param more - Names of options beside those of a rebuild.
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 */
export function parseRebuild(what: string, options: RebuildOptions, more: readonly string[]): void {
  knownKeys(what, options, ['onProgress', 'signal', 'eventsPerSecondMax', ...more])
  const { onProgress, signal, eventsPerSecondMax } = options
  if (onProgress !== undefined) functionAt(`${what}.onProgress`, onProgress)
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InvalidArgumentError(`${what}.signal`, 'an AbortSignal', signal)
  }
  if (eventsPerSecondMax !== undefined) {
    integerIn(`${what}.eventsPerSecondMax`, eventsPerSecondMax, 1, 1_000_000_000)
  }
}

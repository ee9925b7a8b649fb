/**
 * What rebuilding and verifying a view are asked with, checked at the edge.
 */

import { functionAt, integerIn, knownKeys, signalAt } from '../base/options.js'
import type { RebuildOptions } from '../subscriptions/view-build.js'

/**
 * @param more - Names of options beside those of a rebuild.
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 */
export function parseRebuild<T extends RebuildOptions>(
  what: string,
  given: T,
  more: readonly string[],
): T {
  const options = knownKeys(what, given, ['onProgress', 'signal', 'eventsPerSecondMax', ...more])
  const { onProgress, signal, eventsPerSecondMax } = options
  if (onProgress !== undefined) functionAt(`${what}.onProgress`, onProgress)
  if (signal !== undefined) signalAt(`${what}.signal`, signal)
  if (eventsPerSecondMax !== undefined) {
    integerIn(`${what}.eventsPerSecondMax`, eventsPerSecondMax, 1, 1_000_000_000)
  }
  return options
}

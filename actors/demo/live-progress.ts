/**
 * Draws the live line at intervals while something runs. Owns the timer, and nothing that it shows.
 */

import { formatProgress, type Progress } from './progress-line.js'
import type { Terminal } from './terminal.js'

/**
 * Runs `work`, drawing `read()` now and then, and once more at the end.
 *
 * @returns what `work` returned.
 * @throws what `work` threw.
 */
export async function withLiveProgress<T>(
  terminal: Terminal,
  read: () => Progress,
  work: () => Promise<T>,
): Promise<T> {
  const draw = (): void => terminal.live(formatProgress(read(), terminal.columns))
  const timer = setInterval(draw, terminal.liveEveryMs)
  try {
    const result = await work()
    draw()
    return result
  } finally {
    clearInterval(timer)
  }
}

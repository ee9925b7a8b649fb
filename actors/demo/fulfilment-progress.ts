/**
 * The live line of the fulfilment act: which twin, how far, how fast, how often killed. Pure.
 */

import { bar, formatCount, formatSeconds, plural } from './numbers.js'

export interface FulfilmentProgress {
  readonly twin: string
  /** In the log, and expected in all. */
  readonly events: number
  readonly eventsAll: number
  readonly kills: number
  readonly elapsedMs: number
}

const barChars = 20
const barCharsMin = 4

/** One line without a line end, at most `columns` characters: a shorter bar where there is no room. */
export function formatFulfilmentProgress(progress: FulfilmentProgress, columns: number): string {
  const { twin, events, eventsAll, kills, elapsedMs } = progress
  const share = eventsAll === 0 ? 1 : Math.min(1, events / eventsAll)
  const words = [
    `${String(Math.floor(share * 100)).padStart(3)}%`,
    twin,
    plural(events, 'event'),
    `${formatCount(elapsedMs > 0 ? (events * 1_000) / elapsedMs : 0)} events/s`,
    plural(kills, 'kill'),
    formatSeconds(elapsedMs / 1_000),
  ].join(' · ')
  const room = Math.min(barChars, Math.max(barCharsMin, columns - words.length - 1))
  return `${bar(share, room)} ${words}`.slice(0, columns)
}

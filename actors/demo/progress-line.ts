/**
 * The live line: how far the demo is, how fast, and how well the readers keep up. Pure.
 */

import { bar, formatCount, formatSeconds } from './numbers.js'

export interface Progress {
  /** Commands answered, and all there are to send. */
  readonly done: number
  readonly total: number
  readonly elapsedMs: number
  /** Events in the log. */
  readonly events: number
  /** How many events the slowest view is behind. */
  readonly viewLag: number
  /** Failed deliveries that were or will be tried again. */
  readonly retries: number
  readonly parkedKeys: number
}

const barChars = 20
const barCharsMin = 4

/** One line without a line end, at most `columns` characters: shorter words where there is no room. */
export function formatProgress(progress: Progress, columns: number): string {
  const wide = `${bar(shareOf(progress), barChars)} ${wideWords(progress)}`
  if (wide.length <= columns) return wide
  const words = shortWords(progress)
  const room = Math.min(barChars, Math.max(barCharsMin, columns - words.length - 1))
  return `${bar(shareOf(progress), room)} ${words}`.slice(0, columns)
}

function wideWords(progress: Progress): string {
  const { events, viewLag, retries, parkedKeys } = progress
  return [
    `${String(Math.floor(shareOf(progress) * 100)).padStart(3)}%`,
    `${formatCount(perSecond(progress))} commands/s`,
    `${formatCount(events)} events`,
    `view lag ${formatCount(viewLag)}`,
    `retries ${formatCount(retries)}`,
    `parked ${formatCount(parkedKeys)}`,
    etaOf(progress),
  ].join(' · ')
}

function shortWords(progress: Progress): string {
  const { events, viewLag, retries, parkedKeys } = progress
  return [
    `${formatCount(perSecond(progress))}/s`,
    `${formatCount(events)} events`,
    `lag ${formatCount(viewLag)}`,
    `retries ${formatCount(retries)}`,
    `parked ${formatCount(parkedKeys)}`,
    etaOf(progress),
  ].join('  ')
}

function shareOf({ done, total }: Progress): number {
  return total === 0 ? 1 : done / total
}

function perSecond({ done, elapsedMs }: Progress): number {
  return elapsedMs > 0 ? (done * 1_000) / elapsedMs : 0
}

function etaOf({ done, total, elapsedMs }: Progress): string {
  if (done >= total) return 'all answered'
  if (done === 0) return 'ETA unknown'
  return `ETA ${formatSeconds((elapsedMs * (total - done)) / done / 1_000)}`
}

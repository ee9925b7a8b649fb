/**
 * What the deliveries of a handler must have been, by the journal that the world outside kept.
 */

import type { SeenEvent } from '../history.js'
import type { JournalEntry } from '../world.js'

/** What is known of the handler. */
export interface HandlerFacts {
  readonly name: string
  readonly attemptsMax: number
  readonly retriesAtOnce: number
  /** Whether later events of a key wait behind one that is parked. */
  readonly keepsOrder: boolean
  /** Lives in which the disk failed: what was reported then may be reported again. */
  readonly faultyLives: ReadonlySet<number>
  keyOf(event: SeenEvent): string
  wants(event: SeenEvent): boolean
}

/** Everything about single deliveries: what, in which order, how often. */
export function deliveryProblems(
  facts: HandlerFacts,
  events: readonly SeenEvent[],
  journal: readonly JournalEntry[],
): string[] {
  const own = journal.filter(({ handler }) => handler === facts.name)
  return [
    ...originProblems(facts, events, own),
    ...(facts.keepsOrder ? orderOfKeysProblems(facts, events, own) : []),
    ...attemptProblems(facts, own),
  ]
}

/** What is delivered is in the log, and wanted. */
function originProblems(
  { name, wants }: HandlerFacts,
  events: readonly SeenEvent[],
  journal: readonly JournalEntry[],
): string[] {
  return journal.flatMap(({ what, position, id }) => {
    if (what === 'givingUp' || what === 'redriving') return []
    const event = events[position - 1]
    if (event !== undefined && event.id === id && wants(event)) return []
    return [`${name} was given ${id} at position ${position}, which is not in the log`]
  })
}

/** Of one key, each event comes when the one before it is done with, and alone. */
function orderOfKeysProblems(
  { name, keyOf, wants }: HandlerFacts,
  events: readonly SeenEvent[],
  journal: readonly JournalEntry[],
): string[] {
  const problems: string[] = []
  const before = new Map<number, number | null>()
  const last = new Map<string, number>()
  for (const event of events.filter(wants)) {
    before.set(event.position, last.get(keyOf(event)) ?? null)
    last.set(keyOf(event), event.position)
  }
  const done = new Set<number>()
  const underWay = new Map<string, number>()
  for (const { what, position, life } of journal) {
    const event = events[position - 1]
    if (event === undefined) continue
    const key = `${life} ${keyOf(event)}`
    if (what === 'begun') {
      const other = underWay.get(key)
      if (other !== undefined) problems.push(`${name} was given ${position} beside ${other}`)
      underWay.set(key, position)
      const previous = before.get(position) ?? null
      if (previous !== null && !done.has(previous)) {
        problems.push(`${name} was given ${position} before ${previous} of its key was done`)
      }
    } else if (what === 'handled' || what === 'failed') underWay.delete(key)
    if (what === 'handled' || what === 'givingUp') done.add(position)
  }
  return problems
}

/** Attempts are counted, over crashes too, and end. */
function attemptProblems(
  { name, attemptsMax, retriesAtOnce, faultyLives }: HandlerFacts,
  journal: readonly JournalEntry[],
): string[] {
  const problems: string[] = []
  const lasts = new Map<number, JournalEntry>()
  for (const entry of journal) {
    if (entry.what !== 'begun') continue
    const { position, attempt, redrives, life } = entry
    const last = lasts.get(position)
    const place = `attempt ${attempt} of position ${position} at ${name}`
    lasts.set(position, entry)
    if (attempt < 1 || attempt > attemptsMax) problems.push(`${place} is beyond ${attemptsMax}`)
    if (last === undefined || redrives > last.redrives) {
      if (attempt !== 1) problems.push(`${place} is the first`)
      continue
    }
    const mayRepeat = life !== last.life || faultyLives.has(life)
    // Retries at once are written down together with the last of them.
    const least = mayRepeat ? last.attempt - retriesAtOnce : last.attempt
    if (attempt < least || attempt > last.attempt + 1) {
      problems.push(`${place} came after ${last.attempt}`)
    }
    if (redrives < last.redrives) problems.push(`${place} has lost a redrive`)
  }
  return problems
}

/** In the end everything was handled, or given up by somebody. */
export function completenessProblems(
  { name, wants }: HandlerFacts,
  events: readonly SeenEvent[],
  journal: readonly JournalEntry[],
): string[] {
  const own = journal.filter(({ handler }) => handler === name)
  const isDone = ({ what }: JournalEntry): boolean => what === 'handled' || what === 'givingUp'
  const done = new Set(own.filter(isDone).map(({ position }) => position))
  return events
    .filter((event) => wants(event) && !done.has(event.position))
    .map(({ position }) => `${name} has never handled position ${position}`)
}

/** What handlers send acts once: an event that was handled is mirrored once, any other at most once. */
export function mirrorProblems(
  events: readonly SeenEvent[],
  journal: readonly JournalEntry[],
): string[] {
  const mirrored = new Map<number, number>()
  for (const { type, data } of events) {
    if (type === 'Mirrored') mirrored.set(data.from, (mirrored.get(data.from) ?? 0) + 1)
  }
  const handled = journal.filter(
    ({ handler, what }) => handler === 'mirroring' && what === 'handled',
  )
  const missing = new Set(handled.map(({ position }) => position))
  for (const position of mirrored.keys()) missing.delete(position)
  return [
    ...[...missing].map((position) => `position ${position} was handled and not mirrored`),
    ...[...mirrored]
      .filter(([, times]) => times > 1)
      .map(([position, times]) => `position ${position} was mirrored ${times} times`),
  ]
}

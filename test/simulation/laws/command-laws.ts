/**
 * What the log must have of commands that were sent, by what their callers were told.
 */

import type { SeenEvent, Sent } from '../history.js'
import { isPart } from './log-laws.js'

/** Where the recordings of a command end, by its token. Usually there is one. */
type Recordings = ReadonlyMap<string, readonly SeenEvent[]>

/** @param windowEvents - How many events of an actor are looked through for a repeated command. */
export function commandProblems(
  events: readonly SeenEvent[],
  sent: readonly Sent[],
  windowEvents: number,
): string[] {
  const recordings = new Map<string, SeenEvent[]>()
  for (const event of events) {
    if (!isPart(event) || (event.data.part ?? 1) !== (event.data.parts ?? 1)) continue
    const { token } = event.data
    recordings.set(token, [...(recordings.get(token) ?? []), event])
  }
  return [
    ...phantomProblems(events, sent),
    ...sent.flatMap((each) => [
      ...receiptProblems(each, events),
      ...refusalProblems(each, recordings),
      ...repeatProblems(each, recordings, windowEvents),
      ...expectationProblems(each, recordings),
    ]),
  ]
}

/** Nothing is recorded that nobody sent. */
function phantomProblems(events: readonly SeenEvent[], sent: readonly Sent[]): string[] {
  const byToken = new Map(sent.map((each) => [each.token, each]))
  return events.filter(isPart).flatMap((event) => {
    const { position, data, streamId } = event
    const command = byToken.get(data.token)
    if (command === undefined) return [`position ${position} was never sent`]
    const isIt =
      streamId === `Account-${command.to}` &&
      data.group === command.group &&
      data.at === command.at &&
      data.of === command.of &&
      (event.type === 'Named'
        ? data.name === command.name
        : data.amount === command.amount && data.parts === command.parts)
    return isIt ? [] : [`position ${position} is not what ${data.token} said`]
  })
}

/** What was acknowledged is where it was said to be. */
function receiptProblems({ token, receipts }: Sent, events: readonly SeenEvent[]): string[] {
  return receipts.flatMap(({ version, position }) => {
    const event = events[position - 1]
    const isIt =
      event !== undefined &&
      isPart(event) &&
      event.data.token === token &&
      event.version === version &&
      (event.data.part ?? 1) === (event.data.parts ?? 1)
    return isIt ? [] : [`${token} was acknowledged at position ${position} and is not there`]
  })
}

/** What was refused, whenever it was sent, is not there. */
function refusalProblems({ token, attempts, refusals }: Sent, recordings: Recordings): string[] {
  if (refusals < attempts || !recordings.has(token)) return []
  return [`${token} was refused and is recorded`]
}

/** A named command is recorded again only where its actor does not remember it any more. */
function repeatProblems(
  { token, commandId }: Sent,
  recordings: Recordings,
  windowEvents: number,
): string[] {
  const recorded = recordings.get(token) ?? []
  return recorded.slice(1).flatMap((event, at) => {
    const events = event.version - (event.data.parts ?? 1) - recorded[at]!.version
    const mayForget = commandId !== null && events >= windowEvents
    return mayForget ? [] : [`${token} is recorded again at position ${event.position}`]
  })
}

/** A command that names a version comes right behind it. */
function expectationProblems({ token, expectedVersion }: Sent, recordings: Recordings): string[] {
  if (expectedVersion === null) return []
  return (recordings.get(token) ?? []).flatMap((event) =>
    event.version - (event.data.parts ?? 1) === expectedVersion
      ? []
      : [`${token} is not behind version ${expectedVersion}`],
  )
}

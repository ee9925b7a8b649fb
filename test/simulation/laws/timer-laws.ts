/**
 * When timers fire, by the log: never early, each firing once, and in the end all of them.
 */

import { laws } from '../../support/invariants/index.js'
import type { SeenEvent, SetTimer } from '../history.js'

/**
 * Every timer has had the time to fire.
 *
 * @param shownMs - The latest time that the clock had shown at each firing, by its commandId.
 */
export function timerProblems(
  events: readonly SeenEvent[],
  timers: readonly SetTimer[],
  shownMs: ReadonlyMap<string, number>,
): string[] {
  const firings = new Map<string, SeenEvent[]>()
  for (const event of events) {
    if (event.type !== 'Rung') continue
    const { token } = event.data
    firings.set(token, [...(firings.get(token) ?? []), event])
  }
  const known = new Set(timers.map(({ token }) => token))
  return [
    ...[...firings.keys()]
      .filter((token) => !known.has(token))
      .map((token) => `the timer ${token} was never set`),
    ...timers.flatMap((timer) => firingProblems(timer, firings.get(timer.token) ?? [], shownMs)),
  ]
}

function firingProblems(
  { token, dueAtMs, everyMs, isSet, isTouched }: SetTimer,
  firings: readonly SeenEvent[],
  shownMs: ReadonlyMap<string, number>,
): string[] {
  const commandIds = [...new Set(firings.map(({ metadata }) => metadata.commandId))]
  const problems = laws.timersFireOnce({
    firings: firings.map(({ metadata: { commandId } }) => {
      const at = commandIds.indexOf(commandId)
      const dueAt = dueAtMs + at * (everyMs ?? 0)
      return {
        timer: token,
        occurrence: at + 1,
        dueAtMs: dueAt,
        actedAtMs: shownMs.get(commandId)!,
      }
    }),
  })
  if (everyMs === null && firings.length > 1)
    problems.push(`${token} fired ${firings.length} times`)
  if (isSet && !isTouched && firings.length === 0) problems.push(`${token} never fired`)
  return problems
}

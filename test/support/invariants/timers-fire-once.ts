/** Law: a timer never acts early, and never twice for one occurrence. */

/** What a timer did, as the log or a log of firings has it. */
export interface Firing {
  readonly timer: string
  /** 1-based. */
  readonly occurrence: number
  /** Milliseconds since the epoch. */
  readonly dueAtMs: number
  readonly actedAtMs: number
}

export interface FiredHistory {
  readonly firings: readonly Firing[]
}

export function timersFireOnce({ firings }: FiredHistory): string[] {
  const problems: string[] = []
  const seen = new Set<string>()
  for (const { timer, occurrence, dueAtMs, actedAtMs } of firings) {
    const firing = `${timer}, occurrence ${occurrence}`
    if (actedAtMs < dueAtMs) problems.push(`${firing} was ${dueAtMs - actedAtMs} ms early`)
    if (seen.has(firing)) problems.push(`${firing} acted twice`)
    seen.add(firing)
  }
  return problems
}

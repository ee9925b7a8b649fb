/**
 * Findings: what a comparison of an app with its lock has to say, as data.
 *
 * `breaks`: data of yesterday cannot be read, is read wrongly, side effects are repeated, or people can no
 * longer be forgotten. `warns`: nothing
 * is lost, but somebody should have meant it.
 */

export type FindingKind =
  | 'actor-removed'
  | 'claims-added'
  | 'claims-removed'
  | 'command-changed'
  | 'command-removed'
  | 'event-check-changed'
  | 'event-name-dropped'
  | 'event-removed'
  | 'event-renamed'
  | 'event-schema-changed'
  | 'event-schema-opaque'
  | 'event-schema-widened'
  | 'event-unknown'
  | 'event-version-lowered'
  | 'event-version-unknown'
  | 'handler-changed'
  | 'handler-events-changed'
  | 'handler-removed'
  | 'handler-renamed'
  | 'partitions-changed'
  | 'personal-added'
  | 'personal-removed'
  | 'projector-changed'
  | 'projector-removed'
  | 'projector-version-kept'
  | 'projector-version-lowered'
  | 'retry-changed'
  | 'saga-compensation-removed'
  | 'saga-message-removed'
  | 'saga-removed'
  | 'saga-step-changed'
  | 'saga-step-removed'
  | 'snapshot-version-kept'
  | 'snapshot-version-lowered'
  | 'tags-added'
  | 'tags-removed'
  | 'upcaster-missing'

/** One difference that matters. */
export interface SchemaFinding {
  readonly kind: FindingKind
  readonly severity: 'breaks' | 'warns'
  /** `event Order.OrderPaid`, `actor Order`, `command Order.pay`, `handler mail`, `projector Totals`, `saga Trip`, `step Trip.pay`, `message Trip.remind`. */
  readonly where: string
  /** What happened, in one sentence. */
  readonly what: string
  /** What to do about it, in one sentence. */
  readonly advice: string
}

/** What breaks comes first; otherwise by place, then by kind. */
export function sortFindings(findings: readonly SchemaFinding[]): readonly SchemaFinding[] {
  const rank = ({ severity, where, kind }: SchemaFinding): string => `${severity} ${where} ${kind}`
  return [...findings].sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0))
}

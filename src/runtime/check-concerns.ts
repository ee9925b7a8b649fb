/**
 * What became of personal fields, tags and claims since the lock was written.
 *
 * Pure. None of them changes what can be read: they are about what is recorded from now on, and about what
 * was recorded before without them.
 */

import type { ActorPair } from './check-events.js'
import type { FindingKind, SchemaFinding } from './schema-findings.js'
import type { LockedEvent } from './schema-lock.js'

/** @param where - `event Order.OrderPaid`. */
export function checkConcerns(
  where: string,
  before: LockedEvent,
  after: LockedEvent,
): readonly SchemaFinding[] {
  return [...checkPersonal(where, before, after), ...checkTags(where, before, after)]
}

function checkPersonal(
  where: string,
  { personal: before }: LockedEvent,
  { personal: after }: LockedEvent,
): readonly SchemaFinding[] {
  const findings: SchemaFinding[] = []
  const removed = without(before, after)
  if (removed.length > 0) {
    findings.push({
      kind: 'personal-removed',
      severity: 'breaks',
      where,
      what: `${removed.join(', ')} is recorded in the clear from now on, and cannot be forgotten.`,
      advice: 'Keep it in personal, unless it is about nobody any more.',
    })
  }
  const added = without(after, before)
  if (added.length > 0) {
    findings.push({
      kind: 'personal-added',
      severity: 'warns',
      where,
      what: `${added.join(', ')} is sealed from now on; what was recorded before stays in the clear.`,
      advice: 'Write the lock anew; what must go of before goes with its stream.',
    })
  }
  return findings
}

function checkTags(
  where: string,
  before: LockedEvent,
  after: LockedEvent,
): readonly SchemaFinding[] {
  if (before.isTagged === after.isTagged) return []
  const what = after.isTagged
    ? 'It has tags from now on; what was recorded before is found by none.'
    : 'It has no tags any more: decisions that look for them do not find what is recorded from now on.'
  const advice = after.isTagged
    ? 'Run runtime.reindexTags() once, before the first decision.'
    : 'Look after whoever decides by them.'
  return [
    {
      kind: after.isTagged ? 'tags-added' : 'tags-removed',
      severity: 'warns',
      where,
      what,
      advice,
    },
  ]
}

export function checkClaims({ name, before, after }: ActorPair): readonly SchemaFinding[] {
  const where = `actor ${name}`
  const finding = (
    kind: FindingKind,
    claims: readonly string[],
    what: string,
    advice: string,
  ): readonly SchemaFinding[] =>
    claims.length === 0
      ? []
      : [{ kind, severity: 'warns', where, what: `${claims.join(', ')} ${what}`, advice }]
  return [
    ...finding(
      'claims-added',
      without(after.unique, before.unique),
      'is claimed from now on; actors of before claim it with their next command.',
      'Run runtime.claims.rebuild(...) once, before the first command.',
    ),
    ...finding(
      'claims-removed',
      without(before.unique, after.unique),
      'is no longer claimed: two actors may have the same.',
      'Write the lock anew if that is meant.',
    ),
  ]
}

function without(names: readonly string[], others: readonly string[]): readonly string[] {
  return names.filter((name) => !others.includes(name))
}

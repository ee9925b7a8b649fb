/**
 * What became of sagas since the lock was written.
 *
 * Pure. Instances that are under way go on from what they have recorded, by the names of steps and messages:
 * those are what may not change while any is.
 */

import type { SchemaFinding } from './schema-findings.js'
import { entryOf, type LockedSaga, type LockedStep, type SchemaLock } from './schema-lock.js'

type Finding = Omit<SchemaFinding, 'where'>

export function checkSagas(before: SchemaLock, after: SchemaLock): readonly SchemaFinding[] {
  return Object.entries(before.sagas).flatMap(([name, was]): readonly SchemaFinding[] => {
    const where = `saga ${name}`
    const is = entryOf(after.sagas, name)
    if (is === undefined) return [{ ...removed, where }]
    return [...checkSteps(name, was, is), ...checkMessages(name, was, is)]
  })
}

const removed: Finding = {
  kind: 'saga-removed',
  severity: 'breaks',
  what: 'The app no longer has it: its instances stand still, and its timers are tried in vain.',
  advice: 'Keep it until no instance is running, halted or compensating.',
}

function checkSteps(name: string, was: LockedSaga, is: LockedSaga): readonly SchemaFinding[] {
  return Object.entries(was.steps).flatMap(([step, before]): readonly SchemaFinding[] => {
    const where = `step ${name}.${step}`
    const after = entryOf(is.steps, step)
    if (after === undefined) return [{ ...stepRemoved, where }]
    return checkStep(before, after).map((finding) => ({ ...finding, where }))
  })
}

const stepRemoved: Finding = {
  kind: 'saga-step-removed',
  severity: 'breaks',
  what: 'The saga no longer has it: an instance that stands at it halts, and it is not taken back.',
  advice: 'Keep it until no instance can stand at it, or needs it taken back.',
}

function checkStep(was: LockedStep, is: LockedStep): readonly Finding[] {
  const findings: Finding[] = []
  if (is.each.join() !== was.each.join() || is.action !== was.action) {
    findings.push({
      kind: 'saga-step-changed',
      severity: 'breaks',
      what: 'It does something else, or is repeated otherwise: instances look for it in vain.',
      advice: 'Give it another name, and keep the old one while instances need it.',
    })
  }
  if (was.compensated && !is.compensated) {
    findings.push({
      kind: 'saga-compensation-removed',
      severity: 'warns',
      what: 'It has no compensation any more: instances that have done it do not take it back.',
      advice: 'Keep it while an instance may fail that has done the step.',
    })
  }
  return findings
}

function checkMessages(name: string, was: LockedSaga, is: LockedSaga): readonly SchemaFinding[] {
  return was.messages
    .filter((message) => !is.messages.includes(message))
    .map((message) => ({
      kind: 'saga-message-removed',
      severity: 'breaks',
      where: `message ${name}.${message}`,
      what: 'The saga no longer takes it: timers that bring it are tried in vain.',
      advice: 'Keep it until no timer brings it.',
    }))
}

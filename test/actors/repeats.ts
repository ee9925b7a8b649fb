/**
 * What repeated commands are told by.
 */

import assert from 'node:assert/strict'
import type { Receipt } from '../../src/actors/command.js'

/** What a caller can tell one receipt from another by. */
export function contentOf({ streamId, version, position, events }: Receipt): unknown {
  return { streamId, version, position, events: events.map((event) => ({ ...event })) }
}

export function assertRepeats(repeat: Receipt, original: Receipt): void {
  assert.deepEqual(contentOf(repeat), contentOf(original))
  assert.equal(original.duplicate, false)
  assert.equal(repeat.duplicate, true)
}

/** The outcome of a send: `accepted`, `duplicate` or the code of its error. */
export async function outcomeOf(sent: Promise<Receipt>): Promise<string> {
  try {
    return (await sent).duplicate ? 'duplicate' : 'accepted'
  } catch (error) {
    return (error as { code: string }).code
  }
}

/** A closed log that is so large that its pages are not looked at when it is opened. */

import { join } from 'node:path'
import { appendEvents } from '../../../src/store/append.js'
import { sampleAppend, sampleEvent } from '../../../src/testing/index.js'
import type { Scope } from '../../support/scope.js'
import { TemporaryDirectory } from '../temporary.js'

/** Each of them takes pages of its own. */
export const largeEvents = 17
const eventChars = 1024 * 1024

export async function largeLog(
  t: Scope,
): Promise<{ readonly directory: TemporaryDirectory; readonly path: string }> {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore({ durability: 'commit' })
  for (let number = 1; number <= largeEvents; number++) {
    const event = sampleEvent({ text: textOf(number) }, 'Noted')
    await appendEvents(store, [{ ...sampleAppend('1', 'any'), events: [event] }])
  }
  await store.close()
  return { directory, path: join(directory.path, 'log', 'data.mdb') }
}

/** The long text that an event has, and no other. */
export function textOf(number: number): string {
  return `text ${number} `.padEnd(eventChars, String.fromCharCode(96 + number))
}

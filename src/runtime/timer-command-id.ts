/** The ids of the commands that timers send: the same each time a firing is repeated. */

import type { Due } from '../timers/due.js'

/** Names the command of one firing. */
export function commandIdOf({ name, id, occurrence }: Due): string {
  return `timer:${name}:${id}:${occurrence}`
}

/** Whether an id may be one of those. */
export function isTimerCommand(commandId: string): boolean {
  return commandId.startsWith('timer:')
}

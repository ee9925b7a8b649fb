/** Law: commands are atomic and contiguous. Of each, all events are in the log side by side, or none. */

import type { RecordedEvent } from '../../../src/index.js'

/** Which part of its command an event is: 1-based, of how many. */
export interface CommandPart {
  readonly part: number
  readonly parts: number
}

export interface CommandHistory {
  readonly events: readonly RecordedEvent[]
  /** `undefined`: its command is not looked at. */
  readonly partOf: (event: never) => CommandPart | undefined
}

export function commandsAreWhole({ events, partOf }: CommandHistory): string[] {
  const problems: string[] = []
  /** The command that is being read, and the part of it that was read last. */
  let open: (CommandPart & { readonly commandId: string }) | null = null
  for (const event of events) {
    const { position, metadata } = event
    const read = partOf(event as never)
    if (read === undefined || read.part === 1) {
      if (open !== null) problems.push(`command ${open.commandId} lacks its end`)
    } else if (open?.commandId !== metadata.commandId) {
      problems.push(`position ${position} is a part of a command that did not begin`)
    } else if (read.part !== open.part + 1 || read.parts !== open.parts) {
      problems.push(`position ${position} is not the next part of its command`)
    }
    const isOpen = read !== undefined && read.part < read.parts
    open = isOpen ? { ...read, commandId: metadata.commandId } : null
  }
  if (open !== null) problems.push(`the log ends within command ${open.commandId}`)
  return problems
}

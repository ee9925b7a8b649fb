/**
 * Which commands the crash tests send: all of them follow from their ids.
 *
 * So whoever reads an event knows whether it was ever sent, with what, and with how many others.
 */

import type { Acknowledgement } from '../support/invariants/acknowledged-are-there.js'

export type { Acknowledgement }

export interface PlannedCommand {
  readonly commandId: string
  readonly aggregateId: string
  readonly amount: number
  /** Events it decides. */
  readonly parts: number
}

/** Where a command comes from. */
export interface CommandOrigin {
  /** Which life of the process sent it. */
  readonly life: number
  readonly actor: number
  /** 1-based among those of that life to that actor. */
  readonly number: number
}

export function planCommand({ life, actor, number }: CommandOrigin): PlannedCommand {
  return {
    commandId: `${life}/${actor}/${number}`,
    aggregateId: `${actor}`,
    amount: (life * 31 + actor * 17 + number * 7) % 1_000,
    parts: (actor + number) % 4 === 0 ? 3 : 1,
  }
}

export function originOf(commandId: string): CommandOrigin {
  const [life, actor, number] = commandId.split('/').map(Number) as [number, number, number]
  return { life, actor, number }
}

export function acknowledgementLine(acknowledged: Acknowledgement): string {
  const { commandId, streamId, version, position } = acknowledged
  return `ack ${commandId} ${streamId} ${version} ${position}`
}

/** The acknowledgements among the lines of a child. */
export function acknowledgementsIn(lines: readonly string[]): Acknowledgement[] {
  return lines.flatMap((line) => {
    const [kind, commandId, streamId, version, position] = line.split(' ')
    if (kind !== 'ack') return []
    return [
      {
        commandId: commandId!,
        streamId: streamId!,
        version: Number(version),
        position: Number(position),
      },
    ]
  })
}

/** Every hostility, in groups that are tried together: none so large that it would pass for an outage. */

import type { Hostilities, Hostility } from '../hostility.js'
import { dying, leaking, leftBehind, looping, meddling, starving } from './killing.js'
import { returned, settled } from './settling.js'
import { spoiling } from './spoiling.js'
import { thrownErrors, thrownImpostors, thrownValues } from './throwing.js'

interface Group {
  /** What handlers of this group do. */
  readonly what: string
  readonly hostilities: Hostilities
}

export const groups: Readonly<Record<string, Group>> = {
  starving: { what: 'leaves its thread no time', hostilities: starving },
  looping: { what: 'keeps its thread for ever', hostilities: looping },
  dying: { what: 'ends its thread', hostilities: dying },
  leftBehind: { what: 'leaves something that ends its thread', hostilities: leftBehind },
  spoiling: { what: 'changes what all code of its thread uses', hostilities: spoiling },
  leaking: { what: 'uses up memory', hostilities: leaking },
  meddling: { what: 'meddles with its process', hostilities: meddling },
  settled: { what: 'settles oddly, or never', hostilities: settled },
  returned: { what: 'returns odd things', hostilities: returned },
  thrownValues: { what: 'throws odd values', hostilities: thrownValues },
  thrownErrors: { what: 'throws errors that cannot be read', hostilities: thrownErrors },
  thrownImpostors: { what: 'throws impostors', hostilities: thrownImpostors },
}

const all = new Map<string, Hostility>(
  Object.values(groups).flatMap(({ hostilities }) => Object.entries(hostilities)),
)

export function hostilityOf(name: string): Hostility | undefined {
  return all.get(name)
}

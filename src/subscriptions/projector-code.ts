/**
 * A text that changes when a projector's functions do: whether rows that are half built may be built on.
 *
 * Sees the functions of the definition, not what they import or close over: whoever changes that raises
 * the projector's version, as for any change of rows.
 */

import { createHash } from 'node:crypto'
import type { AnyProjector } from '../define/projector.js'

/** 16 characters. */
export function projectorCodeOf({ on, indexes, version }: AnyProjector): string {
  const hash = createHash('sha256').update(`${version}`)
  for (const [kind, functions] of Object.entries({ on, indexes })) {
    for (const name of Object.keys(functions).sort()) {
      hash.update(`\0${kind}.${name}\0${String((functions as Record<string, unknown>)[name])}`)
    }
  }
  return hash.digest('base64url').slice(0, 16)
}

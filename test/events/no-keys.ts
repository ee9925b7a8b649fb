/** For records in which nothing is sealed. */

import type { KeyReader } from '../../src/events/seal.js'

export const noKeys: KeyReader = {
  keyAt: (slot) => {
    throw new Error(`nothing here was sealed with the key in slot ${slot}`)
  },
}

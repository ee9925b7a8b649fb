/** Throws where nobody waits for it. */

import type { Peer } from '../../../../bench/comparison/peer.js'
import { countingPeer } from './counting-peer.js'

const peer: Peer = countingPeer({
  onCommand: (recorded) => {
    if (recorded === 0) {
      process.nextTick(() => {
        throw new RangeError('astray')
      })
    }
  },
})

export default peer

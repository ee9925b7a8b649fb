/** Refuses a command in the middle of its work. */

import type { Peer } from '../../../../bench/comparison/peer.js'
import { countingPeer } from './counting-peer.js'

const peer: Peer = countingPeer({
  onCommand: (recorded) => {
    if (recorded === 500) throw new TypeError('not this one')
  },
})

export default peer

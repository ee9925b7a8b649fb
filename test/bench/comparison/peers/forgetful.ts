/** Has every event until it is closed, and less when it is opened again. */

import type { Peer } from '../../../../bench/comparison/peer.js'
import { countingPeer } from './counting-peer.js'

const peer: Peer = countingPeer({ kept: (events) => events - 2 })

export default peer

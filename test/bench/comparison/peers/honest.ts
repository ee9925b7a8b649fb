/** Records what it is given, one command at a time. */

import type { Peer } from '../../../../bench/comparison/peer.js'
import { countingPeer } from './counting-peer.js'

const peer: Peer = countingPeer({ inFlightMax: 1 })

export default peer

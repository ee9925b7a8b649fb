/** Settles every command and leaves out an event. */

import type { Peer } from '../../../../bench/comparison/peer.js'
import { countingPeer } from './counting-peer.js'

const peer: Peer = countingPeer({ recorded: (events) => events - 1 })

export default peer

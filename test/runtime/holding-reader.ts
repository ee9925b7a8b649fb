/** Reads an environment and goes on reading what was there then. Says `holds TRANSACTION`. */

import { setInterval } from 'node:timers'
import { open } from 'lmdb'
import { givenOptions, say } from '../support/say.js'

const { path } = givenOptions<{ readonly path: string }>()
const environment = open({ path, noSubdir: false })
const transaction = environment.useReadTransaction()
environment.get('anything', { transaction })
const { lastTxnId } = environment.getStats() as { readonly lastTxnId: number }
say(`holds ${lastTxnId}`)
setInterval(() => {}, 1_000_000)

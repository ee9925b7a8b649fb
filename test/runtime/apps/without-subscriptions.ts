/** An app that no worker can load, and none has to. */

import { isMainThread } from 'node:worker_threads'
import { defineApp } from '../../../src/index.js'

if (!isMainThread) throw new Error('not here')

export default defineApp({ actors: [] })

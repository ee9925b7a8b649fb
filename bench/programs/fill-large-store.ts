/**
 * Makes the large store in the directory that it is given, and tells how far it is.
 */

import { writeFileSync } from 'node:fs'
import { fillStore } from './fill-store.js'
import { largeActors, largeEvents, largeMarker, markerOf } from './large-store.js'

const [dataDir] = process.argv.slice(2)
if (dataDir === undefined) throw new Error('expected the directory of the store')

const startedMs = performance.now()
const every = largeEvents / 10
let told = 0
await fillStore(dataDir, {
  events: largeEvents,
  actors: largeActors,
  onProgress: (events) => {
    if (events < told + every) return
    told += every
    console.log(`${told.toLocaleString('en')} events of the large store, ${seconds()} s`)
  },
})
writeFileSync(markerOf(dataDir), largeMarker)

function seconds(): string {
  return ((performance.now() - startedMs) / 1_000).toFixed(1)
}

/** Opens the log of a directory for reading, says how many events it has read, and stays until its input ends. */

import { openLmdbLogReader } from '../../../src/store/lmdb/lmdb-log-reader.js'

const reader = await openLmdbLogReader(process.argv[2]!)
const { events } = await reader.readBatch({ after: 0, eventsMax: 100_000 })
process.stdout.write(`${events.length} events\n`)
process.stdin.resume()
process.stdin.once('end', () => reader.close())

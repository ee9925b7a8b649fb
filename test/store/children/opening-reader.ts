/** Opens the log of a directory for reading: `open`, or the code of the error. */

import { openLmdbLogReader } from '../../../src/store/lmdb/lmdb-log-reader.js'

try {
  const reader = await openLmdbLogReader(process.argv[2]!)
  process.stdout.write('open\n')
  reader.close()
} catch (error) {
  process.stdout.write(`${(error as { code?: unknown }).code}\n`)
}

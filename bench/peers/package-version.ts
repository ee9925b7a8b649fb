/**
 * The version of a package of this folder, as it is installed. The comparison runs with this folder as its
 * working directory.
 */

import { join } from 'node:path'
import { versionIn } from '../comparison/workload.js'

export function installedVersion(name: string): string {
  return versionIn(join(process.cwd(), 'node_modules', name))
}

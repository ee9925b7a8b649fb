/**
 * Copying a data directory, in use or not: which environments, and in which order.
 *
 *   work    first: a cursor that is ahead of the log would skip events, one that is behind has them delivered again;
 *   log     then: whatever the bookkeeping names is in it;
 *   keys    last, while none is made or destroyed: every key that a record of the log needs is there.
 *
 * Views are left out: they are made of the log, and are built again. So is the lock.
 */

import { existsSync } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { copyEnvironment, copySynced } from '../../store/lmdb/copy-environment.js'
import { slotPath } from '../../store/lmdb/lmdb-key-vault.js'
import { hasEnvironment } from '../../store/lmdb/verify/open-existing.js'

export interface CopyOptions {
  readonly isCompact: boolean
  /** Does its work while no key is made or destroyed. */
  readonly undisturbed: (work: () => Promise<void>) => Promise<void>
  /** Called before each environment; what it throws ends the copying. */
  readonly onNext: (part: CopiedPart) => void
}

export type CopiedPart = 'work' | 'log' | 'keys'

/** For directories that nobody else has open. */
export const alreadyUndisturbed: CopyOptions['undisturbed'] = (work) => work()

/**
 * @param to - Is made.
 * @returns bytes of the copy.
 */
export async function copyDirectory(
  from: string,
  to: string,
  { isCompact, undisturbed, onNext }: CopyOptions,
): Promise<number> {
  await mkdir(to, { recursive: true })
  let sum = 0
  const copy = async (part: CopiedPart): Promise<void> => {
    onNext(part)
    if (!hasEnvironment(join(from, part))) return
    sum += await copyEnvironment(join(from, part), join(to, part), isCompact)
    if (part === 'keys') sum += await copySlots(from, to)
  }
  await copy('work')
  await copy('log')
  await undisturbed(() => copy('keys'))
  return sum
}

/** Keys are for the owner's eyes. */
async function copySlots(from: string, to: string): Promise<number> {
  if (!existsSync(slotPath(from))) return 0
  const bytes = await copySynced(slotPath(from), slotPath(to))
  await chmod(slotPath(to), 0o600)
  return bytes
}

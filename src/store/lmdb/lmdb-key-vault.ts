/**
 * The key vault of a data directory: `dataDir/keys`, an LMDB environment and a file of key slots.
 *
 * The environment knows which slot is whose; keys themselves never touch its pages. The directory is made
 * with the first key.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { StoreUnavailableError } from '../errors.js'
import { KeyVault, vaultTables } from '../keys/key-vault.js'
import { SlotFile } from '../keys/slot-file.js'
import type { ParsedStoreOptions } from '../options.js'
import { openLmdbTables } from './lmdb-tables.js'

/** The file of key slots. */
export function slotPath(dataDir: string): string {
  return join(dataDir, 'keys', 'slots')
}

/**
 * Opens the vault for the owner of the data directory.
 *
 * Its writes are always flushed: a receipt may give up what a power cut undoes, a forgetting may not.
 *
 * @throws {StoreUnavailableError} DRAMATIS_STORE_UNAVAILABLE
 */
export async function openLmdbKeyVault(
  dataDir: string,
  { clock }: ParsedStoreOptions,
): Promise<KeyVault> {
  const path = join(dataDir, 'keys')
  const exists = existsSync(join(path, 'data.mdb'))
  if (!exists && existsSync(slotPath(dataDir))) {
    // Tables are made before the first slot is. To begin anew would overwrite keys that are needed.
    throw new StoreUnavailableError(path, 'it has keys, but its data.mdb is missing')
  }
  return await KeyVault.open({
    slots: new SlotFile(slotPath(dataDir)),
    openTables: () => openLmdbTables(path, vaultTables, { clock }),
    exists,
  })
}

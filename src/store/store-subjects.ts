/**
 * The subjects of a store: who they are is the vault's; when snapshots may be kept is decided here.
 *
 * Invariant: a snapshot of a state that was folded before a key was destroyed is not kept after it.
 */

import type { SealedType, Subjects } from './contracts.js'
import { UnknownSubjectError } from './errors.js'
import type { KeyVault } from './keys/key-vault.js'

export class StoreSubjects implements Subjects {
  readonly #keys: KeyVault
  readonly #assertOpen: () => void
  /** Calls of `destroy` under way. */
  #destroying = 0

  /** @param assertOpen - Throws while the store takes no writes. */
  constructor(keys: KeyVault, assertOpen: () => void) {
    this.#keys = keys
    this.#assertOpen = assertOpen
  }

  get sealedTypes(): readonly SealedType[] {
    return this.#keys.sealedTypes
  }

  get pending(): number {
    return this.#keys.pending
  }

  /** Whether states in memory may still hold what is being forgotten. */
  get isDestroying(): boolean {
    return this.#destroying > 0
  }

  stateOf(subjectId: string): 'unknown' | 'known' | 'forgotten' {
    this.#assertOpen()
    return this.#keys.stateOf(subjectId)
  }

  async destroy(subjectIds: readonly string[], meanwhile: () => Promise<void>): Promise<void> {
    this.#assertOpen()
    for (const subjectId of subjectIds) {
      if (this.stateOf(subjectId) === 'unknown') throw new UnknownSubjectError(subjectId)
    }
    this.#destroying += 1
    try {
      await this.#keys.destroy(subjectIds)
      await meanwhile()
    } finally {
      this.#destroying -= 1
    }
  }

  finish(): Promise<void> {
    return this.#keys.finish()
  }

  undisturbed(work: () => Promise<void>): Promise<void> {
    this.#assertOpen()
    return this.#keys.undisturbed(work)
  }
}

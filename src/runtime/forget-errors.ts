/** The operating errors of forgetting. Codes are API: `docs/errors.md`. */

import { DramatisError } from '../base/errors.js'

/** A forgetting did not get through. What it did is not undone; what is left is done by the next one. */
export class ForgetIncompleteError extends DramatisError {
  readonly code = 'DRAMATIS_FORGET_INCOMPLETE'
  /** Whether the keys are known to be destroyed: then nobody reads the fields from the log any more. */
  readonly keysDestroyed: boolean
  /** Views whose rows may still hold what is forgotten. */
  readonly views: readonly string[]

  constructor(
    why: string,
    keysDestroyed: boolean,
    views: readonly string[],
    options?: { readonly cause?: unknown },
  ) {
    const done = keysDestroyed
      ? `The keys are destroyed; views to be rebuilt: ${views.join(', ') || 'none'}. Forget the same ` +
        'subjects again, or open the runtime anew, to do the rest.'
      : 'The keys are there, or may be: forget them again.'
    super(`Expected to forget everything, but ${why}. ${done}`, options)
    this.keysDestroyed = keysDestroyed
    this.views = views
  }
}

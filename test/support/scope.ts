/**
 * What resources are bound to, so that they are released: a test's context, or a {@link SuiteScope}.
 *
 * Released last opened first, and every one of them even when another fails: a process that still
 * writes is killed before the directory that it writes to is removed. Node's own hooks run first
 * registered first and stop at the first that throws, so tests never call them directly.
 */

export interface Scope {
  /** Called when everything in the scope is over. */
  after(release: () => unknown): void
}

/** The scope of resources that the tests of a suite share. */
export class SuiteScope implements Scope {
  readonly #releases: (() => unknown)[] = []

  after(release: () => unknown): void {
    this.#releases.push(release)
  }

  /** Throws what went wrong after everything was tried. */
  async release(): Promise<void> {
    const errors: unknown[] = []
    for (const release of this.#releases.splice(0).reverse()) {
      try {
        await release()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'not everything was released')
  }
}

const scopes = new WeakMap<Scope, SuiteScope>()

/** Releases something when the test, or the suite, is over. */
export function onEnd(scope: Scope, release: () => unknown): void {
  if (scope instanceof SuiteScope) scope.after(release)
  else scopeOf(scope).after(release)
}

function scopeOf(test: Scope): SuiteScope {
  const known = scopes.get(test)
  if (known !== undefined) return known
  const scope = new SuiteScope()
  scopes.set(test, scope)
  test.after(() => scope.release())
  return scope
}

/** Does something with a scope of its own: what it opens is released when it is done, not when the test is. */
export async function scoped<Result>(work: (scope: Scope) => Promise<Result>): Promise<Result> {
  const scope = new SuiteScope()
  try {
    return await work(scope)
  } finally {
    await scope.release()
  }
}

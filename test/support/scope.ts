/**
 * What resources are bound to, so that they are released: a test's context, or a {@link SuiteScope}.
 */

export interface Scope {
  /** Called when everything in the scope is over. */
  after(release: () => unknown): void
}

/** The scope of resources that the tests of a suite share. Released last opened first. */
export class SuiteScope implements Scope {
  readonly #releases: (() => unknown)[] = []

  after(release: () => unknown): void {
    this.#releases.push(release)
  }

  async release(): Promise<void> {
    for (const release of this.#releases.reverse()) await release()
  }
}

/** Resources of a test are released last opened first, each of them whatever happens to the others. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { onEnd, type Scope, SuiteScope } from './scope.js'

/** Stands for a test's context: its hooks run first registered first, as Node's do. */
class Hooks implements Scope {
  readonly #hooks: (() => unknown)[] = []

  after(release: () => unknown): void {
    this.#hooks.push(release)
  }

  async run(): Promise<void> {
    for (const hook of this.#hooks) await hook()
  }
}

describe('what a test holds', () => {
  test('is released last opened first', async () => {
    const hooks = new Hooks()
    const released: string[] = []
    for (const name of ['directory', 'process', 'reader']) {
      onEnd(hooks, () => released.push(name))
    }

    await hooks.run()

    assert.deepEqual(released, ['reader', 'process', 'directory'])
  })

  test('is released although the release of something else throws, which is then thrown', async () => {
    const scope = new SuiteScope()
    const released: string[] = []
    const error = new Error('cannot be removed')
    onEnd(scope, () => released.push('directory'))
    onEnd(scope, () => Promise.reject(error))
    onEnd(scope, () => released.push('reader'))

    await assert.rejects(scope.release(), { name: 'AggregateError', errors: [error] })

    assert.deepEqual(released, ['reader', 'directory'])
  })

  test('is released once', async () => {
    const scope = new SuiteScope()
    let released = 0
    onEnd(scope, () => ++released)

    await scope.release()
    await scope.release()

    assert.equal(released, 1)
  })
})

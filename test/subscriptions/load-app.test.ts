/** Loading an app's module: whatever is wrong with it is one typed error that says what. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadApp } from '../../src/subscriptions/load-app.js'

const cases: readonly (readonly [what: string, source: string, says: RegExp])[] = [
  ['throws an error', "throw new Error('no good')", /loading it failed: no good/],
  ['throws what is no error', "throw 'no good'", /loading it failed: "no good"/],
  ['exports nothing', 'export const other = 1', /found no such export/],
  ['exports something else', 'export default 7', /found 7/],
  ['exports something else by name', "export const app = 'mine'", /found "mine"/],
]

for (const [what, source, says] of cases) {
  test(`a module that ${what} is no app`, async () => {
    const url = `data:text/javascript,${encodeURIComponent(source)}`

    await assert.rejects(loadApp(url), { code: 'DRAMATIS_APP_LOAD', url, message: says })
  })
}

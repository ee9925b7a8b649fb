/** Workers that cannot start: the runtime refuses to open, says why, and leaves the directory as it was. */

import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { ManualClock } from '../../src/base/manual-clock.js'
import { type HandlerStatus, openRuntime } from '../../src/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { until } from '../subscriptions/until.js'
import { count } from '../support/counts.js'
import { Target } from './hostile-app.js'

/** What a module does on a worker thread only, and what the error must say. */
const failures: Readonly<Record<string, readonly [code: string, says: RegExp]>> = {
  'throws an error': ["throw new Error('not today')", /not today/],
  'throws undefined': ['throw undefined', /undefined/],
  'throws a revoked proxy': [
    'const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy',
    /could not load/,
  ],
  'imports what is missing': ["await import('./missing.mjs')", /missing\.mjs/],
  'imports what cannot be parsed': ["await import('./unparsable.mjs')", /Unexpected|Invalid/],
  exits: ['process.exit(3)', /exit/],
  'waits for ever': [
    'setInterval(() => {}, 1_000); await new Promise(() => {})',
    /within 30000 ms/,
  ],
  'loops for ever': ['for (;;);', /within 30000 ms/],
}

for (const [what, [code, says]] of Object.entries(failures)) {
  test(`a worker whose module ${what} keeps the runtime from opening`, async (t) => {
    const directory = await TemporaryDirectory.make(t)
    const app = writeApp(directory.path, code)
    const clock = new ManualClock()
    let isOver = false

    const opening = openRuntime({ app, dataDir: directory.path, workers: 1, clock }).finally(() => {
      isOver = true
    })
    opening.catch(() => {})
    await until('it is over', () => {
      if (what.endsWith('for ever')) clock.advance(100)
      return isOver
    })

    await assert.rejects(opening, (error: Error & { code?: string }) => {
      assert.equal(error.code, 'DRAMATIS_APP_LOAD')
      assert.match(error.message, says)
      return true
    })
    await openInline(t, directory)
    count('hostile handlers', 1)
  })
}

test('events wait while threads that are started later cannot load the app, and none is parked for it', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const notes = dirname(directory.path)
  const isBroken = join(notes, 'broken')
  const app = writeApp(
    directory.path,
    `if (existsSync('${isBroken}')) throw new Error('not today')`,
  )
  const runtime = directory.closing(
    await openRuntime({ app, dataDir: directory.path, workers: 1, closeTimeoutMs: 2_000 }),
  )
  const status = (): HandlerStatus => runtime.handler('hostile').status()

  writeFileSync(isBroken, '')
  await runtime.actor(Target, 'a').send('act', { what: 'exits with 7', notes })
  await until('it fails', () => status().error?.message.includes('not today') === true)
  const whileBroken = status()
  rmSync(isBroken)
  await until('it is parked', () => status().parkedKeys === 1)
  const { entries } = await runtime.deadLetters.list({ handler: 'hostile' })

  assert.deepEqual([whileBroken.state, whileBroken.parkedKeys], ['failing', 0])
  assert.deepEqual(
    entries.map(({ cause }) => cause),
    ['WORKER_CRASH'],
  )
})

/** An app whose module does something else on a worker. */
function writeApp(dataDir: string, code: string): URL {
  const folder = join(dirname(dataDir), 'app')
  mkdirSync(folder)
  writeFileSync(join(folder, 'unparsable.mjs'), 'export default }{')
  const good = new URL('./hostile-app.js', import.meta.url).href
  const lines = [
    "import { isMainThread } from 'node:worker_threads'",
    `import app from '${good}'`,
    "import { existsSync } from 'node:fs'",
    `if (!isMainThread) { ${code} }`,
    'export default app',
  ]
  const path = join(folder, 'app.mjs')
  writeFileSync(path, lines.join('\n'))
  return pathToFileURL(path)
}

async function openInline(t: TestContext, directory: TemporaryDirectory): Promise<void> {
  const app = new URL('./hostile-app.js', import.meta.url)
  const runtime = await openRuntime({ app, dataDir: directory.path, workers: 'inline' })
  directory.closing(runtime)
  t.diagnostic(`opened at ${runtime.log.head}`)
}

/**
 * The people of `apps/people.ts` in a runtime that tests close, open again, and look through byte by byte.
 */

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type AppDefinition, openRuntime, type Runtime } from '../../src/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { app, mailer, People, Person } from './apps/people.js'

export type Mode = 'in memory' | 'inline' | 'on threads'
export const modes: readonly Mode[] = ['in memory', 'inline', 'on threads']
export const durableModes: readonly Mode[] = ['inline', 'on threads']

/** What Ada is known by. Found nowhere else. */
export const ada = { name: 'Ada Lovelace-Wunderlich', email: 'ada.wunderlich@example.test' }
export const bob = { name: 'Bob Unvergessen', email: 'bob.unvergessen@example.test' }
export const note = 'met at the Analytical Society'

export class PeopleDirectory {
  readonly path: string
  readonly #mode: Mode
  #runtime: Runtime | null = null

  private constructor(path: string, mode: Mode) {
    this.path = path
    this.#mode = mode
  }

  static async make(t: TestContext, mode: Mode): Promise<PeopleDirectory> {
    const directory = await TemporaryDirectory.make(t)
    return directory.closing(new PeopleDirectory(directory.path, mode))
  }

  async open(given: AppDefinition = app): Promise<Runtime> {
    await this.close()
    this.#runtime = await openRuntime(this.#options(given))
    return this.#runtime
  }

  /** Closes what was opened last. */
  async close(): Promise<void> {
    await this.#runtime?.close()
    this.#runtime = null
  }

  /** The bytes of every file, but those of directories that are named. */
  bytes(): ReadonlyMap<string, Buffer> {
    return new Map(filesBelow(this.path).map((file) => [file, readFileSync(file)]))
  }

  /** Files in which a text is found, in any of the ways in which it may be written. */
  filesWith(text: string): readonly string[] {
    const forms = [Buffer.from(text), Buffer.from(text, 'utf16le')]
    forms.push(Buffer.from(Buffer.from(text).toString('base64').slice(0, -4)))
    return this.filesWithBytes(forms)
  }

  filesWithBytes(forms: readonly Buffer[]): readonly string[] {
    const found = [...this.bytes()].filter(([, bytes]) =>
      forms.some((form) => bytes.includes(form)),
    )
    return found.map(([file]) => file.slice(this.path.length + 1))
  }

  /** The key in a slot of the file of slots. */
  keyAt(slot: number): Buffer {
    const start = (slot - 1) * 64 + 8
    return readFileSync(join(this.path, 'keys/slots')).subarray(start, start + 32)
  }

  #options(given: AppDefinition): Parameters<typeof openRuntime>[0] {
    if (this.#mode === 'in memory') return { app: given }
    const { path: dataDir } = this
    if (this.#mode === 'inline') return { app: given, dataDir, workers: 'inline' }
    assert(given === app)
    return { app: new URL('./apps/people.js', import.meta.url), dataDir, workers: 2 }
  }
}

/** Ada and Bob are registered, Bob has introduced Ada; views have it, and both are dead letters. */
export async function register(runtime: Runtime): Promise<void> {
  await runtime.actor(Person, 'ada').send('register', { ...ada, country: 'UK' })
  await runtime.actor(Person, 'bob').send('register', { ...bob, country: 'AT' })
  const introduced = { friendId: 'ada', friendName: ada.name, note }
  await runtime.actor(Person, 'bob').send('introduce', introduced)
  for (const id of ['ada', 'bob']) {
    for (let touch = 0; touch < 3; touch++) await runtime.actor(Person, id).send('touch', {})
  }
  await caughtUp(runtime)
}

export async function caughtUp(runtime: Runtime): Promise<void> {
  const timeoutMs = 60_000
  await runtime.caughtUp(runtime.log.head, { view: People, timeoutMs })
  await runtime.caughtUp(runtime.log.head, { handler: mailer, timeoutMs })
}

function filesBelow(path: string): readonly string[] {
  if (!existsSync(path)) return []
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path).flatMap((name) => filesBelow(join(path, name)))
}

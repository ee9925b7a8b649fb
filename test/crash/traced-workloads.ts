/**
 * What processes are killed at system calls of: errands of every kind, counters whose view is built again,
 * people who are forgotten. Each in a directory of its own, with what must be true of it after any kill.
 */

import { join } from 'node:path'
import type { CountingOptions } from '../disk/children/counting.js'
import { auditCounters, countOn } from '../disk/counter-audit.js'
import { PeopleImages } from '../disk/people-images.js'
import { dataName } from '../disk/recorded.js'
import { scratchDirectory } from '../disk/scratch.js'
import { ChildScript } from '../support/child-process.js'
import type { Scope } from '../support/scope.js'
import type { ForgettingOptions } from './children/forgetting.js'
import { acknowledgementsIn } from './commands.js'
import { ErrandsDirectory } from './errands-directory.js'

/** A data directory that processes live in. */
export interface TracedDirectory {
  /** The data directory. */
  readonly path: string
  readonly problems: readonly string[]
  /** A life under a program, and a look at what it left. @returns whether it was killed before it was done. */
  live(ending: { readonly under: readonly string[] }): Promise<boolean>
  /** Lets a process finish everything, and looks whether all of it is there. */
  settle(): Promise<unknown>
}

const people = Object.fromEntries(
  Array.from({ length: 3 }, (_each, at) => [`p${at}`, `Nobody Else Is Called ${at} This Way`]),
)

export const tracedWorkloads: Readonly<Record<string, (scope: Scope) => Promise<TracedDirectory>>> =
  {
    errands: (scope) => ErrandsDirectory.make(scope),
    counters: async (scope) => {
      const root = await scratchDirectory(scope)
      const options: Omit<CountingOptions, 'dataDir'> = {
        ...{ durability: 'flush', seed: 1, lives: 2, rounds: 10, actors: 8 },
      }
      return new ScriptedDirectory(scope, root, '../disk/children/counting.js', options, {
        look: async (path, lines) => {
          await auditCounters(path, acknowledgementsIn(lines), true)
        },
        finish: async (path, lines) => {
          const later = await countOn(path)
          await auditCounters(path, [...acknowledgementsIn(lines), ...later], true)
        },
      })
    },
    people: async (scope) => {
      const root = await scratchDirectory(scope)
      const options: Omit<ForgettingOptions, 'dataDir'> = { names: people, workers: 'inline' }
      const look = async (_path: string, lines: readonly string[]): Promise<void> => {
        const images = new PeopleImages(root, people)
        const said = lines.map((line) => ({ line, at: 0 }))
        await images.check({ at: 0, said, torn: 0, lost: 0 })
        if (images.problems.length > 0) throw new Error(images.problems.join('; '))
      }
      return new ScriptedDirectory(scope, root, './children/forgetting.js', options, {
        look,
        finish: look,
      })
    },
  }

interface Looking {
  /** Throws what is wrong with a directory, given all that processes have said. */
  readonly look: (path: string, lines: readonly string[]) => Promise<void>
  /** The same after a process was done: nothing may be left to do. */
  readonly finish: (path: string, lines: readonly string[]) => Promise<void>
}

/** A directory in which one script lives again and again. */
class ScriptedDirectory implements TracedDirectory {
  readonly path: string
  readonly problems: string[] = []
  readonly #scope: Scope
  readonly #script: URL
  readonly #options: object
  readonly #looking: Looking
  readonly #lines: string[] = []

  constructor(scope: Scope, root: string, script: string, options: object, looking: Looking) {
    this.#scope = scope
    this.path = join(root, dataName)
    this.#script = new URL(script, import.meta.url)
    this.#options = { ...options, dataDir: this.path }
    this.#looking = looking
  }

  async live({ under }: { readonly under: readonly string[] }): Promise<boolean> {
    const isKilled = await this.#run(under)
    await this.#noting('after a life', this.#looking.look)
    return isKilled
  }

  async settle(): Promise<void> {
    if (await this.#run([])) this.problems.push('it was killed by nobody of ours')
    await this.#noting('in the end', this.#looking.finish)
  }

  async #run(under: readonly string[]): Promise<boolean> {
    const child = new ChildScript(this.#scope, this.#script, { options: this.#options, under })
    const { code, signal } = await child.ended
    this.#lines.push(...child.lines)
    const isKilled = signal === 'SIGKILL'
    if (!isKilled && code !== 0) this.problems.push(`a life ended with ${code} ${signal}`)
    if (child.errors !== '') this.problems.push(`a life wrote: ${child.errors}`)
    return isKilled
  }

  async #noting(when: string, look: Looking['look']): Promise<void> {
    try {
      await look(this.path, this.#lines)
    } catch (error) {
      this.problems.push(`${when}: ${(error as Error).message}`)
    }
  }
}

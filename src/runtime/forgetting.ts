/**
 * Forgetting: destroys the keys of subjects, and sees to it that nothing else still holds their fields.
 *
 * In this order: keys and snapshots (durable: from here on it cannot be undone), actors in memory, events
 * that handlers had read ahead, rows of views. The store notes durably that a forgetting is under way, so
 * one that is cut short is completed when the runtime opens, or by the next call. One at a time.
 *
 * Invariant: a subject is no longer pending only when no view, no snapshot and no actor holds its fields.
 */

import type { ActorSystem } from '../actors/actor-system.js'
import { isSubjectId, subjectIdBytesMax } from '../actors/personal-fields.js'
import type { Clock } from '../base/clock.js'
import { describeValue, InvalidArgumentError } from '../base/errors.js'
import { failpoint } from '../base/failpoint.js'
import { copyOfArray, functionAt, knownKeys } from '../base/options.js'
import type { UpcastTable } from '../events/upcasting.js'
import type { EventStore } from '../store/contracts.js'
import { UnknownSubjectError } from '../store/errors.js'
import type { HandlerSubscription } from '../subscriptions/handler-subscription.js'
import type { RebuildProgress } from '../subscriptions/rebuild-progress.js'
import { SubscribedEvents } from '../subscriptions/subscribed-events.js'
import type { View, ViewDatabases } from '../subscriptions/view.js'
import { ForgetIncompleteError } from './forget-errors.js'

/** Where a forgetting is: rebuilding one view after the other. */
export interface ForgetProgress {
  /** The view that is being rebuilt. */
  readonly view: string
  /** Views done before it, and views in all. */
  readonly viewsDone: number
  readonly views: number
  readonly rebuild: RebuildProgress
}

export interface ForgetOptions {
  /** Called while views are rebuilt. */
  readonly onProgress?: (progress: ForgetProgress) => void
  /** Gives up. Keys that are destroyed stay destroyed; the rest is left for the next time. */
  readonly signal?: AbortSignal
}

/** What a forgetting did. */
export interface ForgetReport {
  /** Subjects forgotten by this call; those who were forgotten before are not counted. */
  readonly subjects: number
  /** Actors in memory that were let go or read back. */
  readonly actors: number
  /** Views that were rebuilt, by name. */
  readonly views: readonly string[]
  /** Directories of rows that nobody used and that are gone: other versions of views. */
  readonly directories: readonly string[]
  readonly durationMs: number
}

export interface ForgettingParts {
  readonly store: EventStore
  readonly actors: ActorSystem
  readonly upcasts: UpcastTable
  readonly views: ReadonlyMap<string, View>
  readonly handlers: ReadonlyMap<string, HandlerSubscription>
  readonly databases: ViewDatabases
  readonly clock: Clock
}

/** Most subjects of one call. */
const subjectsMax = 10_000

export class Forgetting {
  readonly #parts: ForgettingParts
  /** The forgetting under way, or the last one. It never rejects. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: ForgettingParts) {
    this.#parts = parts
  }

  /** Throws as `Runtime.forget` says. */
  forget(subjects: string | readonly string[], options: ForgetOptions): Promise<ForgetReport> {
    const subjectIds = parseSubjects(subjects)
    parseForgetOptions(options)
    return this.#inTurn(() => this.#forget(subjectIds, options))
  }

  /** Completes what was cut short before the runtime opened. Fails in silence: it stays pending. */
  resume(): void {
    if (this.#parts.store.subjects.pending === 0) return
    this.#inTurn(() => this.#forget([], {})).catch(() => {})
  }

  /** Waits for the forgetting under way, which fails once the views are closed. */
  async close(): Promise<void> {
    await this.#last
  }

  #inTurn(work: () => Promise<ForgetReport>): Promise<ForgetReport> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => {})
    return done
  }

  async #forget(subjectIds: readonly string[], options: ForgetOptions): Promise<ForgetReport> {
    const { store, clock } = this.#parts
    const startedMs = clock.elapsedMs()
    const known = subjectIds.filter((subjectId) => isKnown(store, subjectId))
    if (options.signal?.aborted === true) {
      throw new ForgetIncompleteError('it was cancelled', false, [], {
        cause: options.signal.reason,
      })
    }
    const isNeeded = known.length > 0 || store.subjects.pending > 0
    const done = isNeeded ? await this.#forgetKnown(known, options) : nothingDone
    return { subjects: known.length, ...done, durationMs: clock.elapsedMs() - startedMs }
  }

  async #forgetKnown(
    subjectIds: readonly string[],
    options: ForgetOptions,
  ): Promise<Omit<ForgetReport, 'subjects' | 'durationMs'>> {
    const { subjects } = this.#parts.store
    let actors = 0
    let areKeysDestroyed = false
    try {
      await subjects.destroy(subjectIds, async () => {
        areKeysDestroyed = true
        actors = await this.#rereadActors()
        failpoint('forget.actors-reread')
      })
      await this.#rereadHandlers()
      failpoint('forget.handlers-reread')
      const views = await this.#rebuildViews(options)
      failpoint('forget.views-rebuilt')
      const directories = await this.#removeUnused()
      failpoint('forget.unused-removed')
      await subjects.finish()
      failpoint('forget.finished')
      return { actors, views, directories }
    } catch (cause) {
      if (cause instanceof ForgetIncompleteError) throw cause
      throw new ForgetIncompleteError(describeValue(cause), areKeysDestroyed, [], { cause })
    }
  }

  #rereadActors(): Promise<number> {
    const { store, actors } = this.#parts
    return actors.reread(new Set(store.subjects.sealedTypes.map((each) => each.aggregateType)))
  }

  async #rereadHandlers(): Promise<void> {
    const { store, upcasts, handlers } = this.#parts
    const { sealedTypes } = store.subjects
    const concerned = [...handlers.values()].filter(({ definition }) =>
      new SubscribedEvents(upcasts, definition).wantsAnyOf(sealedTypes),
    )
    await Promise.all(concerned.map((handler) => handler.reread('somebody was forgotten')))
  }

  /** @throws {ForgetIncompleteError} DRAMATIS_FORGET_INCOMPLETE */
  async #rebuildViews({ onProgress, signal }: ForgetOptions): Promise<readonly string[]> {
    const { store, upcasts, views } = this.#parts
    const { sealedTypes } = store.subjects
    const concerned = [...views.values()].filter(({ projector }) =>
      new SubscribedEvents(upcasts, projector).wantsAnyOf(sealedTypes),
    )
    const names = concerned.map((view) => view.projector.name)
    for (const [at, view] of concerned.entries()) {
      const report = (rebuild: RebuildProgress): void =>
        onProgress?.({ view: names[at]!, viewsDone: at, views: names.length, rebuild })
      try {
        // Rows that were begun before the keys were destroyed hold what they opened.
        await view.rebuildAfresh({
          onProgress: report,
          ...(signal === undefined ? {} : { signal }),
        })
      } catch (cause) {
        const why = `view ${names[at]} was not rebuilt (${describeValue(cause)})`
        throw new ForgetIncompleteError(why, true, names.slice(at), { cause })
      }
    }
    return names
  }

  /** Rows that no view of the app has: what they hold is not known, and they can be built again. */
  async #removeUnused(): Promise<readonly string[]> {
    const { views, databases } = this.#parts
    const listed = await databases.list()
    // Asked afterwards: rows that were begun meanwhile are in use.
    const used = new Set([...views.values()].flatMap((view) => view.directories))
    const unused = listed.filter((directory) => !used.has(directory))
    for (const directory of unused) await databases.remove(directory)
    return unused
  }
}

const nothingDone = { actors: 0, views: [], directories: [] }

/** @throws {UnknownSubjectError} DRAMATIS_UNKNOWN_SUBJECT */
function isKnown(store: EventStore, subjectId: string): boolean {
  const state = store.subjects.stateOf(subjectId)
  if (state === 'unknown') throw new UnknownSubjectError(subjectId)
  return state === 'known'
}

function parseSubjects(subjects: unknown): readonly string[] {
  const list =
    typeof subjects === 'string' ? [subjects] : (copyOfArray(subjects, subjectsMax) ?? [])
  const isSound = list.length > 0 && list.length <= subjectsMax && list.every(isSubjectId)
  if (isSound) return [...new Set(list)]
  throw new InvalidArgumentError(
    'forget',
    `given an id of 1 to ${subjectIdBytesMax} bytes, or a list of 1 to ${subjectsMax} ids`,
    subjects,
  )
}

function parseForgetOptions(options: ForgetOptions): void {
  knownKeys('forget', options, ['onProgress', 'signal'])
  if (options.onProgress !== undefined) functionAt('forget.onProgress', options.onProgress)
}

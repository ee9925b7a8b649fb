/**
 * What do transactions, tags and claims cost beside a plain command?
 *
 * The first case uses none of it; the ratio to it counts, per event.
 */

import { defineActor, defineApp, defineEvent, openRuntime, type Runtime } from 'dramatis'
import { payload } from './programs/program.js'
import { comparedWithFirst } from './suite/compared.js'
import { exactly } from './suite/exactly.js'
import { scaled } from './suite/scale.js'
import { withScratch } from './suite/scratch.js'
import { tell } from './suite/tell.js'
import { briefRounds, type Case, takeTurns } from './suite/turns.js'

const actors = 1_000
const callsPerActor = scaled(3)

const schema = { amountCents: 'number', note: 'string' } as const
type Data = { readonly amountCents: number; readonly note: string }
type State = { readonly count: number }

function counter(
  name: string,
  tags: ((data: Data) => readonly string[]) | undefined,
  unique: Record<string, (state: State) => string | null>,
) {
  return defineActor(name, {
    initialState: (): State => ({ count: 0 }),
    events: { [`${name}Added`]: defineEvent(schema, tags === undefined ? {} : { tags }) },
    evolve: { [`${name}Added`]: (state) => ({ count: state.count + 1 }) },
    commands: {
      add: {
        schema,
        decide: (_state, command, { events }) => events[`${name}Added`]!(command),
      },
    },
    unique,
  })
}

let made = 0
const nextName = (): string => `value-${made++}`

const Plain = counter('Plain', undefined, {})
const Tagged = counter('Tagged', ({ amountCents }) => [`a:${amountCents % 100}`, 'b:1'], {})
const Kept = counter('Kept', undefined, { name: () => null })
const Claiming = counter('Claiming', undefined, { name: nextName })

await withScratch(async (scratch) => {
  const app = defineApp({ actors: [Plain, Tagged, Kept, Claiming] })
  const runtime = await openRuntime({
    app,
    dataDir: scratch.directory('data'),
    workers: 'inline',
    durability: 'commit',
  })
  const cases = casesOf(runtime)
  for (const each of cases) await each.run()
  const found = await takeTurns('conditions', cases, briefRounds)
  tell({
    id: 'conditions',
    question: 'What do transactions, tags and claims cost beside a plain command?',
    setting:
      'events recorded; 1,000 actors, 1,000 calls in flight, one event of 100 bytes each (a transaction: two); in LMDB, not flushed: survives the process, not a power cut',
    figures: comparedWithFirst(found),
  })
  await runtime.close()
})

function casesOf(runtime: Runtime): readonly Case[] {
  /** @param events - That one call for the actor of a number records. */
  const calling = (
    name: string,
    events: number,
    call: (actor: number) => Promise<unknown>,
  ): Case => {
    const lane = async (_: unknown, actor: number): Promise<void> => {
      for (let calls = 0; calls < callsPerActor; calls++) await call(actor)
    }
    const perRun = actors * callsPerActor * events
    const run = async (): Promise<void> => {
      const before = runtime.status().store.head
      await Promise.all(Array.from({ length: actors }, lane))
      exactly(`events of ${name}`, runtime.status().store.head - before, perRun)
    }
    return { name, perRun, run }
  }
  const sending = (name: string, definition: typeof Plain): Case =>
    calling(name, 1, (actor) => runtime.actor(definition, `${actor}`).send('add', payload))
  const adding = (actor: number) =>
    runtime.actor(Plain, `${actor % actors}`).command('add', payload)
  return [
    sending('a plain command', Plain),
    sending('two tags', Tagged),
    sending('a claim that stays', Kept),
    sending('a claim that changes', Claiming),
    calling('a transaction of two', 2, (actor) =>
      runtime.transact([adding(actor), adding(actor + 1)]),
    ),
    calling('a decision', 1, (actor) =>
      runtime.decide({ tags: [nextName()] }, () =>
        runtime.actor(Plain, `${actor}`).append({ type: 'PlainAdded', data: payload }),
      ),
    ),
  ]
}

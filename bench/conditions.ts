/**
 * What do transactions, tags and claims cost beside a plain command?
 *
 * A thousand actors, a thousand calls in flight, one event of about 100 bytes each, in LMDB. The first case
 * uses none of it. The cases take turns in each round; the ratio to the first one counts, per event.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import benny from 'benny'
import { defineActor, defineApp, defineEvent, openRuntime, type Runtime } from 'dramatis'
import { payload } from './programs/program.js'

const actors = 1_000
const callsPerActor = 8
const rounds = 5
/** benny's own limits for one case of one round. */
const limits = { minSamples: 3, maxTime: 0.7 }

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

interface Case {
  readonly name: string
  /** One call for the actor of that number; one event for each of `events`. */
  readonly call: (runtime: Runtime, actor: number) => Promise<unknown>
  readonly events: number
}

function sending(name: string, definition: typeof Plain): Case {
  return {
    name,
    events: 1,
    call: (runtime, actor) => runtime.actor(definition, `${actor}`).send('add', payload),
  }
}

const cases: readonly Case[] = [
  sending('a plain command', Plain),
  sending('two tags', Tagged),
  sending('a claim that stays', Kept),
  sending('a claim that changes', Claiming),
  {
    name: 'a transaction of two',
    events: 2,
    call: (runtime, actor) =>
      runtime.transact(
        [actor, (actor + 1) % actors].map((each) =>
          runtime.actor(Plain, `${each}`).command('add', payload),
        ),
      ),
  },
  {
    name: 'a decision',
    events: 1,
    call: (runtime, actor) =>
      runtime.decide({ tags: [nextName()] }, () =>
        runtime.actor(Plain, `${actor}`).append({ type: 'PlainAdded', data: payload }),
      ),
  },
]

const directory = await mkdtemp(join(tmpdir(), 'dramatis-bench-'))
const app = defineApp({ actors: [Plain, Tagged, Kept, Claiming] })
const runtime = await openRuntime({ app, dataDir: directory, durability: 'commit' })
try {
  for (const each of cases) await runBatch(each)
  const results: (readonly number[])[] = []
  for (let round = 0; round < rounds; round++) results.push(await runRound(round))
  for (const line of report(results)) console.log(line)
} finally {
  await runtime.close()
  await rm(directory, { recursive: true, force: true })
}

async function runBatch({ call }: Case): Promise<void> {
  const lane = async (_: unknown, actor: number): Promise<void> => {
    for (let calls = 0; calls < callsPerActor; calls++) await call(runtime, actor)
  }
  await Promise.all(Array.from({ length: actors }, lane))
}

/** One turn each; who goes first changes. @returns events per second, alongside the cases. */
async function runRound(round: number): Promise<readonly number[]> {
  const first = round % cases.length
  const summary = await benny.suite(
    `conditions, round ${round + 1} of ${rounds}`,
    benny.configure({ cases: limits }),
    ...[...cases.slice(first), ...cases.slice(0, first)].map((each) =>
      benny.add(each.name, () => runBatch(each)),
    ),
  )
  return cases.map(({ name, events }) => {
    const { mean } = summary.results.find((each) => each.name === name)!.details
    return (actors * callsPerActor * events) / mean
  })
}

function report(results: readonly (readonly number[])[]): string[] {
  const rows = cases.map(({ name }, at) => {
    const sorted = results.map((round) => round[at]!).sort((a, b) => a - b)
    const ratios = results.map((round) => round[at]! / round[0]!).sort((a, b) => a - b)
    const [median, lowest, highest] = [sorted[sorted.length >> 1]!, sorted[0]!, sorted.at(-1)!].map(
      (value) => Math.round(value).toLocaleString('en'),
    )
    const ratio = ratios[ratios.length >> 1]!.toFixed(2)
    return `  ${name.padEnd(24)}${median!.padStart(10)}  (${lowest} to ${highest})  ${ratio} of a plain command`
  })
  return ['', `Events recorded per second, ${rounds} rounds (median, range, ratio)`, ...rows]
}

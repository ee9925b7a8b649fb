/**
 * Runs commands through an actor's own functions, without any runtime.
 */

import type { AnyActor, NewEvent, StateOf } from '../../src/index.js'

/** A command's name, and what it carries. */
export type Step = readonly [command: string, data?: Readonly<Record<string, unknown>>]

/** What a life came to. */
export interface Life<State> {
  /** Per command: the types of its events joined by `+`, or the reason of its refusal. */
  readonly outcomes: readonly string[]
  readonly events: readonly NewEvent[]
  readonly state: State
}

/** Decides commands in the order given and folds what they decide. `onState` sees every state on the way. */
export function live<Actor extends AnyActor>(
  actor: Actor,
  steps: readonly Step[],
  onState: (state: StateOf<Actor>) => void = () => {},
): Life<StateOf<Actor>> {
  let state = actor.initialState() as StateOf<Actor>
  const outcomes: string[] = []
  const events: NewEvent[] = []
  for (const [name, data = {}] of steps) {
    const decided = actor.commands[name]!.decide(state, data, {
      events: actor.creators,
      reject: (reason: string, message?: string) => ({ rejected: reason, message }),
    }) as NewEvent | readonly NewEvent[] | { readonly rejected: string }
    if ('rejected' in decided) {
      outcomes.push(decided.rejected)
      continue
    }
    const made = [decided].flat() as NewEvent[]
    for (const event of made) state = actor.evolve[event.type]!(state, event as never)
    onState(state)
    outcomes.push(made.map(({ type }) => type).join('+'))
    events.push(...made)
  }
  return { outcomes, events, state }
}

/** The last outcome. */
export function lastOf(actor: AnyActor, ...steps: readonly Step[]): string | undefined {
  return live(actor, steps).outcomes.at(-1)
}

/**
 * The actor behind a saga: its instances are aggregates like any other, with a stream each.
 *
 * It has events and no commands: those are added by `sagas/`, which knows how to decide them, and are
 * nobody else's to send.
 */

import { type ActorDefinition, defineActor, type EventDefinitions } from '../actor.js'
import {
  createInstanceEvents,
  type InstanceEventDefinitions,
  type InstanceEventName,
} from './instance-events.js'
import { evolveInstance } from './instance-evolve.js'
import { newInstance, type SagaInstance } from './instance-state.js'

/** What views and handlers name in `from` to read the events of a saga. */
export type SagaActor<N extends string> = ActorDefinition<
  N,
  SagaInstance,
  InstanceEventDefinitions<N>,
  Record<never, never>
>

export function createInstanceActor<N extends string>(saga: N): SagaActor<N> {
  const events = createInstanceEvents(saga) as EventDefinitions
  const evolve = Object.keys(events).map((type) => {
    const name = type.slice(saga.length + 1) as InstanceEventName
    return [
      type,
      (state: SagaInstance, event: { readonly data: never }) =>
        evolveInstance(state, name, event.data),
    ]
  })
  return defineActor(saga, {
    initialState: () => newInstance,
    events,
    evolve: Object.fromEntries(evolve) as never,
    commands: {},
    snapshot: { everyEvents: 100, version: 1 },
  }) as never
}

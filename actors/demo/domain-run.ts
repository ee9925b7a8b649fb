/**
 * The domain on its own: commands through `Order`'s own functions, without any runtime.
 *
 * It says what a run must come to. The demo uses it to name the refusals that an interrupted run had
 * already been answered with, which leave no trace in the log; the tests hold the runtime to it.
 */

import type { NewEvent } from 'dramatis'
import { Order } from '../order/order.js'
import type { OrderCommand } from '../order/order-command.js'
import type { OrderState } from '../order/order-state.js'

/** What one command led to. */
export interface DomainOutcome {
  readonly command: OrderCommand
  readonly events: readonly NewEvent[]
  /** The reason of the refusal; `null` when there was none. */
  readonly refusal: string | null
}

/** Decides commands in the order given, every order from the beginning. */
export function runDomain(commands: readonly OrderCommand[]): DomainOutcome[] {
  const states = new Map<string, OrderState>()
  return commands.map((command) => {
    const state = states.get(command.orderId) ?? Order.initialState()
    const outcome = decideCommand(state, command)
    states.set(command.orderId, outcome.events.reduce(evolveState, state))
    return outcome
  })
}

/** One command against one state. */
export function decideCommand(state: OrderState, command: OrderCommand): DomainOutcome {
  const decided = Order.commands[command.step]!.decide(state, command.payload, {
    events: Order.creators,
    reject: (reason: string, message?: string) => ({ rejected: reason, message }),
    now: command.occurredAt,
    aggregateId: command.orderId,
  }) as NewEvent | readonly NewEvent[] | { readonly rejected: string }
  if ('rejected' in decided) return { command, events: [], refusal: decided.rejected }
  return { command, events: [decided].flat() as NewEvent[], refusal: null }
}

/** Folds one event into a state. */
export function evolveState(state: OrderState, event: NewEvent): OrderState {
  return Order.evolve[event.type]!(state, event as never)
}

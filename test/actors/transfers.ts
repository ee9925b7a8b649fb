/** Commands of accounts for transactions, described and not sent. */

import type { ActorSystem } from '../../src/actors/actor-system.js'
import type { CommandToTransact } from '../../src/actors/transactions.js'
import { Account, type AccountState } from './account.js'

export function deposit(id: string, cents: number, options = {}): CommandToTransact {
  return { actor: Account, aggregateId: id, command: 'deposit', payload: { cents }, options }
}

export function withdraw(id: string, cents: number, options = {}): CommandToTransact {
  return { actor: Account, aggregateId: id, command: 'withdraw', payload: { cents }, options }
}

export async function centsOf(system: ActorSystem, ...ids: string[]): Promise<number[]> {
  const states = await Promise.all(ids.map((id) => system.state(Account, id)))
  return states.map((state) => (state as AccountState).cents)
}

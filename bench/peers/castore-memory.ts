/**
 * Castore on its store in memory: a command gets the aggregate and pushes the next event.
 */

import { Command, EventStore, EventType, tuple } from '@castore/core'
import { InMemoryEventStorageAdapter } from '@castore/event-storage-adapter-in-memory'
import type { Peer, Session } from '../comparison/peer.js'
import {
  type Account,
  type Amount,
  accountId,
  assertValid,
  driveLanes,
  emptyAccount,
  evolve,
  payload,
} from '../comparison/workload.js'
import { installedVersion } from './package-version.js'

type AccountAggregate = Account & { readonly aggregateId: string; readonly version: number }

const Added = new EventType<'Added', Amount>({ type: 'Added' })

const peer: Peer = {
  name: 'castore, in memory',
  version: installedVersion('@castore/core'),
  durability: 'none: in memory',
  settings:
    'Command, EventStore, InMemoryEventStorageAdapter; getAggregate folds the stream for every command',
  isKept: false,
  open: async () => openSession(),
}

export default peer

function openAccounts() {
  return new EventStore({
    eventStoreId: 'ACCOUNTS',
    eventTypes: [Added],
    reducer: (aggregate: AccountAggregate, { aggregateId, version, payload: data }) => ({
      ...evolve(aggregate ?? emptyAccount, data),
      aggregateId,
      version,
    }),
    eventStorageAdapter: new InMemoryEventStorageAdapter(),
  })
}

function openSession(): Session {
  const store = openAccounts()
  const add = new Command({
    commandId: 'ADD',
    requiredEventStores: tuple(store),
    handler: async (input: Amount & { aggregateId: string }, [accountStore]) => {
      const { aggregateId, amountCents, note } = input
      assertValid(input)
      const { aggregate } = await accountStore.getAggregate(aggregateId)
      const version = (aggregate?.version ?? 0) + 1
      await accountStore.pushEvent(
        { aggregateId, version, type: 'Added', payload: { amountCents, note } },
        aggregate === undefined ? {} : { prevAggregate: aggregate },
      )
      return { version }
    },
  })
  return {
    run: (commands, inFlight) =>
      driveLanes(commands, inFlight, (account) =>
        add.handler({ aggregateId: accountId(account), ...payload }, [store]),
      ),
    recorded: async () => {
      const { aggregateIds } = await store.listAggregateIds()
      let recorded = 0
      for (const { aggregateId } of aggregateIds) {
        recorded += (await store.getEvents(aggregateId)).events.length
      }
      return recorded
    },
    close: async () => {},
  }
}

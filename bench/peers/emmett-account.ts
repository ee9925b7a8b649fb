/**
 * The account as emmett's documentation writes one: `CommandHandler` reads the stream, folds it, decides, and
 * appends under the version that it has read.
 */

import { CommandHandler, type Event, type EventStore } from '@event-driven-io/emmett'
import {
  type Account,
  type Amount,
  accountId,
  assertValid,
  emptyAccount,
  evolve,
} from '../comparison/workload.js'

export type Added = Event<'Added', { amountCents: number; note: string }>

const handle = CommandHandler<Account, Added>({
  initialState: () => emptyAccount,
  evolve: (account, { data }) => evolve(account, data),
})

export function add(store: EventStore, account: number, command: Amount): Promise<unknown> {
  return handle(store, accountId(account), () => {
    assertValid(command)
    return { type: 'Added', data: { ...command } }
  })
}

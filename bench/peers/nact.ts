/**
 * nact: one actor per account, asked by `query`; its state and its events are in memory.
 *
 * It persists through engines of others (the only published one is for PostgreSQL), so none is configured.
 *
 * It tells the queries that wait apart by random numbers of 32 bits. With a thousand of them at once, every few
 * million queries two have the same number: one gets the answer of the other, which waits until its time is over.
 * Then the actor is asked how many events it has, so that such a command is not counted twice, nor left out.
 */

import { dispatch, query, type Ref, spawn, start, stop } from 'nact'
import type { Peer, Session } from '../comparison/peer.js'
import {
  type Account,
  type Amount,
  accountId,
  accounts,
  assertValid,
  driveLanes,
  emptyAccount,
  evolve,
  payload,
} from '../comparison/workload.js'
import { installedVersion } from './package-version.js'

/** What an answer may take before it counts as lost. Milliseconds. */
const answerMsMax = 5_000

interface Added {
  readonly type: 'Added'
  readonly version: number
  readonly data: Amount
}

interface State {
  readonly account: Account
  readonly events: Added[]
}

type Answer = { readonly version: number } | { readonly error: unknown }
type Message =
  | { readonly type: 'add'; readonly command: Amount; readonly sender: Ref<Answer> }
  | { readonly type: 'count'; readonly sender: Ref<number> }

const peer: Peer = {
  name: 'nact, in memory',
  version: installedVersion('nact'),
  durability: 'none: in memory',
  settings:
    'spawn, query (ask); the events are kept in the state, no persistence engine; an answer that is lost is looked up',
  isKept: false,
  open: async () => openSession(),
}

export default peer

function receive(state: State, message: Message): State {
  if (message.type === 'count') {
    dispatch(message.sender, state.events.length)
    return state
  }
  try {
    assertValid(message.command)
  } catch (error) {
    dispatch(message.sender, { error })
    return state
  }
  const account = evolve(state.account, message.command)
  state.events.push({ type: 'Added', version: account.count, data: message.command })
  dispatch(message.sender, { version: account.count })
  return { account, events: state.events }
}

function openSession(): Session {
  const system = start()
  const actors = Array.from({ length: accounts }, (_, account) =>
    spawn(system, receive, accountId(account), {
      initialState: { account: emptyAccount, events: [] },
    }),
  )
  const sent = new Array<number>(accounts).fill(0)
  const countOf = (account: number): Promise<number> =>
    query(actors[account]!, (sender: Ref<number>) => ({ type: 'count', sender }), answerMsMax)

  const add = async (account: number): Promise<void> => {
    sent[account]!++
    try {
      const answer: Answer = await query(
        actors[account]!,
        (sender: Ref<Answer>) => ({ type: 'add', command: payload, sender }),
        answerMsMax,
      )
      if ('error' in answer) throw answer.error
    } catch (error) {
      if ((await countOf(account)) !== sent[account]) throw error
    }
  }
  return {
    run: (commands, inFlight) => driveLanes(commands, inFlight, add),
    recorded: async () => {
      let recorded = 0
      for (let account = 0; account < accounts; account++) recorded += await countOf(account)
      return recorded
    },
    close: async () => stop(system),
  }
}

/**
 * What does it cost to put a message into a mailbox and to take one out, beside an array?
 *
 * An array used as a queue: `push` and `shift`. Of each kind, one queue in which nothing waits and one in
 * which 999 messages do.
 */

import { Mailbox } from '../src/actors/mailbox.js'
import { exactly } from './suite/exactly.js'
import { ratios } from './suite/spread.js'
import { tell } from './suite/tell.js'
import { briefRounds, type Case, takeTurns } from './suite/turns.js'

const depths = [1, 1_000]
const messagesPerRun = 100_000

interface Message {
  readonly number: number
}

const messages: readonly Message[] = Array.from({ length: 1_000 }, (_, number) => ({ number }))

const cases = depths.flatMap((depth) => [throughMailbox(depth), throughArray(depth)])
const found = await takeTurns('mailbox', cases, briefRounds)
tell({
  id: 'mailbox',
  question: 'What does it cost to put and take a message, beside an array?',
  setting: 'pairs of put and take, in memory; depth: messages that wait after a put',
  figures: [
    ...[...found].map(([name, values]) => ({ name, unit: 'per second' as const, values })),
    ...depths.map((depth) => ({
      name: `of an array, depth ${shown(depth)}`,
      unit: 'ratio' as const,
      values: ratios(
        found.get(`mailbox, depth ${shown(depth)}`)!,
        found.get(`array, depth ${shown(depth)}`)!,
      ),
    })),
  ],
})

function shown(depth: number): string {
  return depth.toLocaleString('en')
}

function throughMailbox(depth: number): Case {
  const queue = new Mailbox<Message>()
  for (const message of messages.slice(0, depth - 1)) queue.put(message)
  const run = async (): Promise<void> => {
    let taken = 0
    for (let at = 0; at < messagesPerRun; at++) {
      queue.put(messages[at % messages.length]!)
      if (queue.take() !== undefined) taken++
    }
    exactly('taken', taken, messagesPerRun)
    exactly('left', queue.depth, depth - 1)
  }
  return { name: `mailbox, depth ${shown(depth)}`, perRun: messagesPerRun, run }
}

function throughArray(depth: number): Case {
  const queue: Message[] = messages.slice(0, depth - 1)
  const run = async (): Promise<void> => {
    let taken = 0
    for (let at = 0; at < messagesPerRun; at++) {
      queue.push(messages[at % messages.length]!)
      if (queue.shift() !== undefined) taken++
    }
    exactly('taken', taken, messagesPerRun)
    exactly('left', queue.length, depth - 1)
  }
  return { name: `array, depth ${shown(depth)}`, perRun: messagesPerRun, run }
}

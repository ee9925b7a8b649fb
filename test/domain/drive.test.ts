/** Sending a history: in sequence per order, side by side otherwise, and how it ends early. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { type Answer, driveCommands } from '../../actors/demo/drive.js'
import { type OrderCommand, orderCommand } from '../../actors/order/order-command.js'
import { at, payloads } from './order-history.js'

const accepted: Answer = { refusal: null, events: 1 }
const running = new AbortController().signal

test('commands of one order go one by one, those of others at the same time', async () => {
  const gates = createGates()
  const driven = driveCommands([create('1'), pay('1'), create('2')], {
    send: gates.send,
    onAnswer: () => {},
    inFlightMax: 10,
    signal: running,
  })

  await gates.reached('1:create')
  await gates.reached('2:create')
  assert.equal(gates.started.includes('1:pay'), false)
  gates.open('1:create')
  await gates.reached('1:pay')
  gates.open('2:create')
  gates.open('1:pay')
  await driven
})

test('no more commands are in flight than allowed', async () => {
  let inFlight = 0
  let most = 0
  const commands = Array.from({ length: 50 }, (_, n) => create(String(n)))

  await driveCommands(commands, {
    send: async () => {
      most = Math.max(most, ++inFlight)
      await setImmediate()
      inFlight--
      return accepted
    },
    onAnswer: () => {},
    inFlightMax: 4,
    signal: running,
  })

  assert.equal(most, 4)
})

test('a refusal is an answer and ends nothing', async () => {
  const answers: (string | null)[] = []

  await driveCommands([pay('1'), create('1')], {
    send: async ({ step }) => (step === 'pay' ? { refusal: 'NO', events: 0 } : accepted),
    onAnswer: (answer) => answers.push(answer.refusal),
    inFlightMax: 1,
    signal: running,
  })

  assert.deepEqual(answers, ['NO', null])
})

test('an error ends the drive: nothing new is sent, and it is thrown when all is settled', async () => {
  const sent: string[] = []
  const commands = Array.from({ length: 20 }, (_, n) => create(String(n)))
  const driven = driveCommands(commands, {
    send: async ({ commandId }) => {
      sent.push(commandId)
      if (commandId === '3:create') throw new Error('disk on fire')
      return accepted
    },
    onAnswer: () => {},
    inFlightMax: 2,
    signal: running,
  })

  await assert.rejects(driven, { message: 'disk on fire' })
  assert.ok(sent.length < 8, `sent ${sent.length}`)
})

test('an aborted signal ends the drive with its reason', async () => {
  const stop = new AbortController()
  const driven = driveCommands([create('1'), create('2')], {
    send: async () => {
      stop.abort(new Error('enough'))
      return accepted
    },
    onAnswer: () => {},
    inFlightMax: 1,
    signal: stop.signal,
  })

  await assert.rejects(driven, { message: 'enough' })
})

function create(orderId: string): OrderCommand {
  return orderCommand(orderId, 'create', payloads.create, at)
}

function pay(orderId: string): OrderCommand {
  return orderCommand(orderId, 'pay', payloads.pay, at)
}

/** A `send` that holds each command until it is let through. */
function createGates() {
  const started: string[] = []
  const opened = new Map<string, () => void>()
  const waiting = new Map<string, () => void>()
  return {
    started,
    send: ({ commandId }: OrderCommand): Promise<Answer> => {
      started.push(commandId)
      waiting.get(commandId)?.()
      return new Promise((resolve) => opened.set(commandId, () => resolve(accepted)))
    },
    reached: (commandId: string): Promise<void> =>
      started.includes(commandId)
        ? Promise.resolve()
        : new Promise((resolve) => waiting.set(commandId, resolve)),
    open: (commandId: string): void => opened.get(commandId)!(),
  }
}

/**
 * What the errors of sagas say, where they quote somebody else's.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SagaFailedError, SagaHaltedError } from '../../src/sagas/saga-errors.js'

const cause = { name: 'Error', message: 'the bank is down' }

test('a quoted message ends before the next sentence begins', () => {
  const halted = new SagaHaltedError('Trips', 't1', 'charge', cause)
  const notUndone = [{ step: 'reserve', error: cause }]
  const failed = new SagaFailedError('Trips', 't1', { step: 'charge', error: cause }, notUndone)

  assert.match(halted.message, /the bank is down\. Redrive it/)
  assert.match(failed.message, /the bank is down\. Not taken back: reserve\.$/)
})

test('a quoted sentence keeps its one full stop', () => {
  const sentence = { ...cause, message: 'The bank is down.' }

  const halted = new SagaHaltedError('Trips', 't1', 'charge', sentence)

  assert.match(halted.message, /The bank is down\. Redrive it/)
})

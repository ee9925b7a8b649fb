/**
 * `Payment`: the money for one order, by the order's id.
 *
 *     none -authorise-> authorised -capture-> captured -refund-> refunded
 *                           |
 *                           +------fail-----> failed
 *
 * Rules: an order has one payment; it is captured and refunded as a whole, each once; what failed or was
 * refunded is over. A payment that never began cannot be anything.
 *
 * It keeps the shop's books and calls nobody: whoever charges a card tells it what came of that.
 */

import { defineActor, defineEvent } from 'dramatis'
import { authorisation, capture, refund, why } from './payment-fields.js'
import { ifAuthorised, ifCaptured, whyNotAuthorised } from './payment-rules.js'
import { inPaymentStatus, type PaymentState } from './payment-state.js'

export const Payment = defineActor('Payment', {
  initialState: (): PaymentState => ({ status: 'none' }),
  events: {
    PaymentAuthorised: defineEvent(authorisation),
    PaymentCaptured: defineEvent(capture),
    PaymentRefunded: defineEvent(refund),
    PaymentFailed: defineEvent(why),
  },
  evolve: {
    PaymentAuthorised: (_state, { data }) => ({
      status: 'authorised',
      amountCents: data.amountCents,
    }),
    PaymentCaptured: (state) => inPaymentStatus(state, 'captured'),
    PaymentRefunded: (state) => inPaymentStatus(state, 'refunded'),
    PaymentFailed: (state) => inPaymentStatus(state, 'failed'),
  },
  commands: {
    authorise: {
      schema: authorisation,
      decide: (state, command, { events, reject }) => {
        const no = whyNotAuthorised(state)
        return no === null ? events.PaymentAuthorised(command) : reject(...no)
      },
    },
    capture: {
      schema: {},
      decide: (state, _command, { events, reject }) => {
        const ruling = ifAuthorised(state)
        if (ruling.no !== null) return reject(...ruling.no)
        return events.PaymentCaptured({ amountCents: ruling.amountCents })
      },
    },
    refund: {
      schema: why,
      decide: (state, { reason }, { events, reject }) => {
        const ruling = ifCaptured(state)
        if (ruling.no !== null) return reject(...ruling.no)
        return events.PaymentRefunded({ amountCents: ruling.amountCents, reason })
      },
    },
    fail: {
      schema: why,
      decide: (state, command, { events, reject }) => {
        const { no } = ifAuthorised(state)
        return no === null ? events.PaymentFailed(command) : reject(...no)
      },
    },
  },
})

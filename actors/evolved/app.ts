/**
 * The reference app a year later: the same directory, another code.
 */

import { type AppDefinition, defineApp } from 'dramatis'
import { Order } from './order.js'
import { confirmOrder } from './order-confirmation.js'
import { OrderSummary } from './order-summary.js'

const app: AppDefinition = defineApp({
  actors: [Order],
  projectors: [OrderSummary],
  handlers: [confirmOrder],
})

export default app

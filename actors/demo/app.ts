/**
 * The app that the demo runs: the reference domain, its handlers with faults injected.
 */

import { type AppDefinition, defineApp } from 'dramatis'
import { recordAnalytics } from '../handlers/analytics.js'
import { confirmOrder } from '../handlers/order-confirmation.js'
import { requestShipping } from '../handlers/shipping-request.js'
import { Order } from '../order/order.js'
import { OrderSummary } from '../views/order-summary.js'
import { RevenueByMonth } from '../views/revenue-by-month.js'
import { withFaults } from './faulty-handler.js'

export const demoHandlers = [
  withFaults(confirmOrder),
  withFaults(recordAnalytics),
  withFaults(requestShipping),
] as const

const app: AppDefinition = defineApp({
  actors: [Order],
  projectors: [OrderSummary, RevenueByMonth],
  handlers: demoHandlers,
})

export default app

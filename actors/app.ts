/**
 * The reference app: what a runtime opens to run the order domain.
 */

import { type AppDefinition, defineApp } from 'dramatis'
import { recordAnalytics } from './handlers/analytics.js'
import { confirmOrder } from './handlers/order-confirmation.js'
import { requestShipping } from './handlers/shipping-request.js'
import { Order } from './order/order.js'
import { OrderSummary } from './views/order-summary.js'
import { RevenueByMonth } from './views/revenue-by-month.js'

const app: AppDefinition = defineApp({
  actors: [Order],
  projectors: [OrderSummary, RevenueByMonth],
  handlers: [confirmOrder, recordAnalytics, requestShipping],
})

export default app

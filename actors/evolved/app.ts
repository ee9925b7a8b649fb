/**
 * The reference app a year later: the same directory, another code.
 *
 * It has no handlers, so nothing that happened before can reach the outside world a second time.
 */

import { type AppDefinition, defineApp } from 'dramatis'
import { Order } from './order.js'
import { OrderSummary } from './order-summary.js'

const app: AppDefinition = defineApp({ actors: [Order], projectors: [OrderSummary] })

export default app

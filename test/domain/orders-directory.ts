/**
 * Where the real orders are, for tests that need them: they are not part of this repository.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const beside = join(root, '..', 'shared', 'data', 'olist-orders')

export const ordersDirectory: string = process.env.DRAMATIS_ORDERS_DIR ?? beside

/** Why tests on real orders are skipped, or `false` when the orders are there. */
export const ordersMissing: string | false =
  !existsSync(join(ordersDirectory, 'orders.csv')) &&
  `no real orders in ${ordersDirectory}: set DRAMATIS_ORDERS_DIR to run this test`

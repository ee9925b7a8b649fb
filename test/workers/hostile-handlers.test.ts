/**
 * Whatever a handler does, its event is retried and parked as the policy says, in the order of its key, with a
 * reason that says something; nobody beside it is harmed, and the runtime closes.
 */

import { describe, test } from 'node:test'
import { count } from '../support/counts.js'
import { provenShare } from '../support/size.js'
import { HostileWork } from './hostile-work.js'
import { groups } from './hostilities/index.js'
import type { Hostilities } from './hostility.js'

/** Small, so that filling it takes little. MiB. */
const heapMaxMiB = 40

/** Where threads are lost with no event in flight: that is found sooner when no projector may keep them busy. */
const withoutViews = ['starving', 'spoiling']

/**
 * How fast the host's time passes: faster where it waits until it gives a thread up and nothing on the thread has
 * to time out before, slower where a thread must not be given up before it has died by itself.
 */
const clockRates: Readonly<Record<string, number>> = {
  starving: 3,
  looping: 3,
  leftBehind: 3,
  spoiling: 3,
  leaking: 0.25,
}

function ofThisSize(group: Hostilities): Hostilities {
  return Object.fromEntries(
    Object.entries(group).filter(([, each]) => provenShare !== null || !each.isSlow),
  )
}

describe('a hostile handler', { concurrency: 6 }, () => {
  for (const [name, { what, hostilities }] of Object.entries(groups)) {
    test(`that ${what} parks what it cannot take, in order, and harms nobody`, async (t) => {
      const group = ofThisSize(hostilities)
      const work = await HostileWork.open(t, {
        ...(name === 'leaking' ? { heapMaxMiB } : {}),
        clockRate: clockRates[name] ?? 1,
        ...(withoutViews.includes(name) ? { app: 'hostile-app-without-views' } : {}),
      })

      await work.suffer(group)
      if (name !== 'spoiling') await work.check(group)
      else {
        work.checkSpoiled(group)
        await work.reopen()
      }
      await work.mend()
      await work.checkHandled(new Map(Object.keys(group).map((name) => [name, 3])))
      await work.close()

      const size = Object.keys(group).length
      count('hostile handlers', size)
      t.diagnostic(`${size} hostile handlers`)
    })
  }
})

/** A thread on which no promise of an object settles any more: what waits there to be tried again is not forgotten. */

import { test } from 'node:test'
import { HostileWork } from './hostile-work.js'

/** More than there are partitions, so that each lane has some. */
const names = Array.from({ length: 8 }, (_each, at) => `${at}`)
const spoilers = names.map((name) => `spoils ${name}`)

test('keys that are due on a thread where everything is a thenable are tried again on another', async (t) => {
  const work = await HostileWork.open(t, { app: 'hostile-app-without-views', clockRate: 3 })

  await work.atOnce(async () => {
    await Promise.all(names.map((name) => work.send(name, 'fails once')))
    await Promise.all(spoilers.map((name) => work.send(name, 'makes everything a thenable')))
  })
  await work.settle()
  await work.reopen()
  await work.mend()

  await work.checkHandled(new Map([...names, ...spoilers].map((name) => [name, 1])))
  await work.close()
})

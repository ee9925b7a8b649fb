/** What ends the thread, keeps it for ever, or uses up its memory. */

import { parentPort, Worker } from 'node:worker_threads'
import {
  bombs,
  type Hostilities,
  kills,
  parks,
  passes,
  slow,
  spoils,
  thenable,
  throwing,
} from '../hostility.js'

const never = (): Promise<never> => new Promise(() => {})

/** The thread dies while the event is under way. */
export const dying: Hostilities = {
  'exits with 0': slow(kills(/exit/, () => process.exit(0))),
  'exits with 7': kills(/exit/, () => process.exit(7)),
  'exits from a promise': slow(
    kills(/exit/, async () => {
      await Promise.resolve()
      process.exit(1)
    }),
  ),
  'aborts the process': parks(/not supported in workers/, () => process.abort()),
  'changes directory': parks(/not supported in workers/, () => process.chdir('/')),
  'throws from a timer': kills(/from a timer/, () => {
    setTimeout(throwing(new Error('from a timer')), 1)
    return never()
  }),
  'throws from a tick': kills(/from a tick/, () => {
    process.nextTick(throwing(new Error('from a tick')))
    return never()
  }),
  'throws from a microtask': slow(
    kills(/from a microtask/, () => {
      queueMicrotask(throwing(new Error('from a microtask')))
      return never()
    }),
  ),
  'throws undefined from nowhere': slow(
    kills(/./, () => {
      setImmediate(throwing(undefined))
      return never()
    }),
  ),
  'throws from nowhere what cannot be cloned': kills(/./, () => {
    setImmediate(throwing(Object.assign(new Error('uncloneable'), { call: () => {} })))
    return never()
  }),
  'leaves a rejection unhandled': kills(/unhandled/, () => {
    void Promise.reject(new Error('unhandled'))
    return never()
  }),
  'starts a worker that dies': slow(
    kills(/from within/, () => {
      new Worker("throw new Error('from within')", { eval: true })
      return never()
    }),
  ),
}

/** What is left behind goes off when the handler has long returned. */
export const leftBehind: Hostilities = {
  'leaves a tick that throws': bombs(/left in a tick/, () => {
    process.nextTick(throwing(new Error('left in a tick')))
  }),
  'leaves a microtask that throws': slow(
    bombs(/left in a microtask/, () => {
      queueMicrotask(throwing(new Error('left in a microtask')))
    }),
  ),
  'leaves a rejection': bombs(/left rejected/, () => {
    void Promise.reject(new Error('left rejected'))
  }),
  'leaves an immediate that throws': slow(
    bombs(/left in an immediate/, () => {
      setImmediate(throwing(new Error('left in an immediate')))
    }),
  ),
  'leaves a timer that throws': spoils(() => {
    setTimeout(throwing(new Error('left in a timer')), 30)
  }),
  'ends its thread soon': spoils(() => {
    setTimeout(() => process.exit(), Math.random() * 30)
  }),
  'leaves an exit': spoils(() => {
    setTimeout(() => process.exit(4), 10)
  }),
}

/** The thread runs on and does nothing else any more. */
export const looping: Hostilities = {
  'loops for ever': slow(
    kills(/hung/, () => {
      for (;;);
    }),
  ),
  'waits for a signal that nobody gives': kills(/hung/, () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  }),
  'matches a pattern for ever': slow(kills(/hung/, () => /^(a+)+$/.test(`${'a'.repeat(60)}b`))),
  'returns a thenable that resolves to itself': kills(/hung/, () => {
    const endless: object = thenable((resolve) => resolve(endless))
    return endless
  }),
}

/** The handler has returned; its thread has no time for anybody. */
export const starving: Hostilities = {
  'leaves microtasks without end': bombs(/hung/, () => {
    const again = (): void => queueMicrotask(again)
    again()
  }),
  'leaves ticks without end': slow(
    bombs(/hung/, () => {
      const again = (): void => void process.nextTick(again)
      again()
    }),
  ),
  'leaves immediates without end': passes(() => {
    const again = (): void => void setImmediate(again)
    again()
  }),
  'leaves a loop': slow(
    bombs(/hung/, () => {
      setImmediate(() => {
        for (;;);
      })
    }),
  ),
}

/** The heap has a limit. */
export const leaking: Hostilities = {
  'fills its heap': kills(/memory/, () => {
    const kept: unknown[] = []
    for (let at = 0; ; at++) kept.push(new Array(1_000_000).fill(at))
  }),
  'fills its heap turn by turn': slow(
    kills(/memory/, async () => {
      const kept: unknown[] = []
      for (;;) {
        kept.push(new Array(1_000_000).fill(kept.length))
        await new Promise((resolve) => setImmediate(resolve))
      }
    }),
  ),
  'keeps a megabyte of each event': passes(() => {
    leaked.push(Buffer.alloc(1_048_576, 1))
  }),
  'asks for an array without end': parks(/Invalid array|length/, () =>
    Array.from({ length: 2 ** 40 }).fill(0),
  ),
}

const leaked: Buffer[] = []

/** The thread's way to its host. */
export const meddling: Hostilities = {
  'closes the port of its parent': passes(() => parentPort!.close()),
  'posts garbage to its parent': passes(() => {
    for (const garbage of [undefined, null, 7, 'x', [], {}, { taskId: 1 }, new Map()]) {
      parentPort!.postMessage(garbage)
    }
  }),
  'posts what cannot be cloned': parks(/could not be cloned/, () =>
    parentPort!.postMessage(() => {}),
  ),
  'pretends to hear from its parent': spoils(() => {
    parentPort!.emit('message', undefined)
  }),
  'forgets who listens': passes(() => {
    parentPort!.removeAllListeners()
    process.removeAllListeners()
  }),
  'ends its output': passes(() => {
    process.stdout.destroy()
    process.stderr.destroy()
  }),
  'empties the environment': passes(() => {
    for (const name of Object.keys(process.env)) delete process.env[name]
  }),
}

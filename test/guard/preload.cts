/**
 * Loaded first in a counted process and in each of its worker threads: counts the messages that they post,
 * and has `counting-lmdb.js` take the place of lmdb.
 *
 * A CommonJS module, since Node 20 preloads no others in worker threads. All threads share the counters,
 * which `counters.ts` names: messages are the first.
 */

{
  const { register } = process.getBuiltinModule('node:module')
  const { pathToFileURL } = process.getBuiltinModule('node:url')
  const { getEnvironmentData, isMainThread, MessagePort, setEnvironmentData } =
    process.getBuiltinModule('node:worker_threads')

  const name = 'dramatis counters'
  const bytes = 16 * Int32Array.BYTES_PER_ELEMENT
  // What is set on the main thread is there on every thread that it starts.
  if (isMainThread) setEnvironmentData(name, new SharedArrayBuffer(bytes) as never)
  const counters = new Int32Array(getEnvironmentData(name) as unknown as SharedArrayBuffer)

  const { postMessage } = MessagePort.prototype
  MessagePort.prototype.postMessage = function countMessage(...args): void {
    Atomics.add(counters, 0, 1)
    postMessage.apply(this, args)
  }
  register('./lmdb-hooks.js', pathToFileURL(__filename))
}

/**
 * Trying an event alone: one that was in flight when its thread died.
 *
 * It gets a thread to itself, so that if the thread dies again there is no doubt about the cause. Works
 * through the head of the key's queue; what stands before the suspect goes first. How it went is written
 * by the ledger.
 */

import type { Cancel, Clock } from '../base/clock.js'
import type { Random } from '../base/random.js'
import type { TaskEnd, TaskPool } from '../pool/contracts.js'
import { hungAfterMs } from './delivery.js'
import type { HandlerLedger, WaitingKey } from './handler-ledger.js'
import type { FromPump, IsolatedOutcome, IsolatedRequest, KeyChange } from './pump-messages.js'
import { type AnswerOnHost, answerRequest, isHostRequest, RemoteError } from './remote-host.js'
import { decideAfterFailure } from './retry-policy.js'

export interface IsolationPorts {
  readonly ledger: HandlerLedger
  readonly openIsolatedPool: () => TaskPool
  readonly clock: Clock
  readonly random: Random
  readonly answer: AnswerOnHost
  /** Ends the thread; what was under way then counts as never tried. */
  readonly signal: AbortSignal
}

/**
 * Delivers the first event of the key in a thread of its own and writes down how it went.
 *
 * @throws what kept the thread from starting: that says nothing of the event.
 */
export async function tryAlone(ports: IsolationPorts, waiting: WaitingKey): Promise<void> {
  const { ledger } = ports
  const { name } = ledger.definition
  const { blocked } = waiting
  // Not reached by tests: a suspect stands in the queue of its key itself.
  const position = ledger.firstQueued(waiting) ?? blocked.position
  const isSuspect = position === blocked.position
  const attempt = isSuspect ? blocked.attempt + 1 : 1
  const redrives = isSuspect ? blocked.redrives : 0
  const { end, hasBegun } = await runAlone(ports, {
    task: 'isolated',
    handler: name,
    position,
    attempt,
    redrives,
  })
  if (ports.signal.aborted) return
  if (!hasBegun && isOfThread(end)) throw new RemoteError(end.error)
  if (end.outcome === 'crashed') {
    const { partition, key } = waiting
    await ledger.recordDeath({ partition, key, position }, end.error.message)
    return
  }
  const outcome =
    end.outcome === 'returned'
      ? (end.value as IsolatedOutcome)
      : { error: end.error, terminal: false, retryAfterMs: null }
  const setback = outcome === null ? null : setbackOf(ports, waiting, position, attempt, outcome)
  await ledger.recordIsolated(waiting, position, setback)
}

/** The thread died, or could not load the app: where no delivery had begun, that says nothing of one. */
function isOfThread(end: TaskEnd): end is Exclude<TaskEnd, { outcome: 'returned' }> {
  const isOfApp = end.outcome === 'failed' && end.error.code === 'DRAMATIS_APP_LOAD'
  return isOfApp || end.outcome === 'crashed'
}

async function runAlone(
  ports: IsolationPorts,
  request: IsolatedRequest,
): Promise<{ readonly end: TaskEnd; readonly hasBegun: boolean }> {
  const { clock, answer, ledger, signal } = ports
  const pool = ports.openIsolatedPool()
  const onAbort = (): void => void pool.close()
  signal.addEventListener('abort', onAbort)
  const hangMs = hungAfterMs(ledger.definition.timeoutMs)
  const hung = (): void => task.terminate(`its thread hung at position ${request.position}`)
  let hasBegun = false
  let cancel: Cancel = () => {}
  const task = pool.run(request, (message) => {
    const asked = message as FromPump
    if (isHostRequest(asked)) {
      void answerRequest(answer, asked, (answered) => task.post(answered))
    }
    if (asked.type !== 'begun') return
    hasBegun = true
    cancel = clock.schedule(hangMs, hung)
  })
  const end = await task.ended
  cancel()
  signal.removeEventListener('abort', onAbort)
  await pool.close()
  return { end, hasBegun }
}

function setbackOf(
  { ledger, random }: IsolationPorts,
  { partition, key }: WaitingKey,
  position: number,
  attempt: number,
  failure: NonNullable<IsolatedOutcome>,
): Extract<KeyChange, { type: 'failed' }> {
  const { retry } = ledger.definition
  const decision = decideAfterFailure(retry, failure, attempt, random.next())
  const next = decision.kind === 'now' ? { kind: 'later' as const, delayMs: 0 } : decision
  return { type: 'failed', partition, key, position, attempt, error: failure.error, next }
}

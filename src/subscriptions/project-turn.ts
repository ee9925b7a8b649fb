/**
 * One turn of a projector in the pool, as its host sees it: started, and watched while it runs.
 *
 * The same for a view that keeps up and for one that is rebuilt. What follows from how the turn ended
 * is decided by whoever started it.
 */

import type { Cancel, Clock } from '../base/clock.js'
import type { AnyProjector } from '../define/projector.js'
import type { Position } from '../events/event.js'
import type { RunningTask, TaskPool } from '../pool/contracts.js'
import { Flight, FlightWatch } from './flight.js'
import type { ProjectRequest } from './project-task.js'

export interface TurnPorts {
  readonly projector: AnyProjector
  readonly pool: TaskPool
  readonly clock: Clock
}

/** Where a turn ends, whichever comes first. */
export interface TurnLimits {
  /** Position; `null`: the head. */
  readonly to: Position | null
  /** Events; `null`: no such limit. */
  readonly eventsMax: number | null
  /** How long the turn may keep its thread from others. Milliseconds. */
  readonly budgetMs: number
}

/** How long one event may take before its thread counts as hung. Milliseconds. */
export const eventMsMax = 10_000
const watchEveryMs = 500

/**
 * Starts a turn on the rows in `directory`. Ends with a `ProjectOutcome`, or as crashed when one event
 * keeps its thread for too long.
 */
export function startTurn(ports: TurnPorts, directory: string, limits: TurnLimits): RunningTask {
  const { projector, pool } = ports
  const flight = Flight.allocate(1)
  const request: ProjectRequest = {
    task: 'project',
    projector: projector.name,
    directory,
    ...limits,
    flight,
  }
  // Not reached by tests: a turn says nothing but how it ended.
  const task = pool.run(request, () => {})
  // Where the projector runs on this very thread, nobody could look.
  if (pool.threads > 0) watch(ports.clock, task, flight)
  return task
}

function watch(clock: Clock, task: RunningTask, flight: SharedArrayBuffer): void {
  const flightWatch = new FlightWatch(new Flight(flight), eventMsMax)
  const look = (): void => {
    const stuck = flightWatch.findStuck(clock.elapsedMs())
    if (stuck === undefined) cancel = clock.schedule(watchEveryMs, look)
    else task.terminate(`its thread hung at position ${stuck.position}`)
  }
  let cancel: Cancel = clock.schedule(watchEveryMs, look)
  void task.ended.then(() => cancel())
}

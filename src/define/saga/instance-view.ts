/**
 * The index of a saga's instances: a view of their streams, one row each.
 *
 * What `runtime.saga(...).list` answers from. Like any view it can be rebuilt, and lags a little behind.
 */

import type { AnyActor } from '../actor.js'
import { type AnyProjector, defineProjector, rowType, type ViewWriter } from '../projector.js'
import type { InstanceEventName, InstanceEvents } from './instance-events.js'
import { instanceEventType } from './instance-events.js'
import type { SagaStatus } from './instance-state.js'

/** An instance among others. */
export interface SagaRow {
  readonly sagaId: string
  readonly status: Exclude<SagaStatus, 'none'>
  /** Whether it waits for an operator. */
  readonly isHalted: boolean
  /** At which steps it does; `null`: at none in particular. */
  readonly haltedAt: readonly (string | null)[]
  /** The step that it stands at, or that made it fail. */
  readonly step: string | null
  /** Why it halted last, if it is halted; why it was taken back, or failed. */
  readonly reason: string | null
  readonly startedAt: Date
  readonly updatedAt: Date
}

type Change<K extends InstanceEventName> = (
  row: SagaRow,
  data: InstanceEvents[K],
) => Partial<SagaRow>

const goingOn = { isHalted: false, haltedAt: [] } as const

/** Events that change a row; all others only its time, and are not read. */
const changes: { readonly [K in InstanceEventName]?: Change<K> } = {
  StepsStarted: (_row, { steps }) => ({ step: steps.at(-1)?.step ?? null }),
  CompensationStarted: (_row, { cause }) => ({
    status: 'compensating',
    ...goingOn,
    reason: cause.error.message,
  }),
  Halted: (row, { step, error }) => ({
    isHalted: true,
    haltedAt: [...row.haltedAt, step],
    step: step ?? row.step,
    reason: error.message,
  }),
  Operated: (row, { verb, step }) => {
    if (verb === 'cancel') return {}
    const haltedAt = row.haltedAt.filter((each) => each !== step)
    if (haltedAt.length > 0) return { haltedAt }
    return { ...goingOn, reason: row.status === 'compensating' ? row.reason : null }
  },
  Completed: () => ({ status: 'completed', ...goingOn, reason: null }),
  Compensated: (row, { cause }) => ({
    status: 'compensated',
    ...goingOn,
    step: cause.step ?? row.step,
    reason: cause.error.message,
  }),
  Failed: (row, { cause }) => ({
    status: 'failed',
    ...goingOn,
    step: cause.step ?? row.step,
    reason: cause.error.message,
  }),
  Cancelled: (_row, { reason }) => ({ status: 'cancelled', ...goingOn, reason }),
}

/** The name of the view of a saga's instances. */
export function instanceViewName(saga: string): string {
  return `${saga}.instances`
}

export function createInstanceView(saga: string, actor: AnyActor): AnyProjector {
  const on: Record<string, (event: never, view: ViewWriter<SagaRow>) => void> = {
    [instanceEventType(saga, 'Started')]: putRow,
  }
  for (const [name, change] of Object.entries(changes)) {
    on[instanceEventType(saga, name as InstanceEventName)] = updateRow(change as Change<never>)
  }
  return defineProjector(instanceViewName(saga), {
    version: 1,
    from: [actor],
    row: rowType<SagaRow>(),
    indexes: {
      byStatus: (row: SagaRow) => [row.isHalted ? 'halted' : row.status, row.startedAt],
      byStart: (row: SagaRow) => [row.startedAt],
    },
    on: on as never,
  })
}

interface InstanceEvent {
  readonly aggregateId: string
  readonly recordedAt: Date
  readonly data: never
}

function putRow({ aggregateId, recordedAt }: InstanceEvent, view: ViewWriter<SagaRow>): void {
  view.put(aggregateId, {
    sagaId: aggregateId,
    status: 'running',
    ...goingOn,
    step: null,
    reason: null,
    startedAt: recordedAt,
    updatedAt: recordedAt,
  })
}

function updateRow(
  change: Change<never>,
): (event: InstanceEvent, view: ViewWriter<SagaRow>) => void {
  return ({ aggregateId, recordedAt, data }, view) =>
    view.update(aggregateId, (row) => ({ ...row, ...change(row, data), updatedAt: recordedAt }))
}

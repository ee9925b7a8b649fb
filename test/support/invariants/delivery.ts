/** One delivery of one event to one handler, as the handler itself wrote it down. */

export interface Delivery {
  readonly handler: string
  readonly outcome: 'handled' | 'failed'
  /** Which start of the process it was. */
  readonly life: number
  /** 1-based. */
  readonly attempt: number
  readonly aggregateId: string
  readonly version: number
}

/** What a handler keeps in order. */
export function keyOf({ handler, aggregateId }: Delivery): string {
  return `${handler} ${aggregateId}`
}

export function placeOf({ handler, aggregateId, version, life }: Delivery): string {
  return `${handler} ${aggregateId}@${version} in life ${life}`
}

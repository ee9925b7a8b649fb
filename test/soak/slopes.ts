/**
 * Whether something grows that should not: the slopes of what was watched, once it had warmed up.
 *
 * Pure. Lives have more threads or fewer, and each takes memory, files and slots: points are compared with those of as
 * many threads. The slope is the median of the slopes between any two of them, so that single points
 * that lie apart (a collection of garbage that was late, a backup under way) say nothing; but no more than their
 * floor rises, from the lowest point of the first third to that of the last: what only varies comes down again.
 *
 * Invariant: a series that is level, however noisy, has no slope beyond what its limit allows once there are
 * enough points; one that grows steadily beyond it is named.
 */

/** How everything stood at a moment. */
export interface Sample {
  /** Since the beginning. Milliseconds. */
  readonly atMs: number
  /** Worker threads of the runtime. */
  readonly threads: number
  readonly heapBytes: number
  /** Memory that is the process's own, mapped files left out. */
  readonly ownBytes: number
  readonly fileDescriptors: number
  /** Slots of readers in all environments that are open. */
  readonly readerSlots: number
  /** Events in the log. */
  readonly events: number
  /** Of everything below the data directory. */
  readonly fileBytes: number
  /** The most that any view or handler is behind. Events. */
  readonly lag: number
}

export type Watched = Exclude<keyof Sample, 'atMs' | 'threads' | 'events'>

/** How much of each may be added, once it is warm: per minute; of files, per event. */
export type SlopeLimits = Readonly<Record<Watched, number>>

export const slopeLimits: SlopeLimits = Object.freeze({
  heapBytes: 1024 * 1024,
  ownBytes: 6 * 1024 * 1024,
  fileDescriptors: 0.5,
  readerSlots: 0.5,
  fileBytes: 2_000,
  lag: 1_000,
})

/** The part of the time that passes before anything is judged, and the least it takes. */
const warmUpShare = 0.4
/**
 * Compiled code and its profiles gather for two minutes. The arenas of malloc, of which threads that come and go get one
 * each, fill for five: by 10 MiB a minute, and by less than one after it; with `MALLOC_ARENA_MAX=1` it is half of that.
 */
const warmUpMsMin = 300_000
/** Fewer points of as many threads say nothing. */
const pointsMin = 4

export interface Slope {
  readonly watched: Watched
  /** Per minute; of files, per event. */
  readonly slope: number
  readonly limit: number
  readonly from: number
  readonly to: number
  /** When it was first looked at. Milliseconds. */
  readonly sinceMs: number
}

/** @returns one for each; none: there are too few samples to judge by once it was warm. */
export function slopesOf(
  samples: readonly Sample[],
  limits: SlopeLimits = slopeLimits,
): readonly Slope[] {
  const endMs = samples.at(-1)?.atMs ?? 0
  const warmMs = Math.max(endMs * warmUpShare, warmUpMsMin)
  const warm = samples.filter(({ atMs }) => atMs >= warmMs)
  const alike = groupsOf(warm).filter(({ length }) => length >= pointsMin)
  if (alike.length === 0) return []
  return (Object.keys(limits) as Watched[]).map((watched) => {
    const x = watched === 'fileBytes' ? 'events' : 'atMs'
    const unit = watched === 'fileBytes' ? 1 : 60_000
    const groups = alike.map((group) => group.map((each): Point => [each[x] / unit, each[watched]]))
    const largest = alike.reduce((one, other) => (other.length > one.length ? other : one))
    return {
      watched,
      slope: Math.min(medianSlope(groups), ...groups.map(floorSlope)),
      limit: limits[watched],
      from: largest[0]![watched],
      to: largest.at(-1)![watched],
      sinceMs: largest[0]!.atMs,
    }
  })
}

/** Samples of as many threads together. */
function groupsOf(samples: readonly Sample[]): readonly (readonly Sample[])[] {
  const groups = new Map<number, Sample[]>()
  for (const sample of samples) {
    const group = groups.get(sample.threads)
    if (group === undefined) groups.set(sample.threads, [sample])
    else group.push(sample)
  }
  return [...groups.values()]
}

/** What grows, in words; none: nothing does. */
export function growthIn(slopes: readonly Slope[]): readonly string[] {
  return slopes
    .filter(({ slope, limit }) => slope > limit)
    .map(({ watched, slope, limit, from, to, sinceMs }) => {
      const per = watched === 'fileBytes' ? 'event' : 'minute'
      const since = Math.round(sinceMs / 1_000)
      return `${watched} grows by ${slope.toFixed(1)} per ${per}, more than ${limit}: ${from} after ${since} s, ${to} at the end`
    })
}

type Point = readonly [x: number, y: number]

function floorSlope(points: readonly Point[]): number {
  const third = Math.ceil(points.length / 3)
  const [fromX, from] = lowestOf(points.slice(0, third))
  const [toX, to] = lowestOf(points.slice(-third))
  return toX > fromX ? (to - from) / (toX - fromX) : 0
}

function lowestOf(points: readonly Point[]): Point {
  return points.reduce((lowest, each) => (each[1] < lowest[1] ? each : lowest))
}

function medianSlope(groups: readonly (readonly Point[])[]): number {
  const slopes = groups
    .flatMap((points) =>
      points.flatMap(([x, y], at) =>
        points.slice(at + 1).map(([toX, toY]) => (toY - y) / (toX - x)),
      ),
    )
    .filter(Number.isFinite)
    .sort((one, other) => one - other)
  const middle = slopes.length / 2
  if (slopes.length === 0) return 0
  return (slopes[Math.floor(middle)]! + slopes[Math.ceil(middle) - 1]!) / 2
}

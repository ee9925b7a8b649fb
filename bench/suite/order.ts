/**
 * In which order the benchmarks run.
 *
 * Pure. Latencies come first, while nothing that ran before is still being written to the disk; what needs
 * millions of events comes last.
 */

const first: readonly string[] = ['one-in-flight', 'latency', 'in-flight', 'commands', 'hot-actor']
const last: readonly string[] = ['disk', 'memory', 'growth', 'opening', 'random-actors', 'rebuild']

/** Those that are named neither way come in between, by their names. */
export function orderOf(names: readonly string[]): readonly string[] {
  return [
    ...first.filter((name) => names.includes(name)),
    ...names.filter((name) => !first.includes(name) && !last.includes(name)).sort(),
    ...last.filter((name) => names.includes(name)),
  ]
}

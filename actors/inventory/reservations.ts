/**
 * The open reservations of a product: a persistent map from reservation id to quantity, as plain data.
 *
 * A product that everybody wants has thousands of reservations open, and every event gives a new state.
 * Copying one object of 10,000 fields takes over a millisecond, and a `Map` is not plain data that a
 * snapshot brings back. This is a hash trie: a change copies the path to one small leaf and shares all
 * the rest. Measured with 10,000 open, a change takes less than two microseconds.
 *
 * Invariants:
 *   - nothing that was returned ever changes;
 *   - `count` is how many there are, and every quantity is what it was put with;
 *   - a branch has at least one child, so what is empty is `null` and nothing of it is kept;
 *   - a leaf above the deepest level has at most `leafEntriesMax` entries.
 *
 * Source: Bagwell, "Ideal Hash Trees" (2001), without the compressed arrays.
 */

export interface Reservations {
  readonly count: number
  readonly root: Node
}

type Entry = readonly [reservationId: string, quantity: number]

/** A leaf is a list of entries; a branch has one child per value of the next bits of the hash. */
type Node = { readonly leaf: readonly Entry[] } | { readonly branch: readonly Node[] } | null

const leafEntriesMax = 8
const bitsPerLevel = 4
const width = 2 ** bitsPerLevel
/** A hash has no more bits: below, a leaf holds whatever collides. */
const depthMax = 32 / bitsPerLevel

export const noReservations: Reservations = Object.freeze({ count: 0, root: null })

/** How much a reservation holds; `undefined` when it is not open. */
export function quantityOf(reservations: Reservations, reservationId: string): number | undefined {
  const hash = hashOf(reservationId)
  let node = reservations.root
  for (let depth = 0; node !== null && 'branch' in node; depth++) {
    node = node.branch[slotAt(hash, depth)] ?? null
  }
  return node?.leaf.find(([id]) => id === reservationId)?.[1]
}

/** With one more. The id must not be open. */
export function withReservation(
  { count, root }: Reservations,
  reservationId: string,
  quantity: number,
): Reservations {
  const entry = [reservationId, quantity] as const
  return { count: count + 1, root: put(root, entry, hashOf(reservationId), 0) }
}

/** Without one. Returns the same map when it was not open. */
export function withoutReservation(
  reservations: Reservations,
  reservationId: string,
): Reservations {
  const root = remove(reservations.root, reservationId, hashOf(reservationId), 0)
  if (root === reservations.root) return reservations
  return { count: reservations.count - 1, root }
}

/** What all of them hold together. Walks everything. */
export function quantityReserved({ root }: Reservations): number {
  let sum = 0
  for (const [, quantity] of entriesOf(root)) sum += quantity
  return sum
}

/** Every reservation that is open, in no order that means anything. */
export function openReservations({ root }: Reservations): Iterable<Entry> {
  return entriesOf(root)
}

function* entriesOf(node: Node): Generator<Entry> {
  if (node === null) return
  if ('leaf' in node) yield* node.leaf
  else for (const child of node.branch) yield* entriesOf(child)
}

function put(node: Node, entry: Entry, hash: number, depth: number): Node {
  if (node === null) return { leaf: [entry] }
  if ('branch' in node) {
    const slot = slotAt(hash, depth)
    return { branch: node.branch.with(slot, put(node.branch[slot]!, entry, hash, depth + 1)) }
  }
  const leaf = [...node.leaf, entry]
  if (leaf.length <= leafEntriesMax || depth === depthMax) return { leaf }
  return split(leaf, depth)
}

function split(entries: readonly Entry[], depth: number): Node {
  let branch: Node = { branch: Array<Node>(width).fill(null) }
  for (const entry of entries) branch = put(branch, entry, hashOf(entry[0]), depth)
  return branch
}

function remove(node: Node, id: string, hash: number, depth: number): Node {
  if (node === null) return null
  if ('leaf' in node) {
    const leaf = node.leaf.filter((entry) => entry[0] !== id)
    if (leaf.length === node.leaf.length) return node
    return leaf.length === 0 ? null : { leaf }
  }
  const slot = slotAt(hash, depth)
  const child = node.branch[slot]!
  const rest = remove(child, id, hash, depth + 1)
  if (rest === child) return node
  const branch = node.branch.with(slot, rest)
  return branch.every((each) => each === null) ? null : { branch }
}

function slotAt(hash: number, depth: number): number {
  return (hash >>> (depth * bitsPerLevel)) & (width - 1)
}

/** FNV-1a, mixed as in MurmurHash3, so that ids that count up spread over all slots. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

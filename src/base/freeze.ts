/**
 * Freezing what more than one party holds.
 *
 * Actor states and events are shared between the actor, receipts and subscribers; frozen, none of
 * them can change what another sees. Subtrees that are frozen already are not walked again, so a
 * state built by spreading costs one visit per changed level. Typed arrays, Maps and Sets cannot
 * be frozen by JavaScript and stay as they are. Runs per command.
 */

/**
 * A frozen copy without a prototype: looking up a name that is not in it finds nothing, not even for
 * names like `constructor` and `toString`.
 */
export function frozenTable<T extends object>(entries: T): Readonly<T> {
  return Object.freeze(Object.assign(Object.create(null), entries))
}

/** A longer array may be four billion holes: its entries are looked for, which takes longer for each that is there. */
const arrayLengthMax = 65_536

/** Freezes plain objects and arrays, all the way down. Returns what it was given. */
export function deepFreeze<T>(value: T): T {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value)) return value
  if (ArrayBuffer.isView(value)) return value
  Object.freeze(value)
  if (Array.isArray(value) && value.length <= arrayLengthMax) {
    for (const item of value) deepFreeze(item)
  } else {
    for (const key in value) deepFreeze(value[key])
  }
  return value
}

/** Values as texts that are equal exactly where the values are. */

/** JSON with the fields of objects in the order of their names. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort())
      : each,
  )
}

/**
 * Keeping literals as they are written, in what a user's function returns. Types only.
 *
 * Without it, the status of `() => ({ status: 'paid' })`, a function whose parameters need no types,
 * would be widened to `string`: the compiler looks at such functions before it knows what they should
 * return.
 */

declare const noValue: unique symbol

/** No value has this type. */
interface NoValue {
  readonly [noValue]: never
}

/** Accepts nothing; named beside the type of a result, it keeps the result's literals. */
export type LiteralsKept = (('' | 0 | 0n | true) & NoValue) | FieldsKept

interface FieldsKept extends NoValue {
  readonly [field: string]: LiteralsKept | readonly [LiteralsKept?, ...LiteralsKept[]]
}

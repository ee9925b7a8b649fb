/**
 * From a schema of either kind to the types of what goes in and what is recorded.
 *
 * Types only. For fastest-validator definitions both are what `schema-types.ts` infers; for a Standard
 * Schema they are its input and its output. Payloads are frozen, so both are read-only all the way down:
 * what a command was given may be handed on to an event.
 */

import type { InferObject } from './schema-types.js'

type Kept = string | number | bigint | boolean | symbol | null | undefined | Date | Uint8Array

/** Read-only at every level. */
export type ReadonlyDeep<T> = unknown extends T
  ? T
  : T extends Kept | ((...args: never) => unknown)
    ? T
    : { readonly [K in keyof T]: ReadonlyDeep<T[K]> }

interface Standard {
  readonly '~standard': object
}

type StandardTypes<S extends Standard> = S['~standard'] extends {
  readonly types?: infer Types
}
  ? NonNullable<Types>
  : never

/** The type of what a schema makes of a payload: what is recorded, and what the domain sees. */
export type PayloadOf<S> = S extends Standard
  ? StandardTypes<S> extends { readonly output: infer Output }
    ? ReadonlyDeep<Output>
    : never
  : InferObject<S>

/** The type of what a schema takes: what callers send, and what `decide` makes events of. */
export type PayloadInputOf<S> = S extends Standard
  ? StandardTypes<S> extends { readonly input: infer Input }
    ? ReadonlyDeep<Input>
    : never
  : InferObject<S>

/**
 * From a schema literal to the type of what it accepts.
 *
 * Types only: what TypeScript infers for the fastest-validator definitions that events and commands
 * carry. `schema.ts` compiles the same literal into the check that runs; the two are held together by
 * `test/events/schema-types.test.ts`. Payloads are frozen, so everything inferred is read-only: what is
 * read-only may be passed where it is asked for, and nobody writes to it by mistake.
 */

type Simplify<T> = { [K in keyof T]: T[K] } & {}

/** `'number|integer|min:1'` -> `'number'`. */
type RuleName<S extends string> = S extends `${infer Head}|${string}` ? Head : S

type TextRule = 'string' | 'email' | 'uuid' | 'url' | 'mac' | 'luhn' | 'objectID' | 'currency'

type ScalarOf<Name extends string> = Name extends TextRule
  ? string
  : Name extends 'number'
    ? number
    : Name extends 'boolean'
      ? boolean
      : Name extends 'date'
        ? Date
        : Name extends 'any' | 'custom' | 'equal' | 'class'
          ? unknown
          : Name extends 'array' | 'tuple'
            ? readonly unknown[]
            : Name extends 'object' | 'record'
              ? Readonly<Record<string, unknown>>
              : never

type HasFlag<S extends string, Flag extends string> = S extends `${string}|${Flag}`
  ? true
  : S extends `${string}|${Flag}|${string}`
    ? true
    : false

type InferString<S extends string> =
  | (RuleName<S> extends `${infer Item}[]` ? readonly ScalarOf<Item>[] : ScalarOf<RuleName<S>>)
  | (HasFlag<S, 'nullable'> extends true ? null : never)

type InferRule<R> = R extends { type: 'array'; items: infer Items }
  ? readonly Infer<Items>[]
  : R extends { type: 'tuple'; items: infer Items extends readonly unknown[] }
    ? { readonly [K in keyof Items]: Infer<Items[K]> }
    : R extends { type: 'object'; props: infer Props }
      ? InferObject<Props>
      : R extends { type: 'object'; properties: infer Props }
        ? InferObject<Props>
        : R extends { type: 'record'; value: infer Value }
          ? Readonly<Record<string, Infer<Value>>>
          : R extends { type: 'enum'; values: readonly (infer V)[] }
            ? V
            : R extends { type: 'equal'; value: infer V }
              ? V
              : R extends { type: 'class'; instanceOf: abstract new (...args: never) => infer I }
                ? I
                : R extends { type: 'multi'; rules: readonly (infer Rule)[] }
                  ? Infer<Rule>
                  : R extends { type: infer Name extends string }
                    ? ScalarOf<Name>
                    : R extends { $$type: infer Rule extends string }
                      ? InferObject<R> | (HasFlag<Rule, 'nullable'> extends true ? null : never)
                      : never

/** The type of the values that one rule accepts. */
export type Infer<R> = R extends string
  ? InferString<R>
  : R extends readonly (infer Alternative)[]
    ? Infer<Alternative>
    : InferRule<R> | (R extends { nullable: true } ? null : never)

type IsOptional<R> = R extends string
  ? RuleName<R> extends 'forbidden'
    ? true
    : HasFlag<R, 'optional'>
  : R extends readonly (infer Alternative)[]
    ? [IsOptional<Alternative>] extends [true]
      ? true
      : false
    : R extends { optional: true } | { type: 'forbidden' }
      ? true
      : R extends { $$type: infer T extends string }
        ? HasFlag<T, 'optional'>
        : false

type FieldName<P> = Exclude<keyof P, `$$${string}`>
type OptionalName<P> = {
  [K in FieldName<P>]: IsOptional<P[K]> extends true ? K : never
}[FieldName<P>]

/** The type of the objects that a schema accepts. */
export type InferObject<P> = Simplify<
  { readonly [K in Exclude<FieldName<P>, OptionalName<P>>]: Infer<P[K]> } & {
    readonly [K in OptionalName<P>]?: Infer<P[K]>
  }
>

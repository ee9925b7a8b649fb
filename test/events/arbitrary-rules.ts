/** Rules of fastest-validator with values, for laws about schemas. */

import fc from 'fast-check'

/** A rule, and a value that fits it more often than not. */
export interface Sample {
  readonly rule: unknown
  readonly value: unknown
}

const flag = fc.boolean()
const bound = fc.constantFrom(undefined, undefined, 0, 1, 2, 4)
/** JSON Schema counts characters beyond the basic plane otherwise. */
const text = fc.string({ unit: 'grapheme-ascii', maxLength: 6 })
const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.double())
const misfit = fc.record({ isOne: fc.nat(14).map((of) => of === 0), value: scalar })

/** Rules with values, most of which fit; now and then another value. */
function sampled(
  rules: fc.Arbitrary<Record<string, unknown>>,
  values: fc.Arbitrary<unknown>,
): fc.Arbitrary<Sample> {
  return mixed(fc.tuple(rules, values).map(([rule, value]) => ({ rule, value })))
}

function mixed(
  samples: fc.Arbitrary<{ readonly rule: Record<string, unknown>; readonly value: unknown }>,
): fc.Arbitrary<Sample> {
  return fc.tuple(samples, misfit, flag, flag).map(([sample, other, nullable, optional]) => ({
    rule: { ...sample.rule, nullable, optional },
    value: other.isOne ? (nullable ? null : other.value) : sample.value,
  }))
}

function only(rule: Record<string, unknown>, ...values: readonly unknown[]): fc.Arbitrary<Sample> {
  return sampled(fc.constant(rule), fc.constantFrom(...values))
}

const kinds = ['alpha', 'alphanum', 'numeric', 'hex', 'singleLine', 'trim', 'uppercase', 'padEnd']
const texts = sampled(
  fc
    .record({
      min: bound,
      max: bound,
      empty: fc.constantFrom(undefined, true, false),
      kind: fc.constantFrom('none', 'none', ...kinds),
      pattern: fc.constantFrom(undefined, undefined, /^[a-m]/, /b/i, 'x$'),
    })
    .map(({ kind, ...options }) => ({
      type: 'string',
      ...options,
      [kind]: kind === 'padEnd' ? 3 : true,
    }))
    .map(({ none: _none, ...rule }: Record<string, unknown>) => rule),
  fc.oneof(text, fc.constantFrom('ab', 'b1', '12', '', 'abab', 'xx')),
)
const numbers = sampled(
  fc
    .record({
      equal: fc.constantFrom(undefined, undefined, undefined, 3),
      notEqual: fc.constantFrom(undefined, undefined, 2),
      min: bound,
      max: bound,
      integer: flag,
      positive: flag,
      convert: flag,
    })
    .map((options) => ({ type: 'number', ...options })),
  fc.oneof(fc.integer({ min: -1, max: 6 }), fc.constantFrom('3', 0.5, 2, 3)),
)
const others = fc.oneof(
  only({ type: 'boolean', convert: true }, true, false, 'on', 1),
  only({ type: 'date' }, new Date(0), new Date(4e12)),
  only({ type: 'email' }, 'a@b.de', 'ä@x.y', ''),
  only({ type: 'email', mode: 'precise', empty: true }, 'a@b.de', 'ä@x.y', ''),
  only({ type: 'uuid' }, '00000000-0000-0000-0000-000000000000'),
  only({ type: 'url', empty: true }, 'http://a b', 'https://x', 'ftp://x', ''),
  only({ type: 'mac' }, '01:C8:95:4B:65:FE', 'x'),
  only({ type: 'luhn' }, '4242424242424242', '1'),
  only({ type: 'currency', currencySymbol: '$' }, '$12.20', '12'),
  only({ type: 'enum', values: ['a', 2, null] }, 'a', 2, null),
  only({ type: 'equal', value: 'a' }, 'a'),
  only({ type: 'equal', value: 1, strict: false }, 1, '1', true),
  only({ type: 'string', default: 'none' }, 'x', null),
  only({ type: 'custom', check: (value: unknown) => value }, 1, 'x', null),
  only({ type: 'string', custom: () => 7 }, 'x'),
  only({ type: 'forbidden' }, null),
  only({ type: 'forbidden', remove: true }, 1, null),
  only({ type: 'any' }, 1, 'x', [{}]),
)

/** Structures over samples of one level less. */
function nested(samples: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  const several = fc.array(samples, { minLength: 1, maxLength: 3 })
  const fields = fc.dictionary(fc.constantFrom('a', 'b', 'c'), samples)
  const lists = fc.tuple(several, bound, bound, flag).map(([items, min, max, unique]) => ({
    rule: { type: 'array', items: items[0]!.rule, min, max, unique },
    value: max === 0 ? [] : items.slice(0, 1).map(({ value }) => value),
  }))
  const tuples = fc.tuple(several, flag, flag).map(([items, empty, none]) => ({
    rule: { type: 'tuple', items: items.map(({ rule }) => rule), empty },
    value: none ? [] : items.map(({ value }) => value),
  }))
  const objects = fc
    .tuple(fields, fc.constantFrom(true, false, 'remove'), flag, bound, bound)
    .map(([all, strict, more, minProps, maxProps]) => ({
      rule: { type: 'object', props: each(all, ({ rule }) => rule), strict, minProps, maxProps },
      value: { ...each(all, ({ value }) => value), ...(more ? { more: 1 } : {}) },
    }))
  const records = fc
    .tuple(samples, fc.constantFrom('a', 'b', 'c1'))
    .map(([{ rule, value }, key]) => ({
      rule: { type: 'record', key: 'string|alpha', value: rule },
      value: { [key]: value },
    }))
  const alternatives = several.map((all) => ({
    rule: all.map(({ rule }) => rule),
    value: all.at(-1)!.value,
  }))
  return fc.oneof(mixed(lists), mixed(tuples), mixed(objects), mixed(records), alternatives)
}

function each<T, U>(all: Record<string, T>, of: (one: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(all).map(([name, one]) => [name, of(one)]))
}

const leaves = fc.oneof(texts, numbers, others)
const branches = nested(leaves)
export const samples: fc.Arbitrary<Sample> = fc.oneof(
  leaves,
  branches,
  nested(fc.oneof(leaves, branches)),
)

/**
 * Arbitraries for the closed set of event values: what `values.ts` must take as it is.
 *
 * Keys and texts lean towards what is known to bite: names of methods that every object has, keys
 * that look like array indexes, text beyond the basic plane, byte order marks, empty text.
 */

import fc from 'fast-check'

const nastyKeys = fc.constantFrom(
  'constructor',
  'toString',
  'toJSON',
  'hasOwnProperty',
  'valueOf',
  'length',
  'then',
  'prototype',
  '0',
  '-1',
  '4294967295',
  '',
  ' ',
  '\0',
  '\ufeff',
  '😀',
)

/** Well-formed text of any length class that MessagePack has a header for. */
export const arbitraryText: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 200 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 30, maxLength: 70 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
        fc.integer({ min: 64, max: 900 }),
      )
      .map(([unit, times]) => `\ufeff${unit.repeat(times)}`),
  },
)

const arbitraryKey = fc
  .oneof({ weight: 3, arbitrary: arbitraryText }, { weight: 1, arbitrary: nastyKeys })
  .filter((key) => key !== '__proto__')

const arbitraryNumber = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, -(2 ** 31), -(2 ** 31) - 1, 5e-324),
)

const arbitraryDate = fc.oneof(
  fc.date({ noInvalidDate: true }),
  fc
    .constantFrom(0, 1, -1, 999, 1000, 2 ** 32 * 1000, 2 ** 34 * 1000 + 1, 864e13, -864e13)
    .map((timeMs) => new Date(timeMs)),
)

/** Any value that `copyValue` takes. */
export const arbitraryValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    arbitraryNumber,
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    arbitraryText,
    arbitraryDate,
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 40 }),
    fc.dictionary(arbitraryKey, tie('value'), { maxKeys: 20 }),
  ),
})).value

/** Any payload that `copyPayload` takes. */
export const arbitraryPayload: fc.Arbitrary<Record<string, unknown>> = fc.dictionary(
  arbitraryKey,
  arbitraryValue,
  { maxKeys: 12 },
)

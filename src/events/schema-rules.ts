/**
 * The vocabulary of schemas: the rules and options of fastest-validator that a schema may use.
 *
 * Lists only. An option that is on neither list is taken for a misspelling and refused; it would
 * otherwise be ignored in silence.
 */

/** Every rule, by name. `function` is left out: no payload can hold one. */
export const ruleNames: ReadonlySet<string> = new Set([
  'any',
  'array',
  'boolean',
  'class',
  'currency',
  'custom',
  'date',
  'email',
  'enum',
  'equal',
  'forbidden',
  'luhn',
  'mac',
  'multi',
  'number',
  'object',
  'objectID',
  'record',
  'string',
  'tuple',
  'url',
  'uuid',
])

/** Options that only look. */
export const ruleOptions: ReadonlySet<string> = new Set(
  (
    'type optional nullable label messages strict props properties minProps maxProps items min max ' +
    'length empty contains unique enum values value field rules key pattern patternFlags alpha ' +
    'numeric alphanum alphadash hex singleLine base64 integer positive negative equal notEqual ' +
    'mode version currencySymbol symbolOptional thousandSeparator decimalSeparator customRegex ' +
    'instanceOf ObjectID'
  ).split(' '),
)

/** Options by which a check may change the payload. */
export const changingOptions: ReadonlySet<string> = new Set(
  (
    'default convert trim trimLeft trimRight padStart padEnd padChar lowercase uppercase ' +
    'localeLowercase localeUppercase normalize remove custom check'
  ).split(' '),
)

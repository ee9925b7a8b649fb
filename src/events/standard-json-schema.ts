/**
 * JSON Schema of a Standard Schema: what its own library makes of it, by Standard JSON Schema.
 *
 * Libraries refuse what JSON cannot hold, dates among it, unless they are asked not to; each is asked in
 * its own words, and whatever it leaves open gets a note. A schema without a JSON form becomes the widest
 * one there is, with the reason in a note.
 */

import { errorToData } from '../base/errors.js'
import { type JsonSchema, jsonOf, noted, type SchemaSide } from './json-schema-form.js'
import type { StandardJsonSchema, StandardSchema } from './standard-schema.js'

const dateTime = { type: 'string', format: 'date-time' } as const

interface ZodPart {
  readonly zodSchema: { readonly _zod: { readonly def: { readonly type: string } } }
  readonly jsonSchema: Record<string, unknown>
}

interface ArkPart {
  readonly base: JsonSchema
  readonly code: string
}

interface ValibotPart {
  readonly valibotSchema: { readonly type: string }
  readonly valibotAction: { readonly type: string }
  readonly errors?: readonly unknown[]
}

/** How each library is told to go on where JSON Schema ends. */
const libraryOptions: Readonly<Record<string, Record<string, unknown>>> = {
  zod: { unrepresentable: 'any', override: describeZodPart },
  arktype: {
    fallback: {
      date: () => dateTime,
      default: ({ base, code }: ArkPart) => noted(base, { opaque: `arktype ${code}` }),
    },
  },
  valibot: {
    errorMode: 'ignore',
    overrideSchema: ({ valibotSchema, errors }: ValibotPart) => {
      if (valibotSchema.type === 'date') return dateTime
      return errors && noted({}, { opaque: `valibot ${valibotSchema.type}` })
    },
    overrideAction: ({ valibotAction, errors }: ValibotPart) =>
      errors && noted({}, { opaque: `valibot ${valibotAction.type}` }),
  },
}

const zodOpaque: ReadonlySet<string> = new Set(
  'bigint symbol undefined void map set transform nan custom function'.split(' '),
)

/** Changes what zod made of one part. */
function describeZodPart({ zodSchema, jsonSchema }: ZodPart): void {
  const { type } = zodSchema._zod.def
  if (type === 'date') Object.assign(jsonSchema, dateTime)
  if (zodOpaque.has(type)) Object.assign(jsonSchema, noted({}, { opaque: `zod ${type}` }))
}

/** Never throws. */
export function standardJsonSchema(schema: StandardSchema, side: SchemaSide): JsonSchema {
  const { vendor, jsonSchema } = schema['~standard']
  if (jsonSchema === undefined) return noted({}, { opaque: `${vendor}: it offers no JSON Schema` })
  try {
    const found = jsonOf(converted(vendor, jsonSchema, side))
    if (found !== null && typeof found === 'object' && !Array.isArray(found)) {
      const { $schema: _draft, ...rest } = found as JsonSchema
      return rest
    }
    return noted({}, { opaque: `${vendor}: what it offers is no JSON Schema` })
  } catch (error) {
    return noted({}, { opaque: `${vendor}: ${errorToData(error).message}` })
  }
}

function converted(vendor: string, jsonSchema: StandardJsonSchema, side: SchemaSide): unknown {
  const options = libraryOptions[vendor]
  return jsonSchema[side]({
    target: 'draft-2020-12',
    ...(options === undefined ? {} : { libraryOptions: options }),
  })
}

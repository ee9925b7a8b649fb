/**
 * Shapes: which field stands where in a recorded payload.
 *
 * A record holds only the values of its payload, in the order of its shape; the names are here, once.
 * Shapes are numbered from 1, appended and never changed, so a record stays readable for ever and by
 * every thread. A payload with a field that no shape of its type knows gets a new, wider shape.
 * Payloads of very many different fields are kept as maps (`fields` null). Runs per event.
 *
 * Invariants:
 *   - a shape that has been handed out never changes;
 *   - a type gains at most `shapesPerTypeMax` shapes of at most `fieldsPerShapeMax` fields, so that
 *     a record spends little on the fields it does not have.
 */

import assert from 'node:assert/strict'
import type { EventValue } from './event.js'

/** Shapes that one type and version may gain before its payloads are kept as maps. */
export const shapesPerTypeMax = 64
/** Fields that one shape may name before the payloads of its type are kept as maps. */
export const fieldsPerShapeMax = 256

export interface Shape {
  readonly number: number
  readonly aggregateType: string
  readonly type: string
  readonly schemaVersion: number
  /** Field names in order; `null`: the payload is one map. */
  readonly fields: readonly string[] | null
}

interface TypeShapes {
  newest: Shape
  known: ReadonlySet<string>
  count: number
}

type Payload = Readonly<Record<string, EventValue>>

export class ShapeTable {
  /** Index = shape number - 1. */
  #shapes: Shape[] = []
  /** By all three names together. */
  #byNames = new Map<string, TypeShapes>()
  /** By event type alone, what was recorded last: nearly always what is wanted again. */
  #latest = new Map<string, TypeShapes>()
  #added: Shape[] = []

  get size(): number {
    return this.#shapes.length
  }

  /** Takes in shapes that were stored, in the order of their numbers. */
  load(shapes: Iterable<Shape>): void {
    for (const shape of shapes) this.#insert(shape)
  }

  /** The shape of that number, if it is known here. */
  get(number: number): Shape | undefined {
    return this.#shapes[number - 1]
  }

  /** The shape to record a payload with; makes a new one where none fits. */
  resolve(aggregateType: string, type: string, schemaVersion: number, data: Payload): Shape {
    const shapes = this.#shapesOf(aggregateType, type, schemaVersion)
    if (shapes !== undefined && fits(shapes, data)) return shapes.newest
    const shape = Object.freeze({
      number: this.#shapes.length + 1,
      aggregateType,
      type,
      schemaVersion,
      fields: widerFields(shapes, data),
    })
    this.#insert(shape)
    this.#added.push(shape)
    return shape
  }

  /** The shapes made since the last call: they must be stored before any record that uses them. */
  takeAdded(): readonly Shape[] {
    // Never the array that still gathers: it would change in the hands of whoever took it.
    if (this.#added.length === 0) return []
    const added = this.#added
    this.#added = []
    return added
  }

  #shapesOf(aggregateType: string, type: string, schemaVersion: number): TypeShapes | undefined {
    const latest = this.#latest.get(type)
    if (
      latest?.newest.schemaVersion === schemaVersion &&
      latest.newest.aggregateType === aggregateType
    ) {
      return latest
    }
    const shapes = this.#byNames.get(namesKey(aggregateType, type, schemaVersion))
    if (shapes !== undefined) this.#latest.set(type, shapes)
    return shapes
  }

  #insert(shape: Shape): void {
    assert(shape.number === this.#shapes.length + 1)
    this.#shapes.push(shape)
    const key = namesKey(shape.aggregateType, shape.type, shape.schemaVersion)
    const count = (this.#byNames.get(key)?.count ?? 0) + 1
    const shapes = { newest: shape, known: new Set(shape.fields), count }
    this.#byNames.set(key, shapes)
    this.#latest.set(shape.type, shapes)
  }
}

/** One string for the three names. */
function namesKey(aggregateType: string, type: string, schemaVersion: number): string {
  return `${type}@${schemaVersion}@${aggregateType}`
}

function fits(shapes: TypeShapes, data: Payload): boolean {
  if (shapes.newest.fields === null) return true
  for (const field in data) if (!shapes.known.has(field)) return false
  return true
}

function widerFields(shapes: TypeShapes | undefined, data: Payload): readonly string[] | null {
  if ((shapes?.count ?? 0) >= shapesPerTypeMax - 1) return null
  const fields = Object.freeze([
    ...new Set([...(shapes?.newest.fields ?? []), ...Object.keys(data)]),
  ])
  return fields.length > fieldsPerShapeMax ? null : fields
}

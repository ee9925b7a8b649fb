/**
 * Whether a text is well-formed XML, as far as charts use it: elements, attributes, text, references.
 */

import assert from 'node:assert/strict'

const tag =
  /^<(?<close>\/?)(?<name>[a-z]+)(?<attributes>(?: [a-zA-Z:-]+="[^"<&]*(?:&[a-z]+;[^"<&]*)*")*)(?<empty>\/?)>$/

/** @returns its elements' names, in the order of their beginnings. @throws AssertionError */
export function elementsOf(xml: string): readonly string[] {
  const open: string[] = []
  const all: string[] = []
  for (const part of xml.split(/(<[^>]*>)/).filter((each) => each !== '')) {
    if (!part.startsWith('<')) {
      assert.match(part, /^(?:[^&]|&(?:amp|lt|gt|quot);)*$/)
      continue
    }
    const { close, name, attributes, empty } = tag.exec(part)?.groups ?? assert.fail(part)
    const names = [...attributes!.matchAll(/ ([a-zA-Z:-]+)=/g)].map(([, each]) => each)
    assert.equal(new Set(names).size, names.length, part)
    if (close === '/') assert.equal(open.pop(), name)
    else all.push(name!)
    if (close === '' && empty === '') open.push(name!)
  }
  assert.deepEqual(open, [])
  return all
}

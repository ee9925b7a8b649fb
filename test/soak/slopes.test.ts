/** What the judge of a soak calls growth. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom, type Random } from '../../src/base/random.js'
import { seed } from '../support/seed.js'
import { growthIn, type Sample, slopeLimits, slopesOf, type Watched } from './slopes.js'

const mebibyte = 1024 * 1024

/** Ten minutes at which nothing is wrong, a sample every ten seconds. */
function level(change: (sample: Sample, at: number) => Partial<Sample> = () => ({})): Sample[] {
  return Array.from({ length: 60 }, (_each, at) => {
    const sample = {
      atMs: at * 10_000,
      threads: 2,
      heapBytes: 50 * mebibyte,
      ownBytes: 200 * mebibyte,
      fileDescriptors: 60,
      readerSlots: 9,
      events: at * 4_000,
      fileBytes: 1 * mebibyte + at * 4_000 * 300,
      lag: 10,
    }
    return { ...sample, ...change(sample, at) }
  })
}

function growing(samples: readonly Sample[]): readonly string[] {
  return growthIn(slopesOf(samples)).map((each) => each.split(' ')[0]!)
}

test('what is level does not grow', () => {
  assert.deepEqual(growing(level()), [])
})

test(`what only varies does not grow (seed ${seed})`, () => {
  const random = createSeededRandom(seed)
  const samples = level(({ heapBytes, ownBytes, lag }) => ({
    heapBytes: heapBytes + random.next() * 3 * mebibyte,
    ownBytes: ownBytes + random.next() * 30 * mebibyte,
    fileDescriptors: 50 + Math.floor(random.next() * 3),
    lag: lag + random.next() * 1_000,
  }))

  assert.deepEqual(growing(samples), [])
})

test('what grows until it is warm, and then stands, does not grow', () => {
  const samples = level((_sample, at) => ({ heapBytes: Math.min(20, at) * 10 * mebibyte }))

  assert.deepEqual(growing(samples), [])
})

test('a few samples that lie apart are no growth', () => {
  const samples = level((_sample, at) => (at % 9 === 8 ? { ownBytes: 900 * mebibyte } : {}))

  assert.deepEqual(growing(samples), [])
})

/** More of them, or fewer, and in the end many: each takes its share. */
function drawThreads(random: Random): (sample: Sample, at: number) => Partial<Sample> {
  return ({ ownBytes, readerSlots, fileDescriptors }, at) => {
    const threads = at < 45 ? 1 + Math.floor(random.next() * 3) : 3
    return {
      threads,
      ownBytes: ownBytes + threads * 50 * mebibyte,
      readerSlots: readerSlots + threads * 5,
      fileDescriptors: fileDescriptors + threads * 5,
    }
  }
}

test(`what more threads take is no growth, and hides none (seed ${seed})`, () => {
  const drawn = level(drawThreads(createSeededRandom(seed)))

  assert.deepEqual(growing(drawn), [])
  assert.deepEqual(
    growing(drawn.map((each, at) => ({ ...each, ownBytes: each.ownBytes + 2 * at * mebibyte }))),
    ['ownBytes'],
  )
})

const leaks: Readonly<Record<Watched, (at: number) => Partial<Sample>>> = {
  heapBytes: (at) => ({ heapBytes: (50 + at / 2) * mebibyte }),
  ownBytes: (at) => ({ ownBytes: (200 + 2 * at) * mebibyte }),
  fileDescriptors: (at) => ({ fileDescriptors: 60 + Math.floor(at / 5) }),
  readerSlots: (at) => ({ readerSlots: 9 + Math.floor(at / 5) }),
  fileBytes: (at) => ({ fileBytes: at * 4_000 * 3_000 }),
  lag: (at) => ({ lag: at * 500 }),
}

for (const [watched, leak] of Object.entries(leaks)) {
  test(`${watched} that grows is named, and nothing else`, () => {
    assert.deepEqual(growing(level((_sample, at) => leak(at))), [watched])
  })
}

test('growth says by how much, since when, from where and where to', () => {
  const samples = level((_sample, at) => ({ fileDescriptors: 60 + at }))

  assert.deepEqual(growthIn(slopesOf(samples)), [
    'fileDescriptors grows by 6.0 per minute, more than 0.5: 90 after 300 s, 119 at the end',
  ])
})

test('too few samples are not judged', () => {
  assert.deepEqual(slopesOf(level().slice(0, 3), slopeLimits), [])
})

test('what ends before it was warm is not judged', () => {
  const samples = level((_sample, at) => ({ heapBytes: at * 5 * mebibyte }))

  assert.deepEqual(slopesOf(samples.slice(0, 33)), [])
  assert.deepEqual(growing(samples.slice(0, 34)), ['heapBytes'])
})

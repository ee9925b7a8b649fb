/**
 * Values that harm whoever reads them carelessly, made anew for each use: some use themselves up.
 */

/** What is to come of a value where a payload may hold any. */
export type Fate = 'refused' | 'kept' | 'kept or refused'

export interface HostileValue {
  readonly name: string
  readonly make: () => unknown
  readonly fate: Fate
  /** Takes its time: tried where a payload holds it, and nowhere else. */
  readonly isLarge?: true
}

const traps = [
  ...['get', 'has', 'ownKeys', 'getOwnPropertyDescriptor', 'getPrototypeOf'],
  ...[
    'set',
    'defineProperty',
    'deleteProperty',
    'isExtensible',
    'preventExtensions',
    'setPrototypeOf',
  ],
] as const
const readingTraps: ReadonlySet<string> = new Set(traps.slice(0, 5))

class Thrown extends Error {}

function throwing(): never {
  throw new Thrown('a hostile value was asked')
}

/** Proxies that throw in one of their traps; those that only look are none of them. */
function trapped(target: () => object, what: string): HostileValue[] {
  return traps.map((trap) => ({
    name: `a proxy of ${what} that throws on ${trap}`,
    make: () => new Proxy(target(), { [trap]: throwing }),
    fate: readingTraps.has(trap) ? 'kept or refused' : 'kept',
  }))
}

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

function nested(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = wrap(value)
  return value
}

function cyclic(): unknown {
  const cycle: Record<string, unknown> = { list: [] }
  ;(cycle.list as unknown[]).push(cycle)
  return cycle
}

/** Another value each time it is read, and at last one that cannot be kept. */
function changing(): unknown {
  let reads = 0
  return Object.defineProperty({}, 'a', {
    enumerable: true,
    get: () => [1, 'two', undefined, () => 3][Math.min(reads++, 3)],
  })
}

function detached(): Uint8Array {
  const bytes = new Uint8Array(8)
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  return bytes
}

/** Its memory was made smaller than itself. */
function outOfBounds(): unknown {
  const buffer = new (ArrayBuffer as never as new (size: number, options: object) => ArrayBuffer)(
    8,
    {
      maxByteLength: 16,
    },
  )
  const bytes = new Uint8Array(buffer, 0, 8)
  ;(buffer as unknown as { resize(size: number): void }).resize(2)
  return bytes
}

function lyingArray(length: unknown): unknown {
  return new Proxy([1, 2], {
    get: (target, key) => (key === 'length' ? length : Reflect.get(target, key)),
  })
}

const deepLists = nested(100_000, (inner) => [inner])
const deepObjects = nested(100_000, (inner) => ({ inner }))
const evil = { toString: throwing, valueOf: throwing, toJSON: throwing }
const kept = (name: string, make: () => unknown): HostileValue => ({ name, make, fate: 'kept' })
const refused = (name: string, make: () => unknown): HostileValue => ({
  name,
  make,
  fate: 'refused',
})
const either = (name: string, make: () => unknown): HostileValue => {
  return { name, make, fate: 'kept or refused' }
}

const large = (value: HostileValue): HostileValue => ({ ...value, isLarge: true })

export const hostileValues: readonly HostileValue[] = [
  ...trapped(() => ({ a: 1 }), 'an object'),
  ...trapped(() => [1, 2], 'a list'),
  ...trapped(() => () => 1, 'a function').map((each) => refused(each.name, each.make)),
  refused('a proxy of a Date', () => new Proxy(new Date(0), {})),
  refused('a proxy of bytes', () => new Proxy(new Uint8Array(4), {})),
  refused('a proxy of an Error', () => new Proxy(new Error('no'), {})),
  refused('a revoked proxy of an object', () => revoked({})),
  refused('a revoked proxy of a list', () => revoked([])),
  refused('a revoked proxy of a function', () => revoked(() => 1)),
  ...[-1, 0.5, 2 ** 53, Number.NaN, '2', undefined, null, {}, { valueOf: () => 9 }, 1n].map(
    (length) =>
      either(`a list that says it has a length of ${typeof length} ${String(length)}`, () =>
        lyingArray(length),
      ),
  ),
  refused('lists 100,000 deep', () => deepLists),
  refused('objects 100,000 deep', () => deepObjects),
  refused('an error with causes 1,000 deep', () =>
    nested(1_000, (cause) => Object.assign(new Error('no'), { cause })),
  ),
  refused('a cycle', cyclic),
  refused('a getter that throws', () =>
    Object.defineProperty({}, 'a', { enumerable: true, get: throwing }),
  ),
  kept('a hidden getter that throws', () => Object.defineProperty({}, 'a', { get: throwing })),
  either('a getter that changes', changing),
  refused('a key __proto__', () => JSON.parse('{"__proto__":{"admin":true}}')),
  kept('a key constructor', () => ({ constructor: { prototype: { admin: true } } })),
  kept('keys of Object.prototype', () => ({ hasOwnProperty: 1, toString: 'x', valueOf: null })),
  kept('an object without a prototype', () => Object.assign(Object.create(null), { a: 1 })),
  kept('a key toJSON', () => ({ toJSON: 'x' })),
  refused('methods toString, valueOf and toJSON', () => ({ ...evil })),
  // biome-ignore lint/suspicious/noThenProperty: what is awaited by mistake is called.
  refused('a method then', () => ({ then: throwing })),
  refused('a promise', () => Promise.resolve(1)),
  kept('symbol keys', () => ({
    a: 1,
    [Symbol.toPrimitive]: throwing,
    [Symbol.iterator]: throwing,
  })),
  kept('a symbol that names its kind', () => ({
    get [Symbol.toStringTag](): never {
      return throwing()
    },
  })),
  refused('NaN', () => Number.NaN),
  refused('Infinity', () => Number.POSITIVE_INFINITY),
  kept('-0', () => -0),
  kept('the smallest number', () => 5e-324),
  kept('a bigint of 64 bits', () => 2n ** 64n - 1n),
  large(refused('a bigint of a million digits', () => 10n ** 1_000_000n)),
  refused('a lone surrogate', () => 'a\ud800b'),
  refused('a key with a lone surrogate', () => ({ '\udc00': 1 })),
  kept('NULs and controls', () => '\0\x01\x7f\u2028\ufeff'),
  large(kept('a text of 10 MB', () => 'x'.repeat(10_000_000))),
  large(refused('a text of 64 MB', () => 'x'.repeat(64 * 1024 * 1024 + 1))),
  large(refused('bytes of 64 MB', () => Buffer.alloc(64 * 1024 * 1024 + 1))),
  large(
    refused('a text of 1 MB, a thousand times', () => new Array(1_000).fill('x'.repeat(2 ** 20))),
  ),
  refused('a sparse list', () => Object.assign(new Array(3), { 0: 1, 2: 3 })),
  refused('a list of 4 billion holes', () => new Array(2 ** 32 - 1)),
  refused('a list with a property of its own that is no value', () => [undefined]),
  kept('a list with a name', () => Object.assign([1], { name: 'x' })),
  kept('bytes of shared memory', () => new Uint8Array(new SharedArrayBuffer(8)).fill(7)),
  refused('bytes whose memory is gone', detached),
  refused('bytes beyond their memory', outOfBounds),
  refused('numbers in typed memory', () => new Float64Array(4)),
  refused('shared memory', () => new SharedArrayBuffer(8)),
  refused('a Date out of range', () => new Date(8.64e15 + 1)),
  kept('the last Date', () => new Date(8.64e15)),
  refused('what only looks like a Date', () => Object.create(Date.prototype)),
  refused('what only looks like bytes', () => Object.create(Uint8Array.prototype)),
  either('a Date that lies', () =>
    Object.assign(new Date(0), { getTime: throwing, toISOString: throwing }),
  ),
  refused('a Map', () => new Map([[1, 2]])),
  refused('a class', () => class {}),
  refused('a symbol', () => Symbol('s')),
  refused('undefined', () => undefined),
  refused('a RegExp', () => /a/),
  refused('an instance of a class', () => new Thrown('x')),
  refused('a generator', () => (function* () {})()),
  large(kept('a million values', () => new Array(999_990).fill(null))),
  large(refused('more than a million values', () => new Array(1_000_001).fill(null))),
]

/** Texts for ids, names and paths. */
export const hostileTexts: readonly string[] = [
  ...[
    '',
    ' ',
    '.',
    '..',
    '../../etc/passwd',
    '/',
    '\\',
    'a/b',
    '-',
    '--',
    '@',
    '#',
    '%00',
    '*',
    '?',
  ],
  ...['\0', 'a\0b', '\n', '\r\n', '\u2028', '\ufeff', '\u202e', '\ud800', '\udc00x', '\u{1f600}'],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'null',
    'undefined',
    'NaN',
    '[object Object]',
    '$StreamClosed',
  ],
  ...["'; DROP TABLE events; --", '"', '<script>', 'x'.repeat(512)],
  ...['x'.repeat(513), 'ä'.repeat(257), 'x'.repeat(10_000), 'x'.repeat(100_000)],
]

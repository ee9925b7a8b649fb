/**
 * Resolves `lmdb` to `counting-lmdb.js`, which alone imports the real one.
 */

import type { ResolveHook } from 'node:module'

const countingUrl = new URL('./counting-lmdb.js', import.meta.url).href

export const resolve: ResolveHook = (specifier, context, next) =>
  specifier === 'lmdb' && context.parentURL !== countingUrl
    ? { url: countingUrl, shortCircuit: true }
    : next(specifier, context)

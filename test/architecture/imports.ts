/**
 * What a source imports: statically, dynamically, by re-export, as types only or for real.
 */

import { blankSource } from './blank-source.js'

export interface Import {
  readonly specifier: string
  /** Erased by the compiler. */
  readonly isTypeOnly: boolean
}

const patterns: readonly RegExp[] = [
  /^(?:import|export)\s+(?<type>type\s)?(?<names>[^'";]*?)\sfrom\s+['"](?<specifier>[^'"]+)['"]/gm,
  /^import\s+['"](?<specifier>[^'"]+)['"]/gm,
  /\b(?:import|require)\(\s*['"](?<specifier>[^'"]+)['"]/g,
]

export function importsOf(source: string): readonly Import[] {
  const { uncommented } = blankSource(source)
  return patterns.flatMap((pattern) =>
    [...uncommented.matchAll(pattern)].map(({ groups }) => ({
      specifier: groups!.specifier!,
      isTypeOnly: groups!.type !== undefined || hasOnlyTypes(groups!.names),
    })),
  )
}

/** `{ type A, type B }`: with verbatim module syntax the import itself stays, but it loads no values. */
function hasOnlyTypes(names: string | undefined): boolean {
  const inner = /^\{([^}]*)\}$/.exec(names?.trim() ?? '')?.[1]
  if (inner === undefined) return false
  const each = inner.split(',').filter((name) => name.trim() !== '')
  return each.length > 0 && each.every((name) => /^\s*type\s/.test(name))
}

/**
 * Why a row may fall short of its target, and what was tried. Shown on the page only while it does.
 */

export interface Remark {
  readonly why: string
  readonly tried: string
}

/** By the id of a target. */
export const remarks: Readonly<Record<string, Remark>> = Object.freeze({})

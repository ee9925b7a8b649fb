/**
 * Numbers, amounts and times as people read them. Pure; the same in every locale.
 */

/** `19507` -> `19,507`. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `78217549` -> `782,175.49`. */
export function formatCents(cents: number): string {
  return `${formatCount(Math.floor(cents / 100))}.${String(cents % 100).padStart(2, '0')}`
}

/** `0.42 s`, `8.3 s`, `75 s`: as precise as makes sense. */
export function formatSeconds(seconds: number): string {
  if (seconds < 1) return `${seconds.toFixed(2)} s`
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${formatCount(seconds)} s`
}

/** `1 key`, `2 keys`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** A bar of so many characters for a share in [0, 1], in eighths of a character. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8)
  const full = '█'.repeat(Math.floor(eighths / 8))
  const part = ' ▏▎▍▌▋▊▉'[eighths % 8]!.trim()
  return (full + part).padEnd(width, '░')
}

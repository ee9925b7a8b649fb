/**
 * The memory of this process, its threads included: what it holds by itself, apart from mapped files.
 *
 * Pages of a memory-mapped file are the system's cache; it takes them back when it likes.
 */

import { readFileSync } from 'node:fs'

export interface ProcessMemory {
  readonly ownBytes: number
  /** Pages of files that are mapped and in memory. */
  readonly mappedBytes: number
}

/** Where the system does not tell them apart, everything is its own. */
export function readProcessMemory(): ProcessMemory {
  if (process.platform !== 'linux') {
    return { ownBytes: process.memoryUsage.rss(), mappedBytes: 0 }
  }
  return parseProcessStatus(readFileSync('/proc/self/status', 'utf8'))
}

/** @param status - What Linux writes in `/proc/PID/status`. */
export function parseProcessStatus(status: string): ProcessMemory {
  return { ownBytes: bytesOf(status, 'RssAnon'), mappedBytes: bytesOf(status, 'RssFile') }
}

function bytesOf(status: string, name: string): number {
  const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]
  if (kibibytes === undefined) throw new Error(`expected ${name} among what the process is told`)
  return Number(kibibytes) * 1024
}

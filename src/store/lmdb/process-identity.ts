/**
 * Which process is which: a process id together with what tells its reuse apart.
 *
 * On Linux that is the boot and the time the process started; elsewhere only whether some process
 * has the id. A process that has ended but was not yet collected by its parent counts as ended.
 */

import { readFileSync } from 'node:fs'

/** The process, as far as this system can tell. Empty text: it cannot, beyond its id. */
export interface ProcessIdentity {
  readonly pid: number
  readonly started: string
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, started: startOf(process.pid) ?? '' }
}

/** Whether the very process that `identity` names is running. */
export function isRunning({ pid, started }: ProcessIdentity): boolean {
  if (!hasProcess(pid)) return false
  const now = startOf(pid)
  if (now === undefined) return process.platform !== 'linux'
  return started === '' || now === started
}

/** Boot id and start time; `undefined` where they cannot be read, or the process has ended. */
function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command's name, in parentheses, may hold anything: fields are counted behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${boot} ${fields[19]}`
  } catch {
    return undefined
  }
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Which process is which: a process id together with what tells its reuse apart.
 *
 * On Linux that is the boot and the time the process started; elsewhere only whether some process
 * has the id. A process that has ended but was not yet collected by its parent counts as ended.
 * Containers number their processes for themselves: an id says something in its own pid namespace only.
 */

import { readFileSync, readlinkSync } from 'node:fs'

/** The process, as far as this system can tell. Empty texts: it cannot, beyond its id. */
export interface ProcessIdentity {
  readonly pid: number
  readonly started: string
  /** In which ids are given. Absent in what was written by earlier versions. */
  readonly pidNamespace?: string
}

export function ownIdentity(): Required<ProcessIdentity> {
  return {
    pid: process.pid,
    // Not reached by tests: on Linux every process can read of itself.
    started: startOf(process.pid) ?? '',
    pidNamespace: ownNamespace(),
  }
}

/**
 * Whether the very process that `identity` names is running. `elsewhere`: its id is of another pid namespace, and
 * says nothing here.
 */
export function isRunning({ pid, started, pidNamespace }: ProcessIdentity): boolean | 'elsewhere' {
  const own = ownNamespace()
  if (pidNamespace !== undefined && pidNamespace !== '' && own !== '' && pidNamespace !== own) {
    return 'elsewhere'
  }
  if (!hasProcess(pid)) return false
  const now = startOf(pid)
  if (now === undefined) return process.platform !== 'linux'
  return started === '' || now === started
}

/**
 * That of ids, and that of the time since the boot by which starts are told; with the boot: after another one the
 * same number may be another namespace's.
 */
function ownNamespace(): string {
  try {
    return [bootId(), ...['pid', 'time'].map(namespaceNumber)].join(' ')
  } catch {
    // Not reached by tests: this is no Linux, or one that shows nothing of its processes.
    return ''
  }
}

function namespaceNumber(kind: string): string {
  try {
    return readlinkSync(`/proc/self/ns/${kind}`)
  } catch {
    // Not reached by tests: an older kernel has one for all.
    return kind
  }
}

/** Boot id and start time; `undefined` where they cannot be read, or the process has ended. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command's name, in parentheses, may hold anything: fields are counted behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${bootId()} ${fields[19]}`
  } catch {
    // Not reached by tests: this is no Linux, or the process has ended at this moment.
    return undefined
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Makes the folder of the peers ready: installs what they need where nothing is installed, and compiles them.
 *
 * Nobody else needs any of it, so it is neither installed nor compiled with the rest of the repository.
 */

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** @throws Error - when npm or the compiler fails; they have said why. */
export function preparePeers(repositoryRoot: string): void {
  const peers = join(repositoryRoot, 'bench', 'peers')
  if (!existsSync(join(peers, 'node_modules', '.package-lock.json'))) {
    console.log('bench/peers has no packages yet: installing them there, with npm ci.')
    console.log('Two of them are compiled where no binary can be had, which takes some minutes.\n')
    const npm = process.env.npm_execpath
    const ci = ['ci', '--prefix', peers, '--no-audit', '--no-fund']
    if (npm === undefined) run('npm', ci)
    else run(process.execPath, [npm, ...ci])
  }
  const compiler = join(repositoryRoot, 'node_modules', 'typescript', 'bin', 'tsc')
  run(process.execPath, [compiler, '-p', peers])
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' })
  if (status !== 0) {
    throw new Error(`expected ${command} ${args[0]} to end well, found status ${status}`, {
      cause: error,
    })
  }
}

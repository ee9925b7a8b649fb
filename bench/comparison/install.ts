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
  if (!existsSync(join(peers, 'node_modules', '.package-lock.json'))) installPackages(peers)
  const compiler = join(repositoryRoot, 'node_modules', 'typescript', 'bin', 'tsc')
  assertRun(process.execPath, [compiler, '-p', peers])
}

/** Where a package cannot be compiled, the others are compared without those that need it. */
function installPackages(folder: string): void {
  console.log('bench/peers has no packages yet: installing them there, with npm ci.')
  console.log('Two of them are compiled where no binary can be had, which takes some minutes.\n')
  const ci = ['ci', '--prefix', folder, '--no-audit', '--no-fund']
  if (runNpm(ci)) return
  console.log('\nThat failed: installing without what has to be compiled. To try again, remove')
  console.log(`${join(folder, 'node_modules')}\n`)
  const plain = [...ci, '--ignore-scripts']
  if (!runNpm(plain)) throw new Error(`expected npm ${plain.join(' ')} to end well`)
}

/** Whether the npm that runs this, or else the one on the path, ended well. */
function runNpm(args: readonly string[]): boolean {
  const npm = process.env.npm_execpath
  return npm === undefined ? run('npm', args) : run(process.execPath, [npm, ...args])
}

function assertRun(command: string, args: readonly string[]): void {
  if (!run(command, args)) throw new Error(`expected ${args.join(' ')} to end well`)
}

function run(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'inherit' }).status === 0
}

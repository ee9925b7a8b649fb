/**
 * Scripts run as processes of their own: what they say line by line, and ending them as a crash would.
 *
 * A line counts once its end has arrived: what a killed process was still writing is dropped. Whatever
 * is running when the test ends is killed then.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onEnd, type Scope } from './scope.js'

export interface ChildOptions {
  /** Handed to the script as JSON in its first argument. */
  readonly options: object
  /** On top of this process's own. */
  readonly env?: Readonly<Record<string, string>>
  /** A program that runs Node, with its arguments: `strace -f`. @default none */
  readonly under?: readonly string[]
}

interface Waiter {
  readonly prefix: string
  readonly resolve: (line: string) => void
  readonly reject: (error: Error) => void
}

export class ChildScript {
  /** Everything it has said so far. */
  readonly lines: string[] = []
  /** Resolves when it has ended and everything it said was read. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
  readonly #child: ChildProcess
  readonly #waiters = new Set<Waiter>()
  readonly #isGroup: boolean
  #partial = ''
  #errors = ''
  #hasEnded = false

  /**
   * @param scope - It is killed with it, at the latest.
   * @param script - A built script.
   */
  constructor(scope: Scope, script: URL, { options, env = {}, under = [] }: ChildOptions) {
    const words = [...under, process.execPath, fileURLToPath(script), JSON.stringify(options)]
    this.#isGroup = under.length > 0
    this.#child = spawn(words[0]!, words.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      detached: this.#isGroup,
    })
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => this.#read(text))
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text
    })
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        this.#end()
        resolve({ code, signal })
      })
    })
    onEnd(scope, () => this.kill())
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** What it wrote to stderr so far. */
  get errors(): string {
    return this.#errors
  }

  /** The first line that begins so, said already or later. Rejects when it ends without. */
  async said(prefix: string): Promise<string> {
    const line = this.lines.find((each) => each.startsWith(prefix))
    return line ?? (await this.saysNext(prefix))
  }

  /** The next line that begins so. Rejects when it ends without. */
  async saysNext(prefix: string): Promise<string> {
    if (this.#hasEnded) throw this.#unsaid(prefix)
    return await new Promise((resolve, reject) => {
      this.#waiters.add({ prefix, resolve, reject })
    })
  }

  /** SIGKILL; resolves when it is gone and everything it said was read. */
  async kill(): Promise<void> {
    this.#signal()
    await this.ended
  }

  /** What runs it and what it runs die together. */
  #signal(): void {
    if (!this.#isGroup) this.#child.kill('SIGKILL')
    else if (!this.#hasEnded) process.kill(-this.pid, 'SIGKILL')
  }

  #read(text: string): void {
    const lines = (this.#partial + text).split('\n')
    this.#partial = lines.pop()!
    for (const line of lines) {
      this.lines.push(line)
      this.#tell(line)
    }
  }

  #tell(line: string): void {
    for (const waiter of this.#waiters) {
      if (!line.startsWith(waiter.prefix)) continue
      this.#waiters.delete(waiter)
      waiter.resolve(line)
    }
  }

  #end(): void {
    this.#hasEnded = true
    for (const { prefix, reject } of this.#waiters) reject(this.#unsaid(prefix))
  }

  #unsaid(prefix: string): Error {
    const last = this.lines.slice(-3).join(' | ')
    return new Error(
      `Expected the process to say '${prefix}', found it ended after: ${last}\n${this.#errors}`,
    )
  }
}

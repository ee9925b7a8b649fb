/**
 * Loading a module by URL, TypeScript sources included where that can work.
 *
 * Node 20 passes loader hooks such as tsx's to the main thread only. When a `.ts` file cannot be
 * imported here, tsx is taken from the tree of that file, registered, and the import tried once more.
 */

import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** @throws whatever the import throws: missing files, syntax errors, what the module itself throws. */
export async function loadModule(url: string): Promise<Record<string, unknown>> {
  try {
    return (await import(url)) as Record<string, unknown>
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error
    await registerTsx(url, error)
    return (await import(url)) as Record<string, unknown>
  }
}

async function registerTsx(url: string, cause: unknown): Promise<void> {
  try {
    const path = createRequire(url).resolve('tsx/esm/api')
    const tsx = (await import(pathToFileURL(path).href)) as { register: () => unknown }
    tsx.register()
  } catch {
    throw new Error(
      `cannot load ${url} in a worker: compile it to JavaScript, install tsx beside it, ` +
        "run on Node 22.18 or later, or open the runtime with workers: 'inline'",
      { cause },
    )
  }
}

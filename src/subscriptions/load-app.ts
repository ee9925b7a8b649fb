/**
 * Loading an app's module: on the host and in every worker, the same way.
 *
 * The module's default export, or else its export `app`, is the app. Whatever is wrong with it is one
 * typed error that names the module.
 */

import { DramatisError, describeValue } from '../base/errors.js'
import { type AppDefinition, isAppDefinition } from '../define/app.js'
import { loadModule } from '../pool/load-module.js'

/** An app's module cannot be loaded, exports no app, or is not the same in a worker. */
export class AppLoadError extends DramatisError {
  readonly code = 'DRAMATIS_APP_LOAD'
  readonly url: string

  constructor(url: string, why: string, options?: { readonly cause?: unknown }) {
    super(`Expected ${url} to export an app (see defineApp): ${why}.`, options)
    this.url = url
  }
}

/** @throws {AppLoadError} DRAMATIS_APP_LOAD */
export async function loadApp(url: string): Promise<AppDefinition> {
  let module: Record<string, unknown>
  try {
    module = await loadModule(url)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : describeValue(cause)
    throw new AppLoadError(url, `loading it failed: ${message}`, { cause })
  }
  const app = module.default ?? module.app
  if (isAppDefinition(app)) return app
  const found = app === undefined ? 'no such export' : describeValue(app)
  throw new AppLoadError(url, `expected a default export made by defineApp, found ${found}`)
}

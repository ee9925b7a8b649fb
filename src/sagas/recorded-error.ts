/** Errors as an instance records them: what happened and why, without stacks. */

import { type ErrorData, errorToData } from '../base/errors.js'

/** With the domain's own reason, where a command was refused. */
export interface RecordedError extends ErrorData {
  readonly reason?: string
}

export function recordedErrorOf(thrown: unknown): RecordedError {
  const reason = reasonOf(thrown)
  const error = withoutStack(errorToData(thrown))
  return reason === undefined ? error : { ...error, reason }
}

/** The domain's own reason; otherwise the code of the error, or its name. */
export function reasonOfError(error: ErrorData): string {
  return (error as RecordedError).reason ?? error.code ?? error.name
}

export function withoutStack({ name, message, code, cause }: ErrorData): RecordedError {
  return {
    name,
    message,
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined ? {} : { cause: withoutStack(cause) }),
  }
}

function reasonOf(thrown: unknown): string | undefined {
  try {
    const { reason } = thrown as { reason?: unknown }
    return typeof reason === 'string' ? reason.slice(0, 1_000).toWellFormed() : undefined
  } catch {
    return undefined
  }
}

/** A command that a saga's function described, as it is recorded: checked, copied, each property read once. */

import { propertiesAt } from '../base/options.js'
import { parseCommandTarget } from '../define/command-target.js'
import type { RecordedCommand } from '../define/saga/instance-state.js'
import type { AnySaga } from '../define/saga/saga.js'
import { copyValue } from '../events/values.js'
import { type CodePlace, SagaCodeError } from './saga-errors.js'
import { callCode } from './step-scope.js'

/**
 * Whether there is such an actor, and whether it takes the command, is found out when it is sent.
 *
 * @throws {SagaCodeError} DRAMATIS_SAGA_CODE: it is no command, or cannot be recorded.
 */
export function recordedCommandOf(
  saga: AnySaga,
  place: CodePlace,
  described: unknown,
): RecordedCommand {
  const fields = fieldsOf(described, ['kind', 'actor', 'aggregateId', 'command', 'data'])
  if (fields.kind !== 'send') {
    throw new SagaCodeError(saga.name, place, 'it returned what `send` did not make')
  }
  return callCode(saga, place, () => {
    const { actor, aggregateId, command, data } = fields
    const named = parseCommandTarget(actor, aggregateId, command, data)
    return {
      actor: copyValue(named.actor, 'actor of a command') as string,
      aggregateId: copyValue(named.aggregateId, `id of ${named.actor}`) as string,
      command: copyValue(named.command, `command to ${named.actor}`) as string,
      data: copyValue(data, `data of ${named.command}`),
    }
  })
}

/** Some properties of what a function of the user's returned, each read once; none of what cannot be read. */
export function fieldsOf(
  returned: unknown,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  try {
    return propertiesAt('what was returned', returned as Record<string, unknown>, names)
  } catch {
    return {}
  }
}

/**
 * Sending a command whose refusal means something: a "no" that the sender expects is an answer.
 *
 * Every step of the choreography may be taken twice, and may find that another handler was there first.
 * The actors say so by refusing. Which refusals a step expects is written down where it is taken; any
 * other one is an error, is tried again, and ends among the dead letters.
 */

/**
 * Waits for a command.
 *
 * @param expected - The reasons that are answers.
 * @returns the reason, or `null` when the command was accepted.
 * @throws what was thrown, unless it is a refusal for an expected reason.
 */
export async function refusalOf<const Reason extends string>(
  sent: Promise<unknown>,
  expected: readonly Reason[],
): Promise<Reason | null> {
  try {
    await sent
    return null
  } catch (error) {
    const { code, reason } = error as { readonly code?: string; readonly reason?: string }
    const known = expected.find((each) => each === reason)
    if (code !== 'DRAMATIS_COMMAND_REJECTED' || known === undefined) throw error
    return known
  }
}

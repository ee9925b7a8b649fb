/** A module that exports no app. */

export const nothing = 1

/**
 * The laws: what always holds, whatever is done to a runtime. Each has one place, and all harnesses use it.
 *
 * A law is a function over a history: what a store has, and what was said and done from outside. It returns
 * every way in which the history breaks it, so that one run shows all of them; none: the law holds. It owns
 * no store and opens nothing. What makes a history is the harness's.
 */

import { acknowledgedAreThere } from './acknowledged-are-there.js'
import { attemptsAreBounded } from './attempts-are-bounded.js'
import { commandsAreWhole } from './commands-are-whole.js'
import { decisionsRestOnTheLog } from './decisions-rest-on-the-log.js'
import { duplicatesActOnce } from './duplicates-act-once.js'
import { keysAreInOrder } from './keys-are-in-order.js'
import { mailboxesAreSerial } from './mailboxes-are-serial.js'
import { nothingIsFilledLate } from './nothing-is-filled-late.js'
import { oneAppendWins } from './one-append-wins.js'
import { onlySentIsThere } from './only-sent-is-there.js'
import { placesAreDense } from './places-are-dense.js'
import { positionsNeverChange } from './positions-never-change.js'
import { prefixesAreAccountedFor } from './prefixes-are-accounted-for.js'
import { sameSeedSameLog } from './same-seed-same-log.js'
import { statesAreFolds } from './states-are-folds.js'
import { timersFireOnce } from './timers-fire-once.js'
import { viewsAreFolds } from './views-are-folds.js'

/** Looks at a history and says every way in which it is broken. */
export type Law<History> = (history: History) => readonly string[]

/** Every law by its name. */
export interface Laws {
  readonly acknowledgedAreThere: typeof acknowledgedAreThere
  readonly onlySentIsThere: typeof onlySentIsThere
  readonly commandsAreWhole: typeof commandsAreWhole
  readonly placesAreDense: typeof placesAreDense
  readonly positionsNeverChange: typeof positionsNeverChange
  readonly nothingIsFilledLate: typeof nothingIsFilledLate
  readonly oneAppendWins: typeof oneAppendWins
  readonly mailboxesAreSerial: typeof mailboxesAreSerial
  readonly decisionsRestOnTheLog: typeof decisionsRestOnTheLog
  readonly statesAreFolds: typeof statesAreFolds
  readonly viewsAreFolds: typeof viewsAreFolds
  readonly prefixesAreAccountedFor: typeof prefixesAreAccountedFor
  readonly keysAreInOrder: typeof keysAreInOrder
  readonly attemptsAreBounded: typeof attemptsAreBounded
  readonly duplicatesActOnce: typeof duplicatesActOnce
  readonly timersFireOnce: typeof timersFireOnce
  readonly sameSeedSameLog: typeof sameSeedSameLog
}

export const laws: Laws = Object.freeze({
  acknowledgedAreThere,
  onlySentIsThere,
  commandsAreWhole,
  placesAreDense,
  positionsNeverChange,
  nothingIsFilledLate,
  oneAppendWins,
  mailboxesAreSerial,
  decisionsRestOnTheLog,
  statesAreFolds,
  viewsAreFolds,
  prefixesAreAccountedFor,
  keysAreInOrder,
  attemptsAreBounded,
  duplicatesActOnce,
  timersFireOnce,
  sameSeedSameLog,
})

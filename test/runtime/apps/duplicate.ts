/** An app with two actors of one name. */

import { defineActor, defineApp } from '../../../src/index.js'

const make = () =>
  defineActor('One', { initialState: () => ({}), events: {}, evolve: {}, commands: {} })

export default defineApp({ actors: [make(), make()] })

/**
 * `dramatis/testing`: what test authors and authors of stores need.
 */

export { ManualClock } from '../base/manual-clock.js'
export { collect } from './collect.js'
export { eventStoreContract, type OpenStore } from './event-store-contract.js'
export { PowerLostError } from './power-lost-error.js'
export { sampleAppend, sampleEvent } from './sample-events.js'
export {
  type LifeEnd,
  SimulatedDisk,
  type SimulatedDiskOptions,
  type SimulatedRuntimeOptions,
} from './simulated-disk.js'
export { type OpenTables, tableContract } from './table-contract.js'
export { type OldEvent, upcastEvent } from './upcast-event.js'

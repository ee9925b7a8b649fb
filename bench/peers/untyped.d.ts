/** What of event-storage is used here. It comes without types. */
declare module 'event-storage' {
  import type { EventEmitter } from 'node:events'

  interface EventStorageOptions {
    readonly storageDirectory: string
    readonly storageConfig?: { readonly syncOnFlush?: boolean }
  }

  class EventStore extends EventEmitter {
    constructor(name: string, options: EventStorageOptions)
    /** Events in the store. */
    readonly length: number
    getEventStream(stream: string): Iterable<unknown> | false
    /** Calls back when the events were written. @throws when the stream is at another version. */
    commit(
      stream: string,
      events: readonly unknown[],
      expectedVersion: number,
      callback: (commit: unknown) => void,
    ): void
    close(): void
  }

  export = EventStore
}

/**
 * Why a row may fall short of its target, and what was tried. Shown on the page only while it does.
 */

export interface Remark {
  readonly why: string
  readonly tried: string
}

/** By the id of a target. */
export const remarks: Readonly<Record<string, Remark>> = Object.freeze({
  commands: {
    why:
      'A command takes 5 to 6 us of the host thread: a tenth of it is garbage collection, a sixth packing and ' +
      'checksums, and the rest is spread over forty functions of which none takes a twentieth. What bare does takes ' +
      '1.7 us there. Twice the speed of SQLite by hand would be above the bare ceiling of this machine.',
    tried:
      'Records in segments, heads in entries, no views and fewer objects (4,743 to 2,930 bytes per command), receipts ' +
      'handed out in slices while the disk is busy.',
  },
  'with-subscriptions': {
    why: 'Two cores are shared by the host, the writer thread of LMDB and the worker, and the view flushes beside the log.',
    tried: 'Segments that are checked at once, rows decoded where LMDB puts them.',
  },
  'one-in-flight': {
    why:
      'A command waits for the end of its turn of the event loop, so that others may join its commit, and LMDB waits ' +
      'for the end of another: about 30 us beside the fsync.',
    tried: 'Nothing that keeps commits of a turn together could leave either wait out.',
  },
  latency: {
    why:
      'The 99th percentile is that of the flushes of the disk, which the log, the view and the handler share, and of ' +
      'timers that wake once a millisecond. On a disk in memory it was 3.7 ms to the receipt and 4.6 ms to the view.',
    tried: 'Receipts in slices; one transaction for all that waits.',
  },
  'random-actors': {
    why:
      'What is left is on the host thread: heads and actors of 100,000 streams are in no cache of the processor, and the ' +
      'garbage collector walks beside them. Half a page of LMDB is written per command where a small store writes none.',
    tried:
      'Heads written in sweeps, in the order of their ids (ADR 23): a command took 32 us before, 3.4 times the small store. ' +
      'Sweeps of twice the length gained another 2 us, and have twice as much to read back after a crash.',
  },
  'log-scan': {
    why:
      'Of an event the store also makes what its reader sees: ids, times, metadata, a payload with named fields and ' +
      'what is frozen of it; the loop by hand has an array.',
    tried:
      'Segments that are checked at once and passed over at once: 430,000 to 950,000 events per second beside others at work.',
  },
  view: {
    why: 'A row is found by a key that sorts as its id does, and is frozen and counted before user code sees it.',
    tried: 'Rows decoded where LMDB puts them.',
  },
  rebuild: {
    why: 'With ten million events the rows are the same, and the rate is within the spread of the shorter runs.',
    tried: 'Nothing yet beyond what views gained.',
  },
  handler: {
    why: 'Deliveries are in order per key, and reported in batches whose cursors are flushed.',
    tried: 'Segments that are checked at once.',
  },
  poison: {
    why: 'Each attempt of a key that fails, and the place of every event behind it, is written down and flushed.',
    tried: 'They are written with the report of their batch.',
  },
  opening: {
    why: 'Most of it is reading back the heads that were not in their table yet: up to 140,000 of them.',
    tried:
      'Threads are started only where there is something for them to run; entries are read in one pass.',
  },
  memory: {
    why: 'What is left when nobody collects garbage: the heap is let grow before it is collected.',
    tried: 'Mailboxes and windows are made when they are first needed.',
  },
  disk: {
    why: 'Pages that commits free are used again only later.',
    tried: 'Segments of a page; heads gathered in entries.',
  },
})

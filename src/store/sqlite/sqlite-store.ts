/**
 * The store in a SQLite file, in the words of the interface.
 */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { BatchStore, CollectionStore, RequestFailure } from '../collections.ts';
import type { FeedStore } from '../feeds.ts';
import type { EventStore, JobStore, RequestStore, SlotStore, Store, WaitStore } from '../store.ts';
import { StoreClient } from './client.ts';
import { feedStore } from './feed-store.ts';
import { type MachineClock, type Moment, machineClock } from './machine-clock.ts';
import type { Reasons } from './operations/request-ends.ts';
import { type Migrations, migrations } from './schema.ts';

/** Rows that one transaction prunes at most, so that nobody waits long for it. */
const pruneLimit = 1_000;

/** Items that one transaction requeues or discards at most, for the same reason. */
const keptLimit = 1_000;

/** Bytes of items that one transaction lets go of, for the same reason; a single piece may be larger. */
const letGoBytes = 1024 * 1024;

/** What may differ in tests. */
export interface SqliteStoreOptions {
  /** Clocks by which slots are dated, and how long jobs have been followed. */
  readonly clock?: MachineClock;
  /** The steps to the schema. */
  readonly migrations?: Migrations;
  /** Pages that the file may have. */
  readonly maxPages?: number;
  /** The latest commits may be lost when the power fails: for a test of power cuts, which has to notice it. */
  readonly isCareless?: boolean;
  /** The file is not opened before this has settled. */
  readonly after?: Promise<unknown>;
}

/** A store in one file. It is opened at once, in a thread of its own. */
export class SqliteStore implements Store {
  readonly slots: SlotStore;
  readonly requests: RequestStore;
  readonly jobs: JobStore;
  readonly waits: WaitStore;
  readonly events: EventStore;
  readonly feeds: FeedStore;
  readonly collections: CollectionStore;
  readonly batches: BatchStore;
  readonly #client: StoreClient;
  readonly #clock: MachineClock;
  /** Tells what this very store has begun or claimed from what a former process has. */
  readonly #owner = randomUUID();

  constructor(file: string, options: SqliteStoreOptions = {}) {
    const settings = {
      file: resolve(file),
      migrations: options.migrations ?? migrations,
      ...(options.maxPages !== undefined && { maxPages: options.maxPages }),
      ...(options.isCareless !== undefined && { isCareless: options.isCareless }),
    };
    this.#client = new StoreClient(settings, options.after);
    this.#clock = options.clock ?? machineClock;
    this.slots = this.#slotStore();
    this.requests = this.#requestStore();
    this.jobs = this.#jobStore();
    this.waits = this.#waitStore();
    this.events = this.#eventStore();
    this.feeds = feedStore(this.#client, this.#owner);
    this.collections = this.#collectionStore();
    this.batches = this.#batchStore();
  }

  /** Whether it has been closed, or is being closed. */
  get isClosed(): boolean {
    return this.#client.isClosed;
  }

  ready(): Promise<void> {
    return this.#client.ready();
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** A time of whoever calls, with the uptime of now. */
  #momentAt(wall: number): Moment {
    return { wall, uptime: this.#clock.moment().uptime };
  }

  #slotStore(): SlotStore {
    const client = this.#client;
    const clock = this.#clock;
    return {
      load: (throttle, window) =>
        client.call('slots.load', throttle, window, clock.moment(), clock.uptimeResolution),
      take: (throttle) => client.call('slots.take', throttle),
      end: (id) => client.call('slots.end', id, clock.moment()),
      forget: (ids) => client.call('slots.forget', ids),
    };
  }

  #requestStore(): RequestStore {
    const client = this.#client;
    return {
      // One text is copied between threads a good deal faster than many.
      begin: async ({ keys, ...request }, at) =>
        client.call('requests.begin', this.#owner, request, JSON.stringify(keys), at),
      again: (id, at) => client.call('requests.again', id, at),
      accepted: (id, jobId, at) => client.call('requests.accepted', id, jobId, this.#momentAt(at)),
      failed: (id, outcome, at) => client.call('requests.failed', id, outcome, at),
      abandoned: (scope, at) => client.call('requests.abandoned', this.#owner, scope, at),
    };
  }

  #jobStore(): JobStore {
    const client = this.#client;
    const clock = this.#clock;
    return {
      follow: (scope, jobId, at) => client.call('jobs.follow', scope, jobId, this.#momentAt(at)),
      unfinished: (scope) => client.call('jobs.unfinished', scope, clock.moment(), clock.uptimeResolution),
      find: (scope, jobId) => client.call('jobs.find', scope, jobId),
      keys: async (requestId) => {
        const keys = await client.call('jobs.keys', requestId);
        return keys === undefined ? undefined : JSON.parse(keys);
      },
      end: (scope, jobId, run, end) => client.call('jobs.end', scope, jobId, run, end),
      restarted: (scope, jobId, newJobId, at, formerStop) =>
        client.call('jobs.restarted', scope, jobId, newJobId, this.#momentAt(at), formerStop),
      newer: (scope, jobId) => client.call('jobs.newer', scope, jobId),
      isNewerUnderWay: (scope, jobId) => client.call('jobs.isNewerUnderWay', scope, jobId),
      prune: async (before) => {
        while (await client.call('jobs.prune', before, pruneLimit));
      },
    };
  }

  #waitStore(): WaitStore {
    const client = this.#client;
    return {
      add: (wait, at) => client.call('waits.add', wait, at),
      pending: (nodeId, at) => client.call('waits.pending', nodeId, at),
      due: (nodeId, at) => client.call('waits.due', nodeId, at),
      claim: (id) => client.call('waits.claim', this.#owner, id),
      finish: (id) => client.call('waits.finish', id),
      nextLimit: (nodeId, at) => client.call('waits.nextLimit', nodeId, at),
      nodes: (scope) => client.call('waits.nodes', scope),
    };
  }

  #eventStore(): EventStore {
    const client = this.#client;
    return {
      add: (event, at) => client.call('events.add', event, at),
      pending: (nodeId) => client.call('events.pending', nodeId),
      claim: (id) => client.call('events.claim', this.#owner, id),
      finish: (id, at) => client.call('events.finish', id, at),
    };
  }

  #collectionStore(): CollectionStore {
    const client = this.#client;
    return {
      open: (name, settings) => client.call('collections.open', name, settings),
      list: () => client.call('collections.list'),
      state: (id) => client.call('collections.state', id),
      append: (id, block, most, at) => client.call('collections.append', id, block, most, at),
      flush: (id) => client.call('collections.flush', id),
      reject: (id, items, most, at) => client.call('collections.reject', id, items, most, at),
      kept: (id, kind, after, limit) => client.call('collections.kept', id, kind, after, limit),
      requeue: async (id, at) => {
        let requeued = 0;
        for (;;) {
          const done = await client.call('collections.requeue', id, keptLimit, at);
          requeued += done;
          if (done < keptLimit) break;
        }
        return { requeued, replaced: await client.call('collections.replaced', id) };
      },
      discardKept: async (id, kind) => {
        const last = await client.call('collections.lastKept', id, kind);
        if (last === undefined) return 0;
        let discarded = 0;
        for (;;) {
          const done = await client.call('collections.discardKept', id, kind, last, keptLimit);
          discarded += done;
          if (done < keptLimit) return discarded;
        }
      },
      discardWaiting: (id) => client.call('collections.discardWaiting', id),
    };
  }

  #batchStore(): BatchStore {
    const client = this.#client;
    const owner = this.#owner;
    return {
      begin: (collectionId, batch, at) => client.call('batches.begin', owner, collectionId, batch, at),
      find: (id) => client.call('batches.find', owner, id),
      unfinished: () => client.call('batches.unfinished', owner),
      changeSettings: (id, settings) => client.call('batches.changeSettings', owner, id, settings),
      distribute: (id, mostBytes) => client.call('batches.distribute', id, mostBytes),
      partition: (id, partition) => client.call('batches.partition', id, partition),
      fill: (id, partition, pieces, failed, newest, at) =>
        client.call('batches.fill', id, partition, pieces, failed, newest, at),
      sealed: (id) => client.call('batches.sealed', owner, id),
      take: (id, nodeId) => client.call('batches.take', owner, id, nodeId),
      untake: (id) => client.call('batches.untake', owner, id),
      requests: (id) => client.call('batches.requests', id),
      pieces: (id, number, after, mostBytes) => client.call('batches.pieces', id, number, after, mostBytes),
      split: (id, number) => client.call('batches.split', id, number),
      withhold: (id, number, reason, at) => client.call('batches.withhold', id, number, reason, at),
      endRequest: async (id, number, failure, outcome, at) => {
        for (let isMore = true; isMore; ) {
          const { reasons, upTo } = await this.#reasonsOf(id, number, failure);
          isMore = await client.call('batches.letGo', id, number, reasons, upTo, outcome, letGoBytes, at);
        }
      },
      failures: (id, limit) => client.call('batches.failures', id, limit),
      end: (id, outcome, at) => client.call('batches.end', id, outcome, at),
      outcomes: (collectionId) => client.call('batches.outcomes', collectionId),
      claimOutcome: (id) => client.call('batches.claimOutcome', owner, id),
      finishOutcome: (id) => client.call('batches.finishOutcome', id),
    };
  }

  /** The reasons for the first pieces of a request, up to a position: all of them may be too many to be sent again and again. */
  async #reasonsOf(
    id: string,
    number: number,
    failure: RequestFailure | undefined,
  ): Promise<{ readonly reasons: Reasons | undefined; readonly upTo: number }> {
    const all = { upTo: Number.MAX_SAFE_INTEGER };
    if (failure === undefined) return { ...all, reasons: undefined };
    if ('all' in failure) return { ...all, reasons: failure.all };
    const first = await this.#client.call('batches.firstKeys', id, number);
    if (first === undefined) return { ...all, reasons: undefined };
    const reasons = new Map<string, string>();
    for (const key of first.keys.split('\n')) {
      const reason = failure.keys.get(key);
      if (reason !== undefined) reasons.set(key, reason);
    }
    return { reasons, upTo: first.position };
  }
}

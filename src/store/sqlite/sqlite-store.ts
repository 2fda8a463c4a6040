/**
 * The store in a SQLite file, in the words of the interface.
 */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { EventStore, JobStore, RequestStore, SlotStore, Store, WaitStore } from '../store.ts';
import { StoreClient } from './client.ts';
import { type MachineClock, machineClock } from './machine-clock.ts';
import { type Migrations, migrations } from './schema.ts';

/** Rows that one transaction prunes at most, so that nobody waits long for it. */
const pruneLimit = 1_000;

/** What may differ in tests. */
export interface SqliteStoreOptions {
  /** Clocks by which slots are dated. */
  readonly clock?: MachineClock;
  /** The steps to the schema. */
  readonly migrations?: Migrations;
  /** Pages that the file may have. */
  readonly maxPages?: number;
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
  readonly #client: StoreClient;
  /** Tells what this very store has begun or claimed from what a former process has. */
  readonly #owner = randomUUID();

  constructor(file: string, options: SqliteStoreOptions = {}) {
    const settings = {
      file: resolve(file),
      migrations: options.migrations ?? migrations,
      ...(options.maxPages !== undefined && { maxPages: options.maxPages }),
    };
    this.#client = new StoreClient(settings, options.after);
    this.slots = this.#slotStore(options.clock ?? machineClock);
    this.requests = this.#requestStore();
    this.jobs = this.#jobStore();
    this.waits = this.#waitStore();
    this.events = this.#eventStore();
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

  #slotStore(clock: MachineClock): SlotStore {
    const client = this.#client;
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
      accepted: (id, jobId, at) => client.call('requests.accepted', id, jobId, at),
      failed: (id, outcome, at) => client.call('requests.failed', id, outcome, at),
      abandoned: (scope, at) => client.call('requests.abandoned', this.#owner, scope, at),
    };
  }

  #jobStore(): JobStore {
    const client = this.#client;
    return {
      follow: (scope, jobId, at) => client.call('jobs.follow', scope, jobId, at),
      unfinished: (scope) => client.call('jobs.unfinished', scope),
      find: (scope, jobId) => client.call('jobs.find', scope, jobId),
      keys: async (requestId) => {
        const keys = await client.call('jobs.keys', requestId);
        return keys === undefined ? undefined : JSON.parse(keys);
      },
      end: (scope, jobId, run, end) => client.call('jobs.end', scope, jobId, run, end),
      restarted: (scope, jobId, newJobId, at, formerStop) =>
        client.call('jobs.restarted', scope, jobId, newJobId, at, formerStop),
      newer: (scope, jobId) => client.call('jobs.newer', scope, jobId),
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
}

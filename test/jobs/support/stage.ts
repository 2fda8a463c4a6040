/**
 * A local Connect, a store and a tracker, without Node-RED.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, type Connection, ConnectionRegistry } from '../../../src/connection/index.ts';
import type { ImportName } from '../../../src/contract/index.ts';
import { type JobOutcome, JobTracker, outcomeOf } from '../../../src/jobs/index.ts';
import { keysOfItem, type PrepareOptions, preparation, prepare } from '../../../src/prepare/index.ts';
import { type AcceptedRequest, type FailedItems, jobEnds, sendRequests } from '../../../src/sending/index.ts';
import { Simulator, type SimulatorOptions } from '../../../src/simulator/index.ts';
import { processStore, type Store } from '../../../src/store/index.ts';

/** What differs between one stage and another. */
export interface StageOptions extends SimulatorOptions {
  /** Milliseconds that stand for a minute, for both sides. Default: 1200. */
  readonly minute?: number;
  /** How long a job may run until it is given up, in minutes. Default: 1440. */
  readonly longestRun?: number;
  /** How long an attempt may take, in minutes. Default: 10. */
  readonly timeout?: number;
  /** How long a call goes on trying, in minutes. Default: 60. */
  readonly deadline?: number;
  /** Default: the machine's own. */
  readonly clock?: Clock;
  /** Default: a folder of its own, removed at the end. */
  readonly folder?: string;
}

/** What came of a message. */
export interface Sent {
  readonly accepted: readonly AcceptedRequest[];
  readonly failed: readonly FailedItems[];
}

const never = new AbortController().signal;

/** A stock record. */
export function stockItem(number: number, more: object = {}): Record<string, unknown> {
  return { PartNo: `P${number}`, WarehouseCode: 'W', LocationCode: 'L', OnhandValue: number, ...more };
}

/** Everything that jobs need, running. */
export class Stage {
  readonly simulator: Simulator;
  readonly folder: string;
  readonly minute: number;
  readonly #options: StageOptions;
  #store: Store | undefined;
  #registry: ConnectionRegistry | undefined;
  #tracker: JobTracker | undefined;
  #connection: Connection | undefined;
  #leave: () => void = () => undefined;

  private constructor(simulator: Simulator, folder: string, options: StageOptions) {
    this.simulator = simulator;
    this.folder = folder;
    this.minute = options.minute ?? 1200;
    this.#options = options;
    this.open();
  }

  static async start(options: StageOptions = {}): Promise<Stage> {
    const {
      minute = 1200,
      folder,
      clock: _clock,
      longestRun: _longestRun,
      deadline: _deadline,
      timeout: _timeout,
      ...simulatorOptions
    } = options;
    const simulator = await Simulator.start({
      timeScale: 60_000 / minute,
      mood: 'kind',
      ...simulatorOptions,
    });
    return new Stage(simulator, folder ?? (await mkdtemp(join(tmpdir(), 'norce-jobs-'))), options);
  }

  /** Opens our side, as a started process does. */
  open(): void {
    const { minute } = this;
    this.#store = processStore(join(this.folder, 'store.sqlite'));
    const { clock } = this.#options;
    this.#registry = new ConnectionRegistry({ minute, ...(clock === undefined ? {} : { clock }) });
    this.#tracker = new JobTracker({
      store: this.#store,
      clock: this.#registry.clock,
      minute,
      random: Math.random,
      keysOf: (name) => (row) => keysOfItem(name as ImportName, row),
    });
    this.#connection = this.acquire();
    this.join();
  }

  /** A connection to the local Connect. */
  acquire(clientSecret = 'simulator-secret'): Connection {
    const { minute } = this;
    const { connectUrl, tokenUrl } = this.simulator;
    const settings = {
      customer: 'acme',
      addresses: { connectUrl, tokenUrl },
      clientId: 'simulator',
      clientSecret,
      scope: 'playground',
      requestsPerMinute: 60,
      timeout: minute * (this.#options.timeout ?? 10),
      deadline: minute * (this.#options.deadline ?? 60),
    };
    return (this.#registry as ConnectionRegistry).acquire(settings, this.store.slots);
  }

  /** Has jobs followed over the connection, as its config node does when it is made. */
  join(connection = this.connection): void {
    this.#leave = this.tracker.join(connection, (this.#options.longestRun ?? 1440) * this.minute);
  }

  /** Takes the last connection that was joined away from the tracker, as a config node does that is closed. */
  leave(): void {
    this.#leave();
  }

  /** Closes all connections, as the beginning of the end of a process does. */
  async closeConnections(): Promise<void> {
    await this.#registry?.close();
  }

  /** Closes our side, as an ending process does. */
  async shut(): Promise<void> {
    this.tracker.close();
    await this.closeConnections();
    await this.store.close();
  }

  get store(): Store {
    return this.#store as Store;
  }

  get tracker(): JobTracker {
    return this.#tracker as JobTracker;
  }

  get connection(): Connection {
    return this.#connection as Connection;
  }

  /** Sends items as one message. */
  async send(
    items: readonly unknown[],
    name: ImportName = 'import-onhands',
    options: Partial<PrepareOptions> = {},
  ): Promise<Sent> {
    const plan = preparation({
      import: name,
      accountId: 10_000,
      fullFile: false,
      fields: 'carried',
      clear: {},
      switches: {},
      unknownProperties: 'reject',
      maximumItems: 1000,
      maximumBytes: 10_000_000,
      ...options,
    });
    const { requests, rejected } = await prepare(items, plan);
    if (rejected.length > 0) throw new Error(JSON.stringify(rejected[0]?.errors));
    const accepted: AcceptedRequest[] = [];
    const failed: FailedItems[] = [];
    const { store, tracker, connection } = this;
    const ledger = { store, tracker, clock: (this.#registry as ConnectionRegistry).clock };
    await sendRequests(
      requests,
      {
        connection,
        import: name,
        repeatable: !plan.options.fullFile,
        signal: never,
        nodeId: 'node',
        ledger,
        jobEnded: jobEnds(ledger, connection),
      },
      {
        accepted: (request) => accepted.push(request),
        failed: (items) => failed.push(items),
        progress: () => undefined,
      },
    );
    return { accepted, failed };
  }

  /** Sends items that make one request; gives back the id of its job. */
  async job(
    items: readonly unknown[],
    name?: ImportName,
    options?: Partial<PrepareOptions>,
  ): Promise<string> {
    const { accepted, failed } = await this.send(items, name, options);
    const [first, ...others] = accepted;
    if (first === undefined || others.length > 0)
      throw new Error(`${accepted.length} jobs, ${failed[0]?.error}`);
    return first.jobId;
  }

  /** How a job ended, as the tracker tells it. */
  async outcome(jobId: string): Promise<JobOutcome> {
    return outcomeOf(await this.tracker.ended(this.connection.scope, jobId, never));
  }

  /** Requests of a job operation, such as `/Job/Get`, so far. */
  count(operation: string): number {
    return this.simulator.requests.filter(
      ({ path }) => path.includes(`${operation}?`) || path.endsWith(operation),
    ).length;
  }

  async end(): Promise<void> {
    await this.shut();
    await this.simulator.close();
    if (this.#options.folder === undefined) await rm(this.folder, { recursive: true, force: true });
  }
}

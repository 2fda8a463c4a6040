/**
 * A local Norce Connect: everything that has to do with sending runs and is tested on it, without an account.
 */
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConnectError } from '../errors.ts';
import { Catalogue } from './catalogue/catalogue.ts';
import { FaultQueue } from './faults.ts';
import { connectPath, FrontDoor, tokenPath } from './front-door.ts';
import type { Job } from './job.ts';
import { jobStatus } from './job.ts';
import type { LogRows } from './job-board.ts';
import { JobBoard, twoWeeks } from './job-board.ts';
import type { Mood } from './job-plan.ts';
import { RequestLimit } from './limit.ts';
import { OutcomeRules } from './outcomes.ts';
import type { Readings } from './readings.ts';
import { defaultReadings } from './readings.ts';
import type { RecordedRequest } from './recorded-request.ts';
import { ScaledTime } from './scaled-time.ts';
import type { SimulatorClient, TokenRequest } from './tokens.ts';
import { TokenIssuer } from './tokens.ts';
import type { EventDelivery, EventDisorder, WebhookTarget } from './webhooks.ts';
import { Webhooks } from './webhooks.ts';

/** How the simulator behaves; each default is given. */
export interface SimulatorOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /**
   * Default `hostile`: jobs run side by side, in any order, after random delays, among foreign ones, and
   * their logs are poor. `kind`: one after another, quickly, with full logs.
   */
  readonly mood?: Mood;
  /** How many times faster than real time minutes, tokens, jobs and retention pass. Default 1. */
  readonly timeScale?: number;
  /** Requests per minute, default 60; Infinity switches the limit off. */
  readonly requestLimit?: number;
  /** Whether a 429 carries Retry-After, in whole real seconds. Default true. */
  readonly retryAfter?: boolean;
  /** Default: one, {@link defaultClient}. */
  readonly clients?: readonly SimulatorClient[];
  /** Seconds, before scaling. Default 3600. */
  readonly tokenLifetime?: number;
  /** Real milliseconds added before each answer, random between the two. Default none. */
  readonly latency?: { readonly minimum: number; readonly maximum: number };
  /** Bytes of the largest body taken; a larger one gets 413. Default 100 MB. */
  readonly bodyLimit?: number;
  /** Default Math.random. */
  readonly random?: () => number;
  /** What the documents leave open; the rest stays at {@link defaultReadings}. */
  readonly readings?: Partial<Readings>;
  /** ImportedRow in the log rows of warnings and errors. Default `random` when hostile, `full` when kind. */
  readonly logRows?: LogRows;
  /** Seconds, before scaling, from a job's end until the log clean-up takes it. Default two weeks. */
  readonly jobRetention?: number;
  /** Where events go, by type, such as `JobCompletedEvent`. Default: all types are switched off. */
  readonly webhooks?: Readonly<Record<string, WebhookTarget>>;
  /** How badly events arrive. Default: some of each chance when hostile, none when kind. */
  readonly eventDisorder?: Partial<EventDisorder>;
  /** Seconds, before scaling, in which the receiver of an event must answer. Default 5. */
  readonly eventTimeout?: number;
}

/** The client that the simulator knows unless told otherwise. */
export const defaultClient: SimulatorClient = { id: 'simulator', secret: 'simulator-secret' };

const millisecondsPerMinute = 60_000;
const defaultBodyLimit = 100_000_000;
const defaultTokenLifetime = 3600;
const defaultRequestLimit = 60;
const defaultEventTimeout = 5;
const jobCompleted = 'JobCompletedEvent';
/** What events call the customer and the application. */
const customer = { ClientId: 1017, ApplicationId: 1042 } as const;
const disorders: Readonly<Record<Mood, EventDisorder>> = {
  hostile: { twice: 0.1, late: 0.2, swapped: 0.1, early: 0.05 },
  kind: { twice: 0, late: 0, swapped: 0, early: 0 },
};
const parallelEvents: Readonly<Record<Mood, number>> = { hostile: 8, kind: 1 };

/** A running simulator. */
export class Simulator {
  /** Address of the server, without a trailing slash. */
  readonly url: string;
  /** Base address of Connect. */
  readonly connectUrl: string;
  /** Address of the token endpoint. */
  readonly tokenUrl: string;
  readonly catalogue: Catalogue;
  readonly faults: FaultQueue;
  /** Rules for what becomes of items and jobs. */
  readonly outcomes = new OutcomeRules();
  /** Addresses of events, and what became of each event. */
  readonly webhooks: Webhooks;
  readonly #requests: RecordedRequest[] = [];
  readonly #server: Server;
  readonly #board: JobBoard;
  readonly #tokens: TokenIssuer;
  readonly #limit: RequestLimit;

  private constructor(server: Server, host: string, options: SimulatorOptions) {
    const { port } = server.address() as AddressInfo;
    const timeScale = options.timeScale ?? 1;
    const mood = options.mood ?? 'hostile';
    const random = options.random ?? Math.random;
    const readings = { ...defaultReadings, ...options.readings };
    const minute = millisecondsPerMinute / timeScale;
    const now = (): number => performance.now();
    this.url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    this.connectUrl = this.url + connectPath;
    this.tokenUrl = this.url + tokenPath;
    this.catalogue = new Catalogue(readings);
    this.faults = new FaultQueue(tokenPath);
    this.#server = server;
    this.webhooks = new Webhooks({
      targets: options.webhooks ?? {},
      disorder: { ...disorders[mood], ...options.eventDisorder },
      parallel: parallelEvents[mood],
      timeScale,
      timeout: (options.eventTimeout ?? defaultEventTimeout) * 1000,
      random,
    });
    this.#board = new JobBoard({
      catalogue: this.catalogue,
      readings,
      outcomes: this.outcomes,
      mood,
      logRows: options.logRows ?? (mood === 'hostile' ? 'random' : 'full'),
      retention: options.jobRetention === undefined ? twoWeeks : options.jobRetention * 1000,
      time: new ScaledTime(timeScale),
      random,
      announce: ({ id, status }, early) =>
        this.webhooks.announce(jobCompleted, { ...customer, JobId: id, StatusId: status }, early),
      isEarly: () => this.webhooks.drawEarly(jobCompleted),
    });
    this.#tokens = new TokenIssuer({
      clients: options.clients ?? [defaultClient],
      lifetime: ((options.tokenLifetime ?? defaultTokenLifetime) * 1000) / timeScale,
      minute,
      now,
    });
    const limit = options.requestLimit ?? defaultRequestLimit;
    this.#limit = new RequestLimit({ limit, window: minute, minute: readings.minute, now });
    const door = new FrontDoor({
      simulator: this,
      board: this.#board,
      tokens: this.#tokens,
      limit: this.#limit,
      faults: this.faults,
      record: (request) => this.#requests.push(request),
      bodyLimit: options.bodyLimit ?? defaultBodyLimit,
      retryAfter: options.retryAfter ?? true,
      latency: options.latency ?? { minimum: 0, maximum: 0 },
      random,
    });
    server.on('request', (request, response) => void door.handle(request, response));
  }

  /**
   * Starts a simulator.
   * @throws {ConnectError} `PORT_IN_USE`, `SIMULATOR_NOT_STARTED` with the cause, or `WEBHOOK_ADDRESS_INVALID`.
   */
  static async start(options: SimulatorOptions = {}): Promise<Simulator> {
    const host = options.host ?? '127.0.0.1';
    const port = options.port ?? 0;
    const server = createServer({ keepAliveTimeout: millisecondsPerMinute, requestTimeout: 0 });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => reject(startError(error, host, port)));
      server.listen(port, host, resolve);
    });
    server.removeAllListeners('error');
    try {
      return new Simulator(server, host, options);
    } catch (error) {
      server.close();
      throw error;
    }
  }

  /** Every request to Connect since the start or the last reset, in order of arrival. */
  get requests(): readonly RecordedRequest[] {
    return this.#requests;
  }

  /** Every request at the token endpoint, in order of arrival. */
  get tokenRequests(): readonly TokenRequest[] {
    return this.#tokens.requests;
  }

  /** All jobs, oldest first, foreign ones among them. */
  get jobs(): readonly Job[] {
    return this.#board.jobs;
  }

  /** All tokens issued so far stop working. */
  revokeTokens(): void {
    this.#tokens.revokeAll();
  }

  /** Gives a client a new secret. */
  changeSecret(clientId: string, secret: string): void {
    this.#tokens.changeSecret(clientId, secret);
  }

  /** Sends an event of any type; undefined, and nothing is tracked, while the type has no address. */
  sendEvent(type: string, body: unknown): EventDelivery | undefined {
    return this.webhooks.send(type, body);
  }

  /**
   * Adds jobs of other systems of the customer to Job/List, and announces their end.
   * @param status 2, 3 or 4: they have ended; any other number: they run until {@link endJob}.
   */
  addForeignJobs(count: number, status: number = jobStatus.succeeded): readonly Job[] {
    return this.#board.addForeignJobs(count, status);
  }

  /**
   * Ends a job that waits or runs, at once; what it has not yet written is left out.
   * @throws {ConnectError} `JOB_NOT_RUNNING` when it has ended or is unknown.
   */
  endJob(jobId: number, status: number): void {
    this.#board.endJob(jobId, status);
  }

  /** Job/List and Job/Get no longer know the job, as after the log clean-up; if it runs, it runs on. */
  forget(jobId: number): void {
    this.#board.forget(jobId);
  }

  /** Resolves when no job waits or runs, but for those that never end. */
  settled(): Promise<void> {
    return this.#board.settled();
  }

  /**
   * Empties catalogue, jobs, requests, events, faults, outcome rules and the request limit; tokens stay valid,
   * and the addresses of events stay set.
   */
  async reset(): Promise<void> {
    await this.#board.clear();
    await this.webhooks.clear();
    this.outcomes.clear();
    this.catalogue.clear();
    this.faults.clear();
    this.#limit.clear();
    this.#requests.length = 0;
    this.#tokens.requests.length = 0;
  }

  /** Stops jobs and events, breaks connections and frees the port. */
  async close(): Promise<void> {
    await this.#board.clear();
    await this.webhooks.close();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}

function startError(cause: NodeJS.ErrnoException, host: string, port: number): ConnectError {
  return cause.code === 'EADDRINUSE'
    ? new ConnectError('PORT_IN_USE', `Port ${port} of ${host} is taken by another program.`, { cause })
    : new ConnectError('SIMULATOR_NOT_STARTED', `The simulator cannot listen on ${host}:${port}.`, { cause });
}

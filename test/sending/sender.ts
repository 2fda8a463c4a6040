/**
 * Sends one stock record to a simulator through a connection of its own, and says in a few words how it ended.
 */
import { setImmediate } from 'node:timers/promises';
import { type Connection, ConnectionRegistry } from '../../src/connection/index.ts';
import { preparation, prepare } from '../../src/prepare/index.ts';
import { type AcceptedRequest, type FailedItems, sendRequests } from '../../src/sending/index.ts';
import { defaultClient, Simulator } from '../../src/simulator/index.ts';
import { type OwnLedger, ownLedger } from './own-ledger.ts';

/** Milliseconds that stand for a minute. */
const minute = 300;
const item = { PartNo: 'A', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 5 };

/** How a request ended. */
export interface Ending {
  /**
   * `accepted`, or `accepted, perhaps twice`; else code and outcome, such as `BAD_REQUEST, not sent`.
   */
  readonly told: string;
  /** The job that was named. */
  readonly jobId: number | undefined;
}

/** A simulator with a sender. */
export class Sender {
  readonly simulator: Simulator;
  readonly connection: Connection;
  readonly #registry: ConnectionRegistry;
  readonly #own: OwnLedger;

  private constructor(simulator: Simulator, deadline: number, own: OwnLedger) {
    this.simulator = simulator;
    this.#own = own;
    this.#registry = new ConnectionRegistry({ minute });
    this.connection = this.#registry.acquire({
      customer: 'acme',
      addresses: { connectUrl: simulator.connectUrl, tokenUrl: simulator.tokenUrl },
      clientId: defaultClient.id,
      clientSecret: defaultClient.secret,
      scope: 'playground',
      requestsPerMinute: 60,
      timeout: 250,
      deadline,
    });
  }

  /** @param deadline milliseconds for all attempts of a request. */
  static async start(deadline: number): Promise<Sender> {
    const timeScale = 60_000 / minute;
    const simulator = await Simulator.start({ mood: 'kind', timeScale, requestLimit: 60 });
    return new Sender(simulator, deadline, await ownLedger());
  }

  /** Sends the record, as a change or as a full feed. */
  async send(feed: 'change' | 'full'): Promise<Ending> {
    const fullFile = feed === 'full';
    const plan = preparation({
      import: 'import-onhands',
      accountId: 10_000,
      fullFile,
      fields: 'carried',
      clear: {},
      switches: {},
      unknownProperties: 'reject',
      maximumItems: 1000,
      maximumBytes: 1_000_000,
    });
    const { requests } = await prepare([item], plan);
    const accepted: AcceptedRequest[] = [];
    const failed: FailedItems[] = [];
    await sendRequests(
      requests,
      {
        connection: this.connection,
        import: 'import-onhands',
        repeatable: !fullFile,
        signal: new AbortController().signal,
        nodeId: 'node',
        ledger: this.#own.ledger,
        jobEnded: async () => ({ result: 'succeeded' }),
      },
      {
        accepted: (request) => void accepted.push(request),
        failed: (items) => void failed.push(items),
        progress: () => undefined,
      },
    );
    if (accepted.length + failed.length !== 1) throw new Error('The request did not end once.');
    const told = [
      ...accepted.map(
        ({ perhapsReceivedBefore }) => `accepted${perhapsReceivedBefore ? ', perhaps twice' : ''}`,
      ),
      ...failed.map(({ error, outcome }) => `${error.code}, ${outcome}`),
    ];
    const jobId = accepted[0]?.jobId;
    return { told: String(told), jobId: jobId === undefined ? undefined : Number(jobId) };
  }

  /** Jobs that hold the record. */
  get jobs(): readonly number[] {
    return this.simulator.jobs.map((job) => job.id);
  }

  /** Sends the record, and waits until a condition holds or the sending is over. */
  async sendUntil(condition: () => boolean): Promise<{ readonly ending: Promise<Ending> }> {
    let isOver = false;
    const ending = this.send('change').finally(() => {
      isOver = true;
    });
    while (!isOver && !condition()) await setImmediate();
    return { ending };
  }

  async stop(): Promise<void> {
    await this.#registry.close();
    await this.simulator.close();
    await this.#own.end();
  }
}

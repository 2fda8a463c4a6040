/**
 * Takes batches and sends them. It lives as long as the process: nodes that took a batch may go, and the connection
 * may be replaced, while it is under way.
 */
import type { Connection } from '../connection/index.ts';
import { ConnectError } from '../errors.ts';
import type { Batch, Scope } from '../store/index.ts';
import { withCode } from './batch-failure.ts';
import { type BatchListener, BatchRun } from './batch-run.ts';
import type { SendingState } from './batch-summary.ts';
import type { Ledger } from './ledger-entry.ts';
import { Ways } from './ways.ts';

/** What a sender needs from outside. */
export interface BatchSenderOptions {
  readonly ledger: Ledger;
  /** Length of a minute in milliseconds. */
  readonly minute: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Who takes a batch. */
export interface Taker {
  readonly scope: Scope;
  /** Name of the import that it carries out. */
  readonly import: string;
  readonly nodeId: string;
  /** Of the config node whose connection is to be used. */
  readonly connectionId: string;
}

/** The batches of one store. */
export class BatchSender {
  readonly #options: BatchSenderOptions;
  readonly #ways: Ways;
  readonly #runs = new Map<string, BatchRun>();
  /** Batches that the store is being asked for. */
  readonly #taking = new Set<string>();
  readonly #listeners = new Set<() => void>();

  constructor(options: BatchSenderOptions) {
    this.#options = options;
    this.#ways = new Ways(options.ledger.clock, options.minute);
  }

  /**
   * Batches of a connection's Connect may go over it, until the function that is returned is called. Without any
   * connection they wait. Not for connections over which nothing is to be sent.
   *
   * @param connectionId of the config node: its successor has the same
   */
  join(connection: Connection, connectionId: string): () => void {
    return this.#ways.join(connection, connectionId);
  }

  /**
   * Takes a batch and begins to send it. Everything after that is told to the listener.
   *
   * @throws ConnectError `BATCH_TAKEN`, `BATCH_DONE`, `BATCH_UNKNOWN`, `BATCH_OTHER_IMPORT`,
   *   `BATCH_OTHER_CONNECTION`, `STORE_…`: the batch is as it was
   */
  async take(id: string, taker: Taker, listener: BatchListener): Promise<void> {
    const { batches } = this.#options.ledger.store;
    const found = await batches.find(id);
    if (found === undefined) throw refusal(id, 'unknown');
    if (found.scope !== taker.scope) {
      const text = `The batch is for ${found.scope}, and this node's connection leads to ${taker.scope}.`;
      throw new ConnectError('BATCH_OTHER_CONNECTION', text);
    }
    if (found.import !== taker.import) {
      const text = `The batch is for ${found.import}, and this node carries out ${taker.import}.`;
      throw new ConnectError('BATCH_OTHER_IMPORT', text);
    }
    if (this.#taking.has(id) || this.#runs.has(id)) throw refusal(id, 'taken');
    this.#taking.add(id);
    try {
      const taken = await batches.take(id, taker.nodeId);
      // Taken by this process, but not sent by it: the store took it and failed before it could say so.
      const isOrphan = taken === 'taken' && found.takenBy?.here === true;
      if (typeof taken === 'string' && !isOrphan) throw refusal(id, taken);
      this.#send(typeof taken === 'string' ? found : taken, taker, listener);
    } finally {
      this.#taking.delete(id);
    }
  }

  /** How a batch stands; undefined where this process does not send it. */
  sendingOf(id: string): SendingState | undefined {
    return this.#runs.get(id)?.state;
  }

  /** Hears that a batch has been taken, goes on or has ended, until the function that is returned is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #send(batch: Batch, { nodeId, connectionId }: Taker, listener: BatchListener): void {
    const run = new BatchRun({
      ...this.#options,
      batch,
      nodeId,
      listener,
      way: () => this.#ways.find(batch.scope, connectionId),
      pause: (minutes, isWoken) => this.#ways.pause(minutes, isWoken),
      changed: () => this.#tell(),
    });
    this.#runs.set(batch.id, run);
    void this.#follow(batch.id, run, listener);
    this.#tell();
  }

  async #follow(id: string, run: BatchRun, listener: BatchListener): Promise<void> {
    try {
      await run.run();
    } catch (thrown) {
      const { code, message } = withCode(thrown);
      // The process ends, and the next one takes the batch again. Anything else is a fault of this program.
      if (code !== 'STORE_CLOSED')
        listener.warning(code, `Batch ${id} cannot be sent at present: ${message}`);
    } finally {
      this.#runs.delete(id);
      this.#tell();
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function refusal(id: string, why: 'taken' | 'ended' | 'unknown'): ConnectError {
  switch (why) {
    case 'taken':
      return new ConnectError(
        'BATCH_TAKEN',
        `Batch ${id} is being sent already; this copy of it is not needed.`,
      );
    case 'ended':
      return new ConnectError('BATCH_DONE', `Batch ${id} has been sent, and its jobs have ended.`);
    case 'unknown':
      return new ConnectError('BATCH_UNKNOWN', `No batch ${id} waits to be sent here.`);
  }
}

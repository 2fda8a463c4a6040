/**
 * The side of a store that callers see: sends calls to the store's thread, and starts that anew when it has died.
 */
import { Worker } from 'node:worker_threads';
import { ConnectError } from '../../errors.ts';
import { transferable } from '../../transferable.ts';
import type { Answer, CallMessage, CloseMessage, WorkerSettings } from './messages.ts';
import type { OperationArguments, OperationName, OperationResult } from './operations/index.ts';

/** How long closing may take in milliseconds; then the thread is ended, whatever it does. */
const closingLimit = 9_000;

// The sources run as they are, the package from what was built of them.
const workerFile = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** Garbage of what goes through it is collected early. There is no limit to what it may hold. */
const resourceLimits = { maxYoungGenerationSizeMb: 8 };

interface PendingCall {
  readonly id: number;
  resolve(result: unknown): void;
  reject(error: ConnectError): void;
}

function errorOf(
  file: string,
  code: string,
  text: string,
  retryable: boolean,
  cause?: unknown,
): ConnectError {
  return new ConnectError(code, `The store ${file} ${text}.`, { retryable, cause, details: { file } });
}

/** A thread at work on one file. */
export class StoreClient {
  readonly #settings: WorkerSettings;
  readonly #begin: Promise<unknown>;
  /**
   * Answered in the order in which they were sent. No map: inside, a map of a few entries is made anew every few calls,
   * and an old one that the garbage collector has not met yet keeps all later ones alive, with what they held.
   */
  readonly #pending: PendingCall[] = [];
  #lastId = 0;
  #worker: Worker | undefined;
  #closed: Promise<void> | undefined;

  /** The thread is started once `begin` has settled. */
  constructor(settings: WorkerSettings, begin: Promise<unknown> = Promise.resolve()) {
    this.#settings = settings;
    this.#begin = begin.catch(() => undefined);
    void this.#begin.then(() => this.#running());
  }

  /** Whether it has been closed, or is being closed. */
  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** Has an operation carried out; resolves when what it has done is on disk. Bytes that it is given are handed over. */
  call<Name extends OperationName>(
    operation: Name,
    ...values: OperationArguments<Name>
  ): Promise<OperationResult<Name>> {
    return this.#send(operation, values) as Promise<OperationResult<Name>>;
  }

  /** Resolves when the file is open. */
  async ready(): Promise<void> {
    await this.#send('ready', []);
  }

  /** Finishes what has been asked for, and ends the thread. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #send(operation: CallMessage['operation'], values: readonly unknown[]): Promise<unknown> {
    if (this.isClosed) throw errorOf(this.#settings.file, 'STORE_CLOSED', 'has been closed', false);
    await this.#begin;
    const worker = this.#running();
    this.#lastId += 1;
    const message: CallMessage = { id: this.#lastId, operation, arguments: values };
    worker.postMessage(message, transferable(message));
    return new Promise((resolve, reject) => {
      this.#pending.push({ id: message.id, resolve, reject });
      // The process does not end before the answer is there.
      worker.ref();
    });
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(workerFile, { workerData: this.#settings, name: 'store', resourceLimits });
    let failure: unknown;
    worker.on('message', (answers: readonly Answer[]) => this.#settle(worker, answers));
    worker.on('error', (error) => {
      failure = error;
    });
    worker.on('exit', () => this.#lost(worker, failure));
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #settle(worker: Worker, answers: readonly Answer[]): void {
    for (const answer of answers) {
      const place = this.#pending.findIndex(({ id }) => id === answer.id);
      const [call] = place < 0 ? [] : this.#pending.splice(place, 1);
      if ('error' in answer) {
        const { code, message, ...options } = answer.error;
        call?.reject(new ConnectError(code, message, options));
      } else {
        call?.resolve(answer.result);
      }
    }
    if (this.#pending.length === 0 && !this.isClosed) worker.unref();
  }

  #lost(worker: Worker, cause: unknown): void {
    if (this.#worker === worker) this.#worker = undefined;
    const text = 'has lost its thread; it is opened anew with the next call';
    const error = errorOf(this.#settings.file, 'STORE_FAILED', text, true, cause);
    for (const call of this.#pending.splice(0)) call.reject(error);
  }

  async #end(): Promise<void> {
    await this.#begin;
    const worker = this.#worker;
    if (worker === undefined) return;
    const exit = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.ref();
    const message: CloseMessage = { close: true };
    worker.postMessage(message);
    const limit = setTimeout(() => void worker.terminate(), closingLimit);
    await exit;
    clearTimeout(limit);
  }
}

/**
 * The side of the merging thread that callers see: starts it when it is needed, and lets it end when it is not.
 */
import { type ResourceLimits, Worker } from 'node:worker_threads';
import { ConnectError } from '../../errors.ts';
import { transferable } from '../../transferable.ts';
import type { Cut, CutJob, Joined, JoinJob } from '../feeds/parts.ts';
import type { Merged, MergeJob } from './merge.ts';
import type { MergeAnswer, MergeCall, Work } from './messages.ts';

/** How long a thread waits in milliseconds for something to do, before it ends and gives its memory back. */
const defaultIdleTime = 30_000;

/** One that has merged so many bytes has grown: it does not wait beside the batch that is being sent. */
const grownBytes = 16 * 1024 * 1024;
const grownIdleTime = 100;

/**
 * Without limits a thread lets its garbage grow to several times of what it holds. Under these it merges partitions
 * of the usual size in about 20 MB of memory, and has room for all others that it is given, see `bounds.ts`.
 */
const memory = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 256 };

/**
 * A partition of more bytes has a thread of its own, without limits: a partition cannot be divided any further
 * where most of what was collected is about one record.
 */
const largestOrdinary = 16 * 1024 * 1024;

// The sources run as they are, the package from what was built of them.
const workerFile = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

interface PendingCall {
  readonly worker: Worker;
  resolve(result: Merged | Joined | Cut): void;
  reject(error: ConnectError): void;
}

/** Merges what was collected, in a thread of its own. */
export class Merger implements Work {
  readonly #idleTime: number;
  readonly #pending = new Map<number, PendingCall>();
  #lastId = 0;
  #worker: Worker | undefined;
  /** Bytes that it has been given. */
  #given = 0;
  #idle: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  /** Those who have their turn or wait for it. */
  #turns = 0;

  constructor(idleTime = defaultIdleTime) {
    this.#idleTime = idleTime;
  }

  /**
   * Does some work after all that was given before has ended, so that what it reads, merges and writes is in memory
   * once in the process, and not once for each collection.
   */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#turns += 1;
    clearTimeout(this.#idle);
    const result = this.#turn.then(work);
    const ended = () => {
      this.#turns -= 1;
      this.#rest();
    };
    this.#turn = result.then(ended, ended);
    return result;
  }

  /**
   * Merges one partition, whose lines are handed over. The process does not end before the answer is there.
   *
   * @throws ConnectError `MERGE_FAILED` (retryable) when the thread dies; the next call starts a new one. What
   *   `preparation` throws where the options are not valid
   */
  merge(job: MergeJob): Promise<Merged> {
    return this.#perform('merge', job);
  }

  /** Joins one partition of a full feed, see `joinPartition`. @throws as {@link Merger.merge} */
  join(job: JoinJob): Promise<Joined> {
    return this.#perform('join', job);
  }

  /** Cuts one partition of a full feed, see `cutPartition`. @throws as {@link Merger.merge} */
  cut(job: CutJob): Promise<Cut> {
    return this.#perform('cut', job);
  }

  #perform<Name extends keyof Work>(work: Name, job: MergeCall['job']): ReturnType<Work[Name]> {
    clearTimeout(this.#idle);
    const isOrdinary = job.lines.length <= largestOrdinary;
    const worker = isOrdinary ? this.#running() : this.#started({});
    if (isOrdinary) this.#given += job.lines.length;
    this.#lastId += 1;
    const call: MergeCall = { id: this.#lastId, work, job };
    // The answer to a work is of its kind.
    return new Promise<Merged | Joined | Cut>((resolve, reject) => {
      worker.postMessage(call, transferable(call));
      this.#pending.set(call.id, { worker, resolve, reject });
      worker.ref();
    }) as ReturnType<Work[Name]>;
  }

  #running(): Worker {
    if (this.#worker === undefined) {
      this.#worker = this.#started(memory);
      this.#given = 0;
    }
    return this.#worker;
  }

  #started(resourceLimits: ResourceLimits): Worker {
    const worker = new Worker(workerFile, { name: 'merge', resourceLimits });
    let failure: unknown;
    worker.on('message', (answer: MergeAnswer) => this.#settle(answer));
    worker.on('error', (error) => {
      failure = error;
    });
    worker.on('exit', () => this.#lost(worker, failure));
    return worker;
  }

  #settle(answer: MergeAnswer): void {
    const call = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if ('error' in answer) {
      const { code, message, ...options } = answer.error;
      call?.reject(new ConnectError(code, message, options));
    } else {
      call?.resolve(answer.result);
    }
    if (call !== undefined && call.worker !== this.#worker) void call.worker.terminate();
    if (this.#pending.size === 0) this.#worker?.unref();
    this.#rest();
  }

  /** Lets the thread end where nothing is left to do and nothing comes. */
  #rest(): void {
    clearTimeout(this.#idle);
    if (this.#pending.size > 0 || this.#turns > 0) return;
    const time = this.#given > grownBytes ? Math.min(grownIdleTime, this.#idleTime) : this.#idleTime;
    this.#idle = setTimeout(() => this.#end(), time).unref();
  }

  #end(): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
  }

  #lost(worker: Worker, cause: unknown): void {
    if (this.#worker === worker) this.#worker = undefined;
    const text = 'The thread that merges collected items has ended; the next attempt starts a new one.';
    const error = new ConnectError('MERGE_FAILED', text, { retryable: true, cause });
    for (const [id, call] of this.#pending) {
      if (call.worker !== worker) continue;
      this.#pending.delete(id);
      call.reject(error);
    }
    this.#rest();
  }
}

/** The merger of this copy of the package; another copy may go by other rules, and has its own. */
export const merger = new Merger();

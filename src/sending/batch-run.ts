/**
 * Sends one batch, whatever happens meanwhile: it ends when each of its items is written or kept as failed.
 */
import { type Backoff, backoffDelay, type Progress } from '../connection/index.ts';
import type { ImportName } from '../contract/index.ts';
import type { ConnectError } from '../errors.ts';
import { isAnswer, outcomeOf } from '../jobs/index.ts';
import type { RequestHeader } from '../prepare/index.ts';
import type { Batch, BatchRequest } from '../store/index.ts';
import { endOfJob, endOfRefused, type RequestEnd } from './batch-end.ts';
import { type FailureVerdict, failureVerdict, isPerhapsTaken, withCode } from './batch-failure.ts';
import { type AcceptedBatchRequest, sendBatchRequest } from './batch-request.ts';
import { type BatchSummary, type SendingState, summaryOf } from './batch-summary.ts';
import { ForeignJobs } from './foreign-jobs.ts';
import type { Ledger } from './ledger-entry.ts';
import type { Way } from './ways.ts';
import { isWholeRequest } from './whole-request.ts';

/** Hears how a batch goes. */
export interface BatchListener {
  /** Connect has taken a request. */
  accepted(accepted: AcceptedBatchRequest): void;
  progress(progress: Progress): void;
  ended(summary: BatchSummary): void;
  /** Something a person should know, though nothing is lost. */
  warning(code: string, message: string): void;
}

/** What a run works with. */
export interface BatchRunOptions {
  readonly ledger: Ledger;
  /** Length of a minute in milliseconds. */
  readonly minute: number;
  readonly random: () => number;
  readonly batch: Batch;
  readonly nodeId: string;
  readonly listener: BatchListener;
  /** Resolves with the connection by which to go, as soon as there is one. */
  readonly way: () => Promise<Way>;
  /** Waits; ends early when a connection comes, where that is wanted. */
  readonly pause: (minutes: number, isWoken: boolean) => Promise<void>;
  /** Something of {@link BatchRun.state} has changed. */
  readonly changed: () => void;
}

/** Requests of a batch that are under way at the same time. */
const mostAtOnce = 4;
/** In minutes: between two tries after credentials or addresses were refused. */
const blockedPause = 15;
/** In minutes: after the store has failed. */
const storePause = 5 / 60;
/** In minutes: between two looks at jobs that nobody knows. */
const lookPause = 1;
/** Failures of which the summary names the reasons. */
const mostFailures = 20;

const formerFailed = JSON.stringify({
  code: 'FORMER_CHANGE_FAILED',
  message: 'An earlier change of the same record failed, and this one must not go before it.',
});

/** What a batch can be kept by: one of its requests, what is waited for after a lost answer, the store. */
type Obstacle = number | 'foreign jobs' | 'store';

/** One batch on its way. */
export class BatchRun {
  readonly #options: BatchRunOptions;
  readonly #backoff: Backoff;
  readonly #blocked = new Map<Obstacle, NonNullable<SendingState['blocked']>>();
  #requests = { ended: 0, all: 0 };
  #isInJob = false;
  /** An attempt without an answer may have been taken, and what came of it may still run. */
  #isPerhapsRepeated = false;

  constructor(options: BatchRunOptions) {
    const { minute, random } = options;
    this.#options = options;
    this.#backoff = { base: minute / 6, cap: minute * 5, random };
  }

  /** How it stands. */
  get state(): SendingState {
    const [blocked] = this.#blocked.values();
    return {
      requests: this.#requests,
      isInJob: this.#isInJob,
      ...(blocked === undefined ? {} : { blocked }),
    };
  }

  /**
   * Sends what has not been sent and waits for all jobs. What fails is tried again.
   *
   * @throws ConnectError `STORE_CLOSED`: the process ends
   */
  async run(): Promise<void> {
    const { ledger, batch, listener } = this.#options;
    const { batches } = ledger.store;
    const former = await this.#stored(() => batches.requests(batch.id));
    // A former process may have ended after the job of a request, but before what came of a lost answer to it.
    if (former.some(({ state, isPerhapsReceived }) => state === 'ended' && isPerhapsReceived)) {
      await this.#awaitForeignJobs();
    }
    for (;;) {
      const requests = await this.#stored(() => batches.requests(batch.id));
      const open = requests.filter(({ state }) => state !== 'ended');
      this.#requests = { ended: requests.length - open.length, all: requests.length };
      if (open.length === 0) break;
      this.#options.changed();
      const stage = Math.min(...open.map((request) => request.stage));
      await this.#stage(open.filter((request) => request.stage === stage));
    }
    const summary = await this.#stored(async () =>
      summaryOf(batch, await batches.requests(batch.id), await batches.failures(batch.id, mostFailures)),
    );
    await this.#stored(() => batches.end(batch.id, JSON.stringify(summary), ledger.clock.date()));
    this.#tell(() => listener.ended(summary));
  }

  /** Sends requests that do not depend on each other, and waits for the jobs of all. */
  async #stage(requests: readonly BatchRequest[]): Promise<void> {
    // Of those of a former process too.
    if (requests.some(({ isPerhapsReceived }) => isPerhapsReceived)) this.#isPerhapsRepeated = true;
    const waiting = requests.filter(({ state }) => state === 'waiting');
    const numbers = new Set(requests.map(({ number }) => number));
    const work = async (): Promise<void> => {
      for (let request = waiting.shift(); request !== undefined; request = waiting.shift()) {
        await this.#settle(request);
      }
    };
    await Promise.all(Array.from({ length: Math.min(mostAtOnce, waiting.length) }, work));
    const { batches } = this.#options.ledger.store;
    const sent = await this.#stored(() => batches.requests(this.#options.batch.id));
    const inJob = sent.filter(({ number, state }) => numbers.has(number) && state === 'accepted');
    this.#showInJob(true);
    await Promise.all(inJob.map((request) => this.#awaitJob(request)));
    if (this.#isPerhapsRepeated) await this.#awaitForeignJobs();
    this.#showInJob(false);
  }

  /** Has a request accepted, ended without a job, or divided. */
  async #settle(given: BatchRequest): Promise<void> {
    const { ledger, batch } = this.#options;
    const { batches } = ledger.store;
    const request = given.stage === 0 ? given : await this.#withhold(given);
    if (request === undefined) return;
    let { isPerhapsReceived } = request;
    const isWhole = isWholeRequest(batch.import as ImportName, JSON.parse(request.header) as RequestHeader);
    for (let failure = 1; ; failure++) {
      // What clears, or deactivates what it does not hold, must not run beside what follows it.
      if (isWhole && this.#isPerhapsRepeated) await this.#awaitForeignJobs();
      const way = await this.#options.way();
      const error = await this.#try(request, way);
      if (error === undefined) return;
      if (isPerhapsTaken(error)) isPerhapsReceived = this.#isPerhapsRepeated = true;
      const verdict = failureVerdict(error);
      const isTooLarge = verdict === 'too large';
      // Both halves are found among the requests of this stage.
      if (isTooLarge && !isWhole && (await this.#stored(() => batches.split(batch.id, request.number))))
        return;
      if (isTooLarge || verdict === 'content') {
        return this.#end(request.number, endOfRefused(error, isPerhapsReceived));
      }
      await this.#pauseAfter(request.number, way, verdict, error, failure);
    }
  }

  /** What is left of a request when that which follows a failed item has been taken out; undefined for nothing. */
  async #withhold({ number }: BatchRequest): Promise<BatchRequest | undefined> {
    const { ledger, batch } = this.#options;
    const { batches } = ledger.store;
    const left = await this.#stored(() =>
      batches.withhold(batch.id, number, formerFailed, ledger.clock.date()),
    );
    if (left === 0) {
      await this.#end(number, { failure: undefined, outcome: { result: 'not sent' } });
      return undefined;
    }
    const requests = await this.#stored(() => batches.requests(batch.id));
    return requests.find((request) => request.number === number);
  }

  /** @returns why it was not accepted */
  async #try(request: BatchRequest, { connection, signal }: Way): Promise<ConnectError | undefined> {
    const { ledger, batch, nodeId, listener } = this.#options;
    try {
      const progress = (told: Progress) => this.#tell(() => listener.progress(told));
      const options = { ledger, connection, batch, nodeId, signal, progress };
      const accepted = await sendBatchRequest(request, options);
      if (accepted.perhapsReceivedBefore) this.#isPerhapsRepeated = true;
      this.#unblock(request.number);
      this.#tell(() => listener.accepted(accepted));
      if (accepted.unfollowed !== undefined) await this.#noted(request.number, accepted.unfollowed);
      return undefined;
    } catch (thrown) {
      return this.#unlessClosed(thrown);
    }
  }

  /** Resolves when the store knows that a request has been accepted. */
  async #noted(number: number, trouble: Error): Promise<void> {
    const { ledger, batch } = this.#options;
    for (;;) {
      this.#block('store', withCode(trouble));
      const requests = await this.#stored(() => ledger.store.batches.requests(batch.id));
      if (requests.find((request) => request.number === number)?.state !== 'waiting') return;
      await this.#options.pause(storePause, false);
    }
  }

  async #awaitJob({ number, jobId }: BatchRequest): Promise<void> {
    const { ledger, batch } = this.#options;
    if (jobId === null) return;
    const never = new AbortController().signal;
    const job = await this.#stored(() => ledger.tracker.ended(batch.scope, jobId, never));
    await this.#end(number, endOfJob(outcomeOf(job)));
  }

  async #end(number: number, { failure, outcome }: RequestEnd): Promise<void> {
    const { ledger, batch } = this.#options;
    const { store, clock } = ledger;
    const text = JSON.stringify(outcome);
    await this.#stored(() => store.batches.endRequest(batch.id, number, failure, text, clock.date()));
    this.#requests = { ...this.#requests, ended: this.#requests.ended + 1 };
    this.#unblock(number);
  }

  /** What may have come of attempts without an answer must not run any more when anything newer is sent. */
  async #awaitForeignJobs(): Promise<void> {
    const { ledger, minute, listener, pause } = this.#options;
    const jobs = new ForeignJobs(ledger.store, ledger.clock, minute);
    let hasEnded = false;
    for (let failure = 1; !hasEnded; ) {
      const way = await this.#options.way();
      try {
        hasEnded = await jobs.haveEnded(way);
        this.#unblock('foreign jobs');
        failure = 1;
        if (hasEnded || jobs.isOver) break;
        await pause(lookPause, false);
      } catch (thrown) {
        const error = this.#unlessClosed(thrown);
        // A Connect that cannot be reached runs the jobs nevertheless; a list that cannot be read will not be.
        if (jobs.isOver && isAnswer(error)) break;
        await this.#pauseAfter('foreign jobs', way, failureVerdict(error), error, failure++);
      }
    }
    this.#unblock('foreign jobs');
    this.#isPerhapsRepeated = false;
    if (hasEnded) return;
    const text =
      'The answer to an attempt was lost, and for an hour nobody could tell that a job which may have come of it has ended. What follows is sent all the same: look at Job/List.';
    this.#tell(() => listener.warning('FOREIGN_JOB_RUNS', text));
  }

  async #pauseAfter(
    obstacle: Obstacle,
    way: Way,
    verdict: FailureVerdict,
    error: ConnectError,
    failure: number,
  ): Promise<void> {
    const { minute, pause } = this.#options;
    // Cancelled: that is no reason to stand still.
    if (verdict !== 'cancelled') this.#block(obstacle, error);
    if (verdict === 'store') return pause(storePause, false);
    // What failed over a connection that has been replaced says nothing about the new one.
    if ((await this.#options.way()) !== way) return;
    if (verdict === 'cancelled') return pause(storePause, true);
    if (verdict === 'wait') return pause(backoffDelay(failure, this.#backoff) / minute, true);
    await pause(blockedPause, true);
  }

  /** Asks the store until it answers. */
  async #stored<Result>(ask: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        const result = await ask();
        this.#unblock('store');
        return result;
      } catch (thrown) {
        this.#block('store', this.#unlessClosed(thrown));
        await this.#options.pause(storePause, false);
      }
    }
  }

  /** The error, unless it says that there is nothing more to be done in this process. */
  #unlessClosed(thrown: unknown): ConnectError {
    const error = withCode(thrown);
    if (error.code === 'STORE_CLOSED') throw error;
    return error;
  }

  /** Whoever listens may fail; the batch goes on. */
  #tell(tell: () => void): void {
    try {
      tell();
    } catch {
      // What was told is in the store as well.
    }
  }

  #block(obstacle: Obstacle, { code, message }: ConnectError): void {
    const { clock } = this.#options.ledger;
    const known = this.#blocked.get(obstacle);
    const since = known?.code === code ? known.since : clock.date();
    this.#blocked.set(obstacle, { code, message, since });
    this.#options.changed();
  }

  #unblock(obstacle: Obstacle): void {
    if (this.#blocked.delete(obstacle)) this.#options.changed();
  }

  #showInJob(isInJob: boolean): void {
    this.#isInJob = isInJob;
    this.#options.changed();
  }
}

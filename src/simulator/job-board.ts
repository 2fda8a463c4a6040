/**
 * Runs jobs the way Connect's workers do: when they like, side by side, in no order one could rely on.
 */
import { ConnectError } from '../errors.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import type { ImportSurroundings } from './import-run.ts';
import { runImport, validate } from './import-run.ts';
import type { JobPayload } from './job.ts';
import { isEnd, Job, jobStatus, severity } from './job.ts';
import type { JobPlan, Mood } from './job-plan.ts';
import { planJob } from './job-plan.ts';
import type { OutcomeRules } from './outcomes.ts';
import type { Readings } from './readings.ts';
import { RunningWork } from './running-work.ts';
import type { ScaledTime } from './scaled-time.ts';

/** What ImportedRow holds in the rows of warnings and errors; `random`: any of the three, row by row. */
export type LogRows = 'full' | 'null' | 'cut' | 'random';

/** What a {@link JobBoard} needs. */
export interface JobBoardOptions {
  readonly catalogue: Catalogue;
  readonly readings: Readings;
  readonly outcomes: OutcomeRules;
  readonly mood: Mood;
  readonly logRows: LogRows;
  /** Norce's milliseconds from a job's end until the log clean-up takes it. */
  readonly retention: number;
  readonly time: ScaledTime;
  readonly random: () => number;
  /**
   * Told of the end of every job; resolves when the first attempt to announce it is over.
   * `early`: the answer to its import waits for that.
   */
  readonly announce: (job: Job, early: boolean) => Promise<void>;
  /** Whether the end of the job that starts now is to be announced before its import is answered. */
  readonly isEarly: () => boolean;
}

/** What the first look at a body found. */
export interface Validation {
  readonly NrOfItemsInTotal: number;
  readonly NrOfValidationFailures: number;
  readonly Messages: readonly string[];
}

/** A job that was started. */
export interface StartedJob {
  readonly job: Job;
  /** What the answer to the caller waits for. */
  readonly answerAfter: Promise<void>;
}

/** Two weeks: as long Norce keeps what a restart needs, and here, unless told otherwise, the job itself. */
export const twoWeeks = 14 * 86_400_000;

const firstJobId = 481_000;
const longestMessageList = 100;
const longestRow = 60;

/** All jobs of one customer. */
export class JobBoard {
  readonly readings: Readings;
  readonly #options: JobBoardOptions;
  readonly #jobs = new Map<number, Job>();
  readonly #running = new RunningWork();
  #line: Promise<void> = Promise.resolve();
  #lastId = firstJobId;
  #generation = 0;

  constructor(options: JobBoardOptions) {
    this.readings = options.readings;
    this.#options = options;
    if (options.mood === 'hostile') {
      // Over before anybody could be told of it.
      const job = this.#add(null);
      job.note(severity.information, 'Starting import.');
      job.finish(jobStatus.succeeded);
    }
  }

  /** The jobs that the log clean-up has left, oldest first. */
  get jobs(): readonly Job[] {
    this.#cleanUp();
    return [...this.#jobs.values()];
  }

  /**
   * Takes a payload in and runs it later.
   * @throws {BodyRefused} when the body does not split into items.
   */
  submit(payload: JobPayload, willFail: boolean): StartedJob & { readonly validation: Validation } {
    const { items, failures } = validate(payload);
    if (this.#options.mood === 'hostile' && this.#options.random() < 0.3) this.#startForeignJob();
    const started = this.#start(this.#add(payload), payload, willFail);
    const validation = {
      NrOfItemsInTotal: items.length + failures.length,
      NrOfValidationFailures: failures.length,
      Messages: failures.slice(0, longestMessageList).map(({ message }) => message),
    };
    return { ...started, validation };
  }

  /** The job under an id. */
  find(id: number): Job | undefined {
    this.#cleanUp();
    return this.#jobs.get(id);
  }

  /** Runs a job again; a refusal, with the reason, when Connect would refuse. */
  restart(job: Job): StartedJob | { readonly refusal: string } {
    if (!job.isFinished) return { refusal: 'The job has not finished.' };
    if (job.status !== jobStatus.succeeded && job.status !== jobStatus.failed) {
      return { refusal: 'Only succeeded and failed jobs can be restarted.' };
    }
    this.#discardOldPayloads();
    const { payload } = job;
    if (payload === null) return { refusal: 'The payload of the job is gone.' };
    if (!this.readings.restartKeepsId) return this.#start(this.#add(payload), payload, false);
    job.rewind();
    return this.#start(job, payload, false);
  }

  /** Adds jobs of other systems of the customer: ended ones, or with any other status running ones. */
  addForeignJobs(count: number, status: number): readonly Job[] {
    return Array.from({ length: count }, () => {
      const job = this.#add(null);
      job.note(severity.information, 'Starting import.');
      if (isEnd(status)) void this.#end(job, status, false);
      else job.status = status;
      return job;
    });
  }

  /**
   * Ends a job that waits or runs, at once; what it has not yet written is left out.
   * @throws {ConnectError} `JOB_NOT_RUNNING` when it has ended or is unknown.
   */
  endJob(id: number, status: number): void {
    const job = this.find(id);
    if (job === undefined || job.isFinished) {
      throw new ConnectError('JOB_NOT_RUNNING', `Job ${id} does not run.`);
    }
    void this.#end(job, status, false);
  }

  /** Takes a job out of the list, as the log clean-up does; if it runs, it runs on unseen. */
  forget(id: number): void {
    this.#jobs.delete(id);
  }

  /** Resolves when no job waits or runs, but for those that never end. */
  settled(): Promise<void> {
    return this.#running.settled();
  }

  /** Forgets all jobs; what runs is cut off. */
  async clear(): Promise<void> {
    this.#generation += 1;
    this.#options.time.cancel();
    await this.settled();
    this.#jobs.clear();
  }

  #add(payload: JobPayload | null): Job {
    this.#lastId += 1;
    const job = new Job(this.#lastId, payload, { importedRow: (item) => this.#importedRow(item) });
    this.#jobs.set(job.id, job);
    return job;
  }

  #start(job: Job, payload: JobPayload, willFail: boolean): StartedJob {
    const { mood, random, outcomes, isEarly } = this.#options;
    const rule = outcomes.takeJob(payload.importName);
    const canBeEarly = rule?.endsAfter === undefined && rule?.neverEnds !== true;
    const early = canBeEarly && isEarly();
    const plan = planJob({ mood, random, rule, early, willFail });
    let announced: Promise<void> | undefined;
    const running = this.#enqueue(job, async (isCurrent) => {
      await this.#takeSteps(job, plan, isCurrent);
      if (plan.neverEnds || !isCurrent()) return;
      const status = plan.failure?.status ?? (await this.#import(job, payload, isCurrent));
      if (!isCurrent()) return;
      if (plan.failure !== null) job.note(severity.error, plan.failure.message);
      announced = this.#end(job, status, early);
    });
    return { job, answerAfter: early ? running.then(() => announced) : Promise.resolve() };
  }

  /** In a hostile mood other systems' jobs run among ours. */
  #startForeignJob(): void {
    const { mood, random } = this.#options;
    const job = this.#add(null);
    const plan = planJob({ mood, random, rule: undefined, early: false, willFail: false });
    void this.#enqueue(job, async (isCurrent) => {
      await this.#takeSteps(job, plan, isCurrent);
      if (isCurrent()) void this.#end(job, jobStatus.succeeded, false);
    });
  }

  /** Runs a job after the former one when kind, else at once. */
  #enqueue(job: Job, work: (isCurrent: () => boolean) => Promise<void>): Promise<void> {
    const { run } = job;
    const generation = this.#generation;
    const isCurrent = (): boolean => generation === this.#generation && job.run === run && !job.isFinished;
    const former = this.#options.mood === 'kind' ? this.#line : Promise.resolve();
    const running = former
      .then(() => work(isCurrent))
      .catch((error: unknown) => {
        job.note(severity.error, `Internal error: ${String(error)}`);
        if (isCurrent()) void this.#end(job, jobStatus.failed, false);
      });
    this.#line = running;
    this.#running.add(running);
    return running;
  }

  async #takeSteps(job: Job, plan: JobPlan, isCurrent: () => boolean): Promise<void> {
    for (const [step, pause] of plan.pauses.entries()) {
      if (!isCurrent() || !(await this.#options.time.wait(pause)) || !isCurrent()) return;
      job.status = plan.states[step] ?? job.status;
    }
    job.note(severity.information, 'Starting import.');
  }

  /** @returns the status in which the job ends. */
  async #import(job: Job, payload: JobPayload, isCurrent: () => boolean): Promise<number> {
    const validated = validate(payload);
    const { items, failures } = validated;
    job.totals = items.length + failures.length;
    for (const { item, message } of failures) job.fail(message, item);
    const { catalogue, readings, outcomes, mood } = this.#options;
    const arrange: ImportSurroundings['arrange'] = (list) =>
      mood === 'hostile' ? this.#shuffle(list) : list;
    await runImport(job, payload, validated, { catalogue, readings, outcomes, arrange, isCurrent });
    if (job.totals > 0 && failures.length === job.totals) return jobStatus.validationFailed;
    return job.totals > 0 && job.failures === job.totals ? jobStatus.failed : jobStatus.succeeded;
  }

  #end(job: Job, status: number, early: boolean): Promise<void> {
    job.finish(status);
    return this.#options.announce(job, early);
  }

  /** Rows are worked on side by side, so that of two with one key either may win. */
  #shuffle<Item>(items: readonly Item[]): readonly Item[] {
    const shuffled = [...items];
    for (let at = shuffled.length - 1; at > 0; at--) {
      const other = Math.floor(this.#options.random() * (at + 1));
      [shuffled[at], shuffled[other]] = [shuffled[other] as Item, shuffled[at] as Item];
    }
    return shuffled;
  }

  #importedRow(item: unknown): string | null {
    const { logRows, random } = this.#options;
    const chosen =
      logRows === 'random' ? (['full', 'null', 'cut'] as const)[Math.floor(random() * 3)] : logRows;
    if (chosen === 'null') return null;
    const text = JSON.stringify(item) ?? null;
    return chosen === 'cut' ? (text?.slice(0, longestRow) ?? null) : text;
  }

  #cleanUp(): void {
    const { retention, time } = this.#options;
    for (const job of this.#jobs.values()) {
      if (job.stop !== null && time.since(job.stop) > retention) this.#jobs.delete(job.id);
    }
  }

  #discardOldPayloads(): void {
    for (const job of this.#jobs.values()) {
      if (job.stop !== null && this.#options.time.since(job.stop) > twoWeeks) job.payload = null;
    }
  }
}

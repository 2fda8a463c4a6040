/**
 * Runs jobs the way Connect's workers do: when they like, side by side, in no order one could rely on.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { imports } from '../contract/index.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import type { Importer } from './catalogue/import-request.ts';
import { ItemRefused } from './catalogue/import-request.ts';
import { readItems } from './import-body.ts';
import type { JobPayload } from './job.ts';
import { Job, jobStatus, severity } from './job.ts';
import type { Readings } from './readings.ts';
import type { PlainRecord } from './shapes.ts';
import { readRecord } from './shapes.ts';

/** Hostile: parallel jobs, random order and delays, foreign jobs, poor logs. Kind: none of these. */
export type Mood = 'hostile' | 'kind';

/** What a {@link JobBoard} needs. */
export interface JobBoardOptions {
  readonly catalogue: Catalogue;
  readonly readings: Readings;
  readonly mood: Mood;
  /** How many times faster than real time. */
  readonly timeScale: number;
  readonly random: () => number;
}

/** What the first look at a body found. */
export interface Validation {
  readonly NrOfItemsInTotal: number;
  readonly NrOfValidationFailures: number;
  readonly Messages: readonly string[];
}

interface ValidatedItems {
  readonly items: readonly PlainRecord[];
  /** With the invalid ones as far as they could be read: they too are in the file. */
  readonly all: readonly PlainRecord[];
  readonly failures: readonly { readonly item: unknown; readonly message: string }[];
}

const firstJobId = 481_000;
const itemsPerTurn = 500;
const twoWeeks = 14 * 86_400_000;
const hostileDelay = 2000;
const kindDelay = 20;
const longestMessageList = 100;
const longestRow = 60;

/** All jobs of one customer. */
export class JobBoard {
  readonly jobs: Job[] = [];
  readonly #options: JobBoardOptions;
  readonly #timers = new Map<NodeJS.Timeout, () => void>();
  readonly #running = new Set<Promise<void>>();
  #line: Promise<void> = Promise.resolve();
  #lastId = firstJobId;
  #generation = 0;

  constructor(options: JobBoardOptions) {
    this.#options = options;
    if (options.mood === 'hostile') this.#addForeignJob();
  }

  /**
   * Takes a payload in and runs it later.
   * @throws {BodyRefused} when the body does not split into items.
   */
  submit(payload: JobPayload, willFail: boolean): { readonly job: Job; readonly validation: Validation } {
    const { items, failures } = validate(payload);
    if (this.#options.mood === 'hostile' && this.#options.random() < 0.3) this.#addForeignJob();
    const job = this.#add(payload);
    job.willFail = willFail;
    this.#start(job);
    const validation = {
      NrOfItemsInTotal: items.length + failures.length,
      NrOfValidationFailures: failures.length,
      Messages: failures.slice(0, longestMessageList).map(({ message }) => message),
    };
    return { job, validation };
  }

  /** The job under an id. */
  find(id: number): Job | undefined {
    return this.jobs.find((job) => job.id === id);
  }

  /** Runs a job again; undefined, with the reason, when Connect would refuse. */
  restart(job: Job): { readonly job: Job } | { readonly refusal: string } {
    if (!job.isFinished) return { refusal: 'The job has not finished.' };
    if (job.status !== jobStatus.succeeded && job.status !== jobStatus.failed) {
      return { refusal: 'Only succeeded and failed jobs can be restarted.' };
    }
    this.#discardOldPayloads();
    if (job.payload === null) return { refusal: 'The payload of the job is gone.' };
    if (this.#options.readings.restartKeepsId) job.rewind();
    const next = this.#options.readings.restartKeepsId ? job : this.#add(job.payload);
    this.#start(next);
    return { job: next };
  }

  /** Resolves when no job waits or runs. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Forgets all jobs; what runs is cut off. */
  async clear(): Promise<void> {
    this.#generation += 1;
    for (const [timer, resume] of this.#timers) {
      clearTimeout(timer);
      resume();
    }
    this.#timers.clear();
    await this.settled();
    this.jobs.length = 0;
  }

  #add(payload: JobPayload | null): Job {
    this.#lastId += 1;
    const job = new Job(this.#lastId, payload, { importedRow: (item) => this.#importedRow(item) });
    this.jobs.push(job);
    return job;
  }

  /** A job of some other system of the customer, finished long ago. */
  #addForeignJob(): void {
    const job = this.#add(null);
    job.note(severity.information, 'Starting import.');
    job.finish(jobStatus.succeeded);
  }

  #start(job: Job): void {
    const generation = this.#generation;
    const isCurrent = (): boolean => generation === this.#generation;
    const former = this.#options.mood === 'kind' ? this.#line : Promise.resolve();
    const run = former
      .then(() => this.#run(job, isCurrent))
      .catch((error: unknown) => {
        job.note(severity.error, `Internal error: ${String(error)}`);
        job.finish(jobStatus.failed);
      });
    this.#line = run;
    this.#running.add(run);
    void run.finally(() => this.#running.delete(run));
  }

  async #run(job: Job, isCurrent: () => boolean): Promise<void> {
    await this.#delay();
    if (!isCurrent() || job.payload === null) return;
    if (this.#options.mood === 'hostile') {
      job.status = this.#options.random() < 0.5 ? jobStatus.queued : jobStatus.validating;
      await this.#delay();
      if (!isCurrent()) return;
    }
    job.note(severity.information, 'Starting import.');
    const { items, all, failures } = validate(job.payload);
    job.totals = items.length + failures.length;
    for (const { item, message } of failures) job.fail(message, item);
    if (job.willFail) {
      job.willFail = false;
      job.note(severity.error, 'The import was interrupted.');
      job.finish(jobStatus.failed);
      return;
    }
    await this.#import(job, job.payload, items, all, isCurrent);
    if (!isCurrent()) return;
    const allInvalid = job.totals > 0 && failures.length === job.totals;
    const allFailed = job.totals > 0 && job.failures === job.totals;
    job.finish(allInvalid ? jobStatus.validationFailed : allFailed ? jobStatus.failed : jobStatus.succeeded);
  }

  async #import(
    job: Job,
    payload: JobPayload,
    items: readonly PlainRecord[],
    all: readonly PlainRecord[],
    isCurrent: () => boolean,
  ): Promise<void> {
    const { catalogue, readings, mood } = this.#options;
    const { accountId, fullFile, supplierId, lists } = payload.header;
    const request = { author: accountId, fullFile, supplierId, readings, lists };
    const importer = catalogue.importer(payload.importName, request, job);
    importer.begin?.(all);
    const order = mood === 'hostile' ? this.#shuffle(items) : items;
    for (let at = 0; at < order.length; at += itemsPerTurn) {
      if (at > 0) await nextTurn();
      if (!isCurrent()) return;
      for (const item of order.slice(at, at + itemsPerTurn)) writeItem(importer, job, item);
    }
    importer.finish?.(all);
  }

  /** Rows are worked on side by side, so that of two with one key either may win. */
  #shuffle(items: readonly PlainRecord[]): readonly PlainRecord[] {
    const shuffled = [...items];
    for (let at = shuffled.length - 1; at > 0; at--) {
      const other = Math.floor(this.#options.random() * (at + 1));
      [shuffled[at], shuffled[other]] = [shuffled[other] as PlainRecord, shuffled[at] as PlainRecord];
    }
    return shuffled;
  }

  async #delay(): Promise<void> {
    const { mood, random, timeScale } = this.#options;
    const milliseconds = mood === 'hostile' ? random() * hostileDelay : kindDelay;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, milliseconds / timeScale);
      this.#timers.set(timer, resolve);
    });
  }

  #importedRow(item: unknown): string | null {
    const text = JSON.stringify(item) ?? null;
    if (this.#options.mood === 'kind' || text === null) return text;
    return this.#options.random() < 0.5 ? null : text.slice(0, longestRow);
  }

  #discardOldPayloads(): void {
    const oldest = Date.now() - twoWeeks / this.#options.timeScale;
    for (const job of this.jobs) {
      if (job.stop !== null && job.stop.getTime() < oldest) job.payload = null;
    }
  }
}

function validate(payload: JobPayload): ValidatedItems {
  const entity = imports[payload.importName].entity;
  const items: PlainRecord[] = [];
  const all: PlainRecord[] = [];
  const failures: { item: unknown; message: string }[] = [];
  for (const [index, json] of readItems(payload.body.toString('utf8')).entries()) {
    const problems: string[] = [];
    const item = readRecord(entity, json, `[${index}]`, problems);
    all.push(item);
    if (problems.length === 0) items.push(item);
    else failures.push({ item: json, message: problems.join(' ') });
  }
  return { items, all, failures };
}

function writeItem(importer: Importer, job: Job, item: PlainRecord): void {
  try {
    importer.write(item);
  } catch (error) {
    if (!(error instanceof ItemRefused)) throw error;
    job.fail(error.message, item);
  }
}

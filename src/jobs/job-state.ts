/**
 * Reads what Job/Get and Job/List say of jobs.
 */
import { ConnectError } from '../errors.ts';
import type { JobResult } from '../store/index.ts';
import { isObject, type Json, jobIdOf, numberOf, parsed, property, textOf } from './json.ts';

/** A job as Connect shows it. Its times carry no zone: they are for people, and are never compared. */
export interface JobState {
  readonly jobId: string;
  /** StatusId; undefined where it is missing. */
  readonly status?: number;
  readonly isFinished: boolean;
  /** Items. */
  readonly totals?: number;
  /** Items that failed. */
  readonly fail?: number;
  /** Rows of the database, over all tables. */
  readonly inserts?: number;
  /** Rows of the database, over all tables. */
  readonly updates?: number;
  readonly start?: string;
  readonly stop?: string;
  readonly runTime?: string;
}

/** Status numbers of Job/Get at which a job has ended; the numbers of the other states, and unknown ones, mean that it runs. */
const results: ReadonlyMap<number, JobResult> = new Map([
  [2, 'succeeded'],
  [3, 'failed'],
  [4, 'failed'],
]);

/** Words for the numbers; 1 to 4 are Job/Get's, 5 and 6 those of the event documentation. */
const names: ReadonlyMap<number, string> = new Map([
  [1, 'initialized'],
  [2, 'succeeded'],
  [3, 'failed'],
  [4, 'validation failed'],
  [5, 'validating'],
  [6, 'queued'],
]);

/** What a status number is called; `running` for one that is not documented. */
export function statusName(status: number | undefined): string {
  return (status === undefined ? undefined : names.get(status)) ?? 'running';
}

/** Whether a status number alone says that the job has ended. */
export function isEndStatus(status: number): boolean {
  return results.has(status);
}

/** How a job ended; undefined while it runs. A finished one with a number that is not known ended unknown. */
export function resultOf({ status, isFinished }: JobState): JobResult | undefined {
  const result = status === undefined ? undefined : results.get(status);
  return result ?? (isFinished ? 'unknown' : undefined);
}

function jobState(job: Json): JobState | undefined {
  const jobId = jobIdOf(property(job, 'JobId', 'Id'));
  if (jobId === undefined) return undefined;
  const entries = {
    status: numberOf(property(job, 'StatusId', 'Status')),
    totals: numberOf(property(job, 'Totals', 'Total')),
    fail: numberOf(property(job, 'Fail', 'Fails')),
    // The reference names the singular, the contract the plural.
    inserts: numberOf(property(job, 'Inserts', 'Insert')),
    updates: numberOf(property(job, 'Updates', 'Update')),
    start: textOf(property(job, 'Start')),
    stop: textOf(property(job, 'Stop')),
    runTime: textOf(property(job, 'RunTime')),
  };
  return {
    jobId,
    isFinished: property(job, 'IsFinished') === true,
    ...Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)),
  };
}

/**
 * The answer of Job/Get.
 *
 * @throws ConnectError `ANSWER_MALFORMED`
 */
export function parseJob(text: string): JobState {
  const answer = parsed(text);
  const job = isObject(answer) ? jobState(answer) : undefined;
  if (job === undefined) throw new ConnectError('ANSWER_MALFORMED', 'Job/Get answered without a job.');
  return job;
}

/**
 * The answer of Job/List. What in it cannot be read as a job is left out.
 *
 * @throws ConnectError `ANSWER_MALFORMED` when it is no list
 */
export function parseJobList(text: string): readonly JobState[] {
  const answer = parsed(text);
  if (!Array.isArray(answer)) throw new ConnectError('ANSWER_MALFORMED', 'Job/List answered without a list.');
  return answer.filter(isObject).flatMap((job) => jobState(job) ?? []);
}

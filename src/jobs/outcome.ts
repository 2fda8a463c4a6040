/**
 * How a job ended, as it is told: what the ledger keeps of it, typed.
 */
import type { EndedJob, JobResult } from '../store/index.ts';
import type { JobProblems } from './job-log.ts';
import type { JobState } from './job-state.ts';

/** Everything there is to tell of an end beside its result. */
export interface JobDetails {
  /** The last that Connect said of the job; missing where it never said anything. */
  readonly state?: Omit<JobState, 'jobId'>;
  /** Why nobody can tell how it ended. */
  readonly reason?: {
    readonly code: 'JOB_NOT_FOUND' | 'JOB_NOT_ENDED' | 'JOB_STATUS_UNKNOWN';
    readonly message: string;
  };
  /** What its log says; missing where all went well, and where it could not be read. */
  readonly problems?: JobProblems;
  /** Why the log could not be read. */
  readonly logError?: { readonly code: string; readonly message: string };
}

/** The end of a job. */
export interface JobOutcome extends JobDetails {
  readonly jobId: string;
  readonly run: number;
  readonly import: string | null;
  readonly result: JobResult;
  /** The same whenever this outcome is told. */
  readonly outcomeId: string;
  /** Items of the request; null where they are not known. */
  readonly items: number | null;
  readonly restartOf: string | null;
  /** When the end became known, in milliseconds since 1970. */
  readonly at: number;
}

/** What the ledger keeps, typed. */
export function outcomeOf(job: EndedJob): JobOutcome {
  const { jobId, run, result, outcomeId, items, restartOf, at } = job;
  const details = JSON.parse(job.details) as JobDetails;
  return { ...details, jobId, run, import: job.import, result, outcomeId, items, restartOf, at };
}

/**
 * Makes up what is told of the end of a job: from its last state, and from its log where not all went well.
 */
import type { Connection } from '../connection/index.ts';
import { ConnectError } from '../errors.ts';
import type { FollowedJob, JobEnd, JobResult, Store } from '../store/index.ts';
import { getJobLog } from './job-calls.ts';
import { type JobProblems, type KeysOfRow, problemsIn } from './job-log.ts';
import { type JobState, resultOf } from './job-state.ts';
import type { JobDetails } from './outcome.ts';

/** Credentials that Connect does not take: another connection may have better ones. */
export const refusals: ReadonlySet<string> = new Set(['UNAUTHORIZED', 'FORBIDDEN', 'TOKEN_REJECTED']);

/** Whether Connect has answered about the very thing that was asked; a refusal or a pause is about nothing in particular. */
export function isAnswer(thrown: unknown): thrown is ConnectError {
  if (!(thrown instanceof ConnectError) || refusals.has(thrown.code)) return false;
  if (thrown.code.startsWith('ANSWER_')) return true;
  return thrown.status !== undefined && ![401, 408, 429, 503].includes(thrown.status);
}

/** @param at milliseconds since 1970 */
export function jobEnd(result: JobResult, details: JobDetails, at: number): JobEnd {
  return { result, details: JSON.stringify(details), at };
}

/** A state as details keep it. */
export function withoutId({ jobId: _jobId, ...state }: JobState): Omit<JobState, 'jobId'> {
  return state;
}

/** Result and details of a job that has ended in a state, but for its log. */
export function endOf(state: JobState): { readonly result: JobResult; readonly details: JobDetails } {
  const result = resultOf(state) ?? 'unknown';
  const details = { state: withoutId(state) };
  if (result !== 'unknown') return { result, details };
  const message = `The job has ended with status ${state.status}, which is not documented.`;
  return { result, details: { ...details, reason: { code: 'JOB_STATUS_UNKNOWN', message } } };
}

/**
 * What the log of a job says about its items.
 *
 * @throws ConnectError as `getJobLog`, `STORE_…`
 */
export async function problemsOfJob(
  connection: Connection,
  { jobId, requestId, import: name }: FollowedJob,
  { jobs }: Store,
  keysOf: (importName: string) => KeysOfRow,
): Promise<JobProblems> {
  const rows = await getJobLog(connection, jobId, { priority: 'polls', once: true });
  const keys = requestId === null ? undefined : await jobs.keys(requestId);
  return problemsIn(rows, keys ?? [], name === null ? () => [] : keysOf(name));
}

/**
 * The operations of Connect's job service.
 */
import type { Connection, Priority } from '../connection/index.ts';
import { type LogRow, parseJobLog } from './job-log.ts';
import { type JobResponse, parseRestart } from './job-response.ts';
import { type JobState, parseJob, parseJobList } from './job-state.ts';

/** How a job service call is made. */
export interface JobCallOptions {
  readonly priority: Priority;
  /** The first failure ends the call: whoever asks comes again itself. */
  readonly once?: boolean;
  readonly signal?: AbortSignal;
  /** As in `Call`. */
  readonly beforeAttempt?: () => Promise<void>;
}

async function read(
  connection: Connection,
  path: string,
  query: Readonly<Record<string, string>>,
  options: JobCallOptions,
): Promise<string> {
  const { text } = await connection.call({ method: 'GET', path, query, repeatable: true, ...options });
  return text;
}

/**
 * One job.
 *
 * @throws ConnectError as `Connection.call` (`NOT_FOUND` for a job that Connect does not know), `ANSWER_MALFORMED`
 */
export async function getJob(
  connection: Connection,
  jobId: string,
  options: JobCallOptions,
): Promise<JobState> {
  return parseJob(await read(connection, '/Job/Get', { id: jobId }, options));
}

/**
 * All jobs since Connect's last clean-up of its log, those of other systems among them.
 *
 * @throws ConnectError as `Connection.call` (`ANSWER_TOO_LARGE` beyond 5 MB), `ANSWER_MALFORMED`
 */
export async function listJobs(
  connection: Connection,
  options: JobCallOptions,
): Promise<readonly JobState[]> {
  return parseJobList(await read(connection, '/Job/List', {}, options));
}

/**
 * The log of a job.
 *
 * @throws ConnectError as `Connection.call`, `ANSWER_MALFORMED`
 */
export async function getJobLog(
  connection: Connection,
  jobId: string,
  options: JobCallOptions,
): Promise<readonly LogRow[]> {
  return parseJobLog(await read(connection, '/Job/GetLog', { id: jobId }, options));
}

/**
 * Runs a job again, from the payload that Connect keeps. Never repeated when its answer is lost.
 *
 * @returns the id of the new run, which may be that of the job itself
 * @throws ConnectError as `Connection.call`
 */
export async function restart(
  connection: Connection,
  jobId: string,
  options: JobCallOptions,
): Promise<JobResponse> {
  const answer = await connection.call({
    method: 'POST',
    path: '/Job/Restart',
    query: { id: jobId },
    repeatable: false,
    ...options,
  });
  return parseRestart(answer.text, jobId);
}

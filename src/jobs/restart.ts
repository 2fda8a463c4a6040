/**
 * Runs a finished job again, by Connect's rules and where that cannot bring old data back over newer.
 */
import type { Clock, Connection } from '../connection/index.ts';
import { asError, ConnectError } from '../errors.ts';
import { type FollowedJob, isEnded, type Store } from '../store/index.ts';
import { getJob, restart } from './job-calls.ts';
import { type JobState, resultOf, statusName } from './job-state.ts';
import type { JobTracker } from './tracker.ts';

/** How long Connect keeps the payload of a job, in milliseconds. */
const payloadKept = 14 * 86_400_000;

/** A restart. */
export interface RestartOptions {
  readonly store: Store;
  readonly tracker: JobTracker;
  readonly clock: Clock;
  /** Also where newer data has been sent since; never for a full feed. */
  readonly force: boolean;
  /** Cancels what has not been sent. */
  readonly signal: AbortSignal;
}

function refuse(code: string, message: string, jobId: string, details: object = {}): ConnectError {
  return new ConnectError(code, message, { details: { jobId, ...details } });
}

function checkState(state: JobState): void {
  const { jobId, status } = state;
  if (resultOf(state) === undefined) {
    const message = `Job ${jobId} has not ended (${statusName(status)}); only a finished job can be restarted.`;
    throw refuse('JOB_NOT_FINISHED', message, jobId, { status });
  }
  if (status !== 2 && status !== 3) {
    const message = `Job ${jobId} ended with status ${status} (${statusName(status)}); only jobs with status 2 (succeeded) or 3 (failed) can be restarted. Mend the data and send it again.`;
    throw refuse('JOB_NOT_RESTARTABLE', message, jobId, { status });
  }
}

async function checkLedger(connection: Connection, jobId: string, options: RestartOptions): Promise<void> {
  const { store, clock, force } = options;
  const known = await store.jobs.find(connection.scope, jobId);
  if (known === undefined) return;
  if (clock.date() - known.followedSince > payloadKept) {
    const message = `Job ${jobId} is older than two weeks: Connect has discarded what it imported. Send the data again.`;
    throw refuse('JOB_TOO_OLD', message, jobId);
  }
  if (force && !known.fullFile) return;
  const newer = await store.jobs.newer(connection.scope, jobId);
  if (newer === undefined && !(await store.jobs.isNewerUnderWay(connection.scope, jobId))) return;
  const way = known.fullFile
    ? 'A full feed is never restarted then: send a new one.'
    : 'Set msg.norce.force to true to restart it all the same.';
  const newerData =
    newer === undefined
      ? `Newer data of ${known.import} is being sent, or may have been taken though its answer was lost`
      : `Job ${newer.jobId} has sent newer data of ${known.import} since`;
  const message = `${newerData}; running job ${jobId} again could bring old values back. ${way}`;
  throw refuse('NEWER_DATA_SENT', message, jobId, newer === undefined ? {} : { newerJobId: newer.jobId });
}

async function stateOf(connection: Connection, jobId: string, signal: AbortSignal): Promise<JobState> {
  try {
    return await getJob(connection, jobId, { priority: 'restarts', signal });
  } catch (thrown) {
    if (!(thrown instanceof ConnectError) || thrown.code !== 'NOT_FOUND') throw thrown;
    throw refuse('JOB_NOT_FOUND', `Connect does not know job ${jobId}, or no longer.`, jobId);
  }
}

/** The ledger must know how the former run ended before it can know of the next one. */
async function formerEnd(
  connection: Connection,
  jobId: string,
  { store, tracker, clock, signal }: RestartOptions,
): Promise<void> {
  const known = await store.jobs.follow(connection.scope, jobId, clock.date());
  if (isEnded(known)) return;
  tracker.follow(known);
  tracker.look(connection.scope, jobId);
  await tracker.ended(connection.scope, jobId, signal);
}

/** Whoever reads it must not take the restart for one that was not made. */
function unnoted(thrown: unknown, jobId: string, newId: string): ConnectError {
  const code = thrown instanceof ConnectError ? thrown.code : 'STORE_FAILED';
  const text = `Connect runs job ${jobId} again, as job ${newId}, but the new run could not be noted and is not followed: do not restart it once more. ${asError(thrown).message}`;
  return new ConnectError(code, text, { cause: thrown, details: { jobId: newId, restartOf: jobId } });
}

/**
 * Asks Connect to run a job again, and follows the new run.
 *
 * @returns the new run, under the same id or another
 * @throws ConnectError `JOB_NOT_FOUND`, `JOB_NOT_FINISHED`, `JOB_NOT_RESTARTABLE`, `JOB_TOO_OLD`, `NEWER_DATA_SENT`
 *   (nothing was asked of Connect that changes anything; `details.jobId`), `STORE_…` (with `details.restartOf` where
 *   Connect has restarted it, as job `details.jobId`), and as `Connection.call`
 */
export async function restartJob(
  connection: Connection,
  jobId: string,
  options: RestartOptions,
): Promise<FollowedJob> {
  const { store, tracker, clock, signal } = options;
  await checkLedger(connection, jobId, options);
  const state = await stateOf(connection, jobId, signal);
  checkState(state);
  await formerEnd(connection, jobId, options);
  const { jobId: newId } = await restart(connection, jobId, {
    priority: 'restarts',
    signal,
    // The line may have been long, and something newer may have been sent meanwhile.
    beforeAttempt: () => checkLedger(connection, jobId, options),
  });
  const job = await store.jobs
    .restarted(connection.scope, jobId, newId, clock.date(), state.stop)
    .catch((thrown: unknown) => {
      throw unnoted(thrown, jobId, newId);
    });
  tracker.follow(job);
  return job;
}

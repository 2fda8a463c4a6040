/**
 * How jobs ended, for what follows them.
 */
import type { Connection } from '../connection/index.ts';
import { type JobOutcome, outcomeOf } from '../jobs/index.ts';
import type { Ledger } from './ledger-entry.ts';

/** The end of a job, as far as what follows it is concerned. */
export interface JobEnd {
  /** `unknown` too where the job succeeded, but not with all of its items, and nobody can tell which. */
  readonly result: 'succeeded' | 'failed' | 'unknown';
  /** Keys of items that a succeeded job did not import. */
  readonly failedKeys?: ReadonlySet<string>;
}

function jobEnd({ result, problems, logError }: JobOutcome): JobEnd {
  if (result !== 'succeeded') return { result };
  if (logError !== undefined) return { result: 'unknown' };
  if (problems === undefined || problems.errors === 0) return { result };
  const failedKeys = problems.matched.filter(({ severity }) => severity === 'error').map(({ key }) => key);
  return failedKeys.length === problems.errors
    ? { result, failedKeys: new Set(failedKeys) }
    : { result: 'unknown' };
}

/**
 * Waits for the ends of a connection's jobs in the ledger.
 *
 * @throws the signal's reason; ConnectError `STORE_…`
 */
export function jobEnds(
  { tracker }: Ledger,
  { scope }: Connection,
): (jobId: string, signal: AbortSignal) => Promise<JobEnd> {
  return async (jobId, signal) => jobEnd(outcomeOf(await tracker.ended(scope, jobId, signal)));
}

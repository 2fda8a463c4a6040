/**
 * What the end of a job means for the items of a batch's request.
 */
import type { ConnectError } from '../errors.ts';
import type { JobOutcome } from '../jobs/index.ts';
import type { RequestFailure } from '../store/index.ts';
import type { StoredEnd } from './batch-summary.ts';

/** The end of one request. */
export interface RequestEnd {
  /** Which items were not written; undefined for none. */
  readonly failure: RequestFailure | undefined;
  readonly outcome: StoredEnd;
}

function all(code: string, message: string, result: StoredEnd['result'], jobId?: string): RequestEnd {
  const reason = { code, message, ...(jobId === undefined ? {} : { jobId }) };
  return { failure: { all: JSON.stringify(reason) }, outcome: { result, code, message } };
}

/** The end of a request that Connect refused, and would refuse again; an attempt before may have been taken. */
export function endOfRefused({ code, message }: ConnectError, isPerhapsReceived: boolean): RequestEnd {
  return all(code, message, isPerhapsReceived ? 'unknown' : 'not sent');
}

/** The end of a request whose job has ended. Where nobody can say which of its items failed, all are kept. */
export function endOfJob({ jobId, result, problems, logError, state, reason }: JobOutcome): RequestEnd {
  if (result === 'unknown') {
    const message = reason?.message ?? `How job ${jobId} ended is not known.`;
    return all('OUTCOME_UNKNOWN', message, 'unknown', jobId);
  }
  const errors = (problems?.matched ?? []).filter(({ severity }) => severity === 'error');
  if (result === 'failed') {
    const said = [...errors, ...(problems?.unmatched ?? [])][0]?.message;
    const message = `Job ${jobId} failed with status ${state?.status ?? '?'}.${said === undefined ? '' : ` Its log says: ${said}`}`;
    return all('JOB_FAILED', message, 'failed', jobId);
  }
  if (logError !== undefined) {
    const message = `Job ${jobId} did not import all of its items, and its log could not be read (${logError.message}).`;
    return all('FAILED_ITEMS_UNKNOWN', message, 'unknown', jobId);
  }
  const rows = problems?.errors ?? 0;
  // Connect counts failed items as well: its log may name fewer of them.
  const failed = Math.max(rows, state?.fail ?? 0);
  if (failed === 0) return { failure: undefined, outcome: { result: 'succeeded' } };
  const reasons = new Map(
    errors.map(({ key, message }) => [key, JSON.stringify({ code: 'ITEM_REFUSED', message, jobId })]),
  );
  if (errors.length < rows || reasons.size < (state?.fail ?? 0)) {
    const message = `Job ${jobId} did not import ${failed} of its items, and its log does not tell all of them: look at it.`;
    return all('FAILED_ITEMS_UNKNOWN', message, 'unknown', jobId);
  }
  return { failure: { keys: reasons }, outcome: { result: 'succeeded' } };
}

/**
 * What a failure means for a request of a batch: only an answer about its content ends it.
 */
import { asError, ConnectError } from '../errors.ts';

/** What to do after a failure. */
export type FailureVerdict =
  /** It would get the same answer again. */
  | 'content'
  /** It would, unless it were smaller. */
  | 'too large'
  /** Nobody but a person can mend it; tried again now and then. */
  | 'blocked'
  /** It may pass. */
  | 'wait'
  /** The store failed, which it does not for long. */
  | 'store'
  /** It was not tried: the connection goes, or the process ends. */
  | 'cancelled';

const contentStatuses = new Set([400, 422]);
const passing = new Set([
  'CONNECT_UNAVAILABLE',
  'TOKEN_UNAVAILABLE',
  'OUTCOME_UNKNOWN',
  'BODY_UNREADABLE',
  'ANSWER_TOO_LARGE',
]);
const ofConnection = new Set(['NOT_SENT', 'CONNECTION_CLOSED']);

/** Judges a failure of a call, or of the store around it. */
export function failureVerdict({ code, status }: ConnectError): FailureVerdict {
  if (ofConnection.has(code)) return 'cancelled';
  if (code.startsWith('STORE_')) return 'store';
  if (passing.has(code)) return 'wait';
  if (status === 413) return 'too large';
  return status !== undefined && contentStatuses.has(status) ? 'content' : 'blocked';
}

/** Whether an attempt may have been taken although it failed. */
export function isPerhapsTaken({ code, details }: ConnectError): boolean {
  return code === 'OUTCOME_UNKNOWN' || details?.perhapsReceived === true;
}

/** Whatever was thrown, with a code. */
export function withCode(thrown: unknown): ConnectError {
  if (thrown instanceof ConnectError) return thrown;
  const error = asError(thrown);
  return new ConnectError('UNEXPECTED', error.message, { cause: error });
}

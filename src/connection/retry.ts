/**
 * Decides what follows an attempt. Pure: the loop that waits and sends is elsewhere.
 */
import { type Backoff, backoffDelay } from './backoff.ts';
import type { HttpOutcome } from './http-exchange.ts';

/** What is known when an attempt has ended; durations in milliseconds. */
export interface AttemptState {
  /** Attempts and failed token requests of this call so far, this one included. */
  readonly failure: number;
  /** The call may be sent again although an attempt was perhaps received. */
  readonly repeatable: boolean;
  /** A new token can be had because of a 401. */
  readonly renewable: boolean;
  /** Until the call's deadline. */
  readonly remaining: number;
  /** What the answer's `Retry-After` asks for. */
  readonly retryAfter: number | undefined;
  /** Until the line of the throttle moves again. */
  readonly stoppedFor: number;
  readonly backoff: Backoff;
}

/** What to do next. */
export type Decision =
  | { readonly action: 'accept' }
  /** Final: an answer about the request itself, or one that must not be asked for again. */
  | { readonly action: 'fail'; readonly code: string }
  /** Fetch a new token and send again at once. */
  | { readonly action: 'renew' }
  /** Send again after the delay; where the line was stopped, the line itself keeps the pause. */
  | { readonly action: 'retry'; readonly code: string; readonly delay: number; readonly inLine: boolean }
  /** The deadline would pass before the next attempt. */
  | { readonly action: 'give-up'; readonly code: string };

const FINAL: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  413: 'TOO_LARGE',
};

/**
 * Whether Connect may have carried out the request without our seeing that it did. An error of the server or of a
 * gateway in front of it says nothing about it; 408, 429 and 503 mean that it was turned away. 303 points to the
 * result of what was carried out (RFC 9110, 15.4.4); the other redirects send the request itself elsewhere.
 */
export function isPerhapsReceived(outcome: HttpOutcome): boolean {
  if (!('status' in outcome)) return outcome.kind === 'perhaps-received';
  const isUnreadSuccess = outcome.kind === 'answer-too-large' && outcome.status < 300;
  return isUnreadSuccess || outcome.status === 303 || (outcome.status >= 500 && outcome.status !== 503);
}

/**
 * What follows an attempt. Connect documents no more than "standard HTTP status codes"; known clients repeat 408
 * and 429, and renew the token on 401.
 */
export function decide(outcome: HttpOutcome, state: AttemptState): Decision {
  if (outcome.kind === 'answer-too-large') return { action: 'fail', code: 'ANSWER_TOO_LARGE' };
  if (outcome.kind !== 'answer') {
    return outcome.kind === 'not-received' || state.repeatable
      ? again(outcome.code, state)
      : { action: 'fail', code: 'OUTCOME_UNKNOWN' };
  }
  const { status } = outcome;
  if (status >= 200 && status < 300) return { action: 'accept' };
  if (status < 400) return { action: 'fail', code: 'REDIRECTED' };
  if (status === 401 && state.renewable) return { action: 'renew' };
  if (status === 408) return again('REQUEST_TIMEOUT', state);
  if (status === 429) return againInLine(state);
  if (status === 503) return again('SERVICE_UNAVAILABLE', state);
  if (status >= 500) {
    return state.repeatable ? again('SERVER_ERROR', state) : { action: 'fail', code: 'OUTCOME_UNKNOWN' };
  }
  return { action: 'fail', code: FINAL[status] ?? 'REJECTED' };
}

/** What follows when no token could be had, so that nothing was sent. */
export function decideWithoutToken(state: AttemptState): Decision {
  return again('TOKEN_UNAVAILABLE', state);
}

function again(code: string, state: AttemptState): Decision {
  const delay = Math.max(backoffDelay(state.failure, state.backoff), state.retryAfter ?? 0);
  return delay > state.remaining
    ? { action: 'give-up', code }
    : { action: 'retry', code, delay, inLine: false };
}

function againInLine({ stoppedFor, remaining }: AttemptState): Decision {
  const code = 'RATE_LIMITED';
  return stoppedFor > remaining
    ? { action: 'give-up', code }
    : { action: 'retry', code, delay: stoppedFor, inLine: true };
}

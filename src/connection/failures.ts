/**
 * Turns the end of a call that has no good answer into the error that its user reads: what happened, whether
 * Connect may have received it, and what to mend.
 */
import { ConnectError } from '../errors.ts';
import { excerptOf } from './answer-excerpt.ts';
import type { CredentialSource } from './credential.ts';
import type { HttpOutcome } from './http-exchange.ts';
import { safeCause } from './secrets.ts';

/** What is known about a call that ends without success. */
export interface CallHistory {
  readonly method: string;
  readonly path: string;
  /** Requests sent. */
  readonly attempts: number;
  /** One of them may have been carried out. */
  readonly perhapsReceived: boolean;
  /** How the last attempt ended; undefined if nothing was sent. */
  readonly lastOutcome: HttpOutcome | undefined;
  /** Why there was no token, if that was the last thing to fail. */
  readonly tokenError: ConnectError | undefined;
  /** How the requests proved who sent them. */
  readonly scheme: CredentialSource['scheme'];
  readonly secrets: readonly string[];
}

const HINTS: Readonly<Record<string, string>> = {
  FORBIDDEN: 'The integration user lacks the right: tick the service on the user in the admin UI.',
  NOT_FOUND: 'Check the Connect address.',
  TOO_LARGE: 'Send fewer items at a time.',
  REDIRECTED: 'Connect never redirects: check the Connect address.',
};

const LOOK_FIRST = 'look at Job/List or at the admin UI before you send it again.';
const UNAUTHORIZED_HINTS: Readonly<Record<CredentialSource['scheme'], string>> = {
  Bearer: 'The token was granted, but Connect does not take it: check scope and environment.',
  Basic:
    'Connect does not take the application id and its secret: check both. Only old installations take basic authentication at all; all others need OAuth 2.0.',
};

/** An answer about the request itself; the same request would get it again. */
export function answerError(code: string, history: CallHistory): ConnectError {
  const { lastOutcome, attempts, perhapsReceived } = history;
  const text = lastOutcome?.kind === 'answer-too-large' ? 'The answer is longer than 5 MB.' : toldBy(history);
  const doubt = perhapsReceived ? `Connect may have carried out an attempt: ${LOOK_FIRST}` : '';
  const parts = [said(history), text, hintOf(code, history), doubt];
  return new ConnectError(code, parts.filter(Boolean).join(' '), {
    ...statusOf(history),
    details: { attempts, perhapsReceived },
  });
}

/**
 * The end of a call whose request cannot be repeated, or whose time is up. `OUTCOME_UNKNOWN` as soon as an attempt
 * may have been carried out, else `TOKEN_UNAVAILABLE` or `CONNECT_UNAVAILABLE` (both retryable).
 */
export function unavailableError(history: CallHistory): ConnectError {
  const { attempts, perhapsReceived, tokenError } = history;
  if (perhapsReceived) return unknownError(history);
  if (attempts === 0 || tokenError !== undefined) {
    const reason = tokenError?.message ?? 'The token endpoint did not answer in time.';
    return new ConnectError('TOKEN_UNAVAILABLE', `Nothing was carried out. ${reason}`, {
      retryable: true,
      ...(tokenError?.status === undefined ? {} : { status: tokenError.status }),
      details: { attempts, perhapsReceived },
    });
  }
  const message = `${said(history)} Nothing was carried out; ${plural(attempts)} sent. ${toldBy(history)}`;
  return new ConnectError('CONNECT_UNAVAILABLE', message.trim(), {
    retryable: true,
    ...statusOf(history),
    ...causeOf(history),
    details: { attempts, perhapsReceived },
  });
}

/** The end of a call that was cancelled before an attempt, or between two. */
export function cancelledError(history: CallHistory): ConnectError {
  const { attempts, perhapsReceived, method, path } = history;
  if (perhapsReceived) return unknownError(history);
  return new ConnectError('NOT_SENT', `${method} ${path} was cancelled before Connect took it.`, {
    retryable: true,
    details: { attempts, perhapsReceived },
  });
}

function unknownError(history: CallHistory): ConnectError {
  const { attempts, method, path } = history;
  const message =
    `${said(history)} Connect may or may not have carried out ${method} ${path}: ` +
    `${LOOK_FIRST} ${toldBy(history)}`;
  return new ConnectError('OUTCOME_UNKNOWN', message.trim(), {
    ...statusOf(history),
    ...causeOf(history),
    details: { attempts, perhapsReceived: true },
  });
}

function said({ lastOutcome, method, path }: CallHistory): string {
  if (lastOutcome === undefined) return `${method} ${path} was not sent.`;
  if ('status' in lastOutcome) return `Connect answered ${method} ${path} with status ${lastOutcome.status}.`;
  return lastOutcome.kind === 'not-received'
    ? `Connect could not be reached (${lastOutcome.cause.message}).`
    : `Connect's answer was lost (${lastOutcome.cause.message}).`;
}

function hintOf(code: string, { scheme }: CallHistory): string | undefined {
  return code === 'UNAUTHORIZED' ? UNAUTHORIZED_HINTS[scheme] : HINTS[code];
}

function toldBy({ lastOutcome, secrets }: CallHistory): string {
  return lastOutcome?.kind === 'answer' ? excerptOf(lastOutcome.text, secrets) : '';
}

function statusOf({ lastOutcome }: CallHistory): { status?: number } {
  return lastOutcome !== undefined && 'status' in lastOutcome ? { status: lastOutcome.status } : {};
}

function causeOf({ lastOutcome, secrets }: CallHistory): { cause?: Error } {
  return lastOutcome !== undefined && 'cause' in lastOutcome
    ? { cause: safeCause(lastOutcome.cause, secrets) }
    : {};
}

function plural(attempts: number): string {
  return attempts === 1 ? 'one request was' : `${attempts} requests were`;
}

/**
 * The kinds of faults under which every item's fate must be known and right.
 */
import type { Fault } from '../../src/simulator/index.ts';

/** One kind of fault, struck at random. */
export interface FateScenario {
  /** As people call it. */
  readonly name: string;
  readonly fault: Fault;
}

const token = { path: '/identity/' } as const;

/** Every kind of fault that an import or its token can meet. */
export const fateScenarios: readonly FateScenario[] = [
  { name: '400, JSON', fault: { kind: 'status', status: 400 } },
  { name: '401', fault: { kind: 'status', status: 401 } },
  { name: '403, HTML', fault: { kind: 'status', status: 403, body: 'html' } },
  { name: '404, empty', fault: { kind: 'status', status: 404, body: 'empty' } },
  { name: '408', fault: { kind: 'status', status: 408 } },
  { name: '413, HTML', fault: { kind: 'status', status: 413, body: 'html' } },
  { name: '429 without Retry-After', fault: { kind: 'status', status: 429 } },
  { name: '429, Retry-After in seconds', fault: { kind: 'status', status: 429, retryAfter: 1, share: 0.05 } },
  {
    name: '429, Retry-After as a date',
    fault: { kind: 'status', status: 429, retryAfter: { date: 1 }, share: 0.05 },
  },
  { name: '429, Retry-After: soon', fault: { kind: 'status', status: 429, retryAfter: 'soon' } },
  { name: '500', fault: { kind: 'status', status: 500 } },
  { name: '502, carried out', fault: { kind: 'status', status: 502, body: 'html', carriedOut: true } },
  { name: '503', fault: { kind: 'status', status: 503, body: 'html' } },
  { name: '503, Retry-After in seconds', fault: { kind: 'status', status: 503, retryAfter: 1 } },
  { name: '504, carried out', fault: { kind: 'status', status: 504, body: 'empty', carriedOut: true } },
  { name: 'redirect 302', fault: { kind: 'redirect', status: 302 } },
  { name: 'redirect 307', fault: { kind: 'redirect', status: 307 } },
  { name: 'stall before the body is read', fault: { kind: 'stall' } },
  { name: 'stall after acceptance', fault: { kind: 'stall', at: 'taken' } },
  { name: 'stall after the headers', fault: { kind: 'stall', at: 'headers' } },
  { name: 'stall in the answer', fault: { kind: 'stall', at: 'answer' } },
  { name: 'reset before acceptance', fault: { kind: 'reset' } },
  { name: 'reset in the request', fault: { kind: 'reset', at: 'body' } },
  { name: 'reset after acceptance', fault: { kind: 'reset', at: 'taken' } },
  { name: 'closed after acceptance', fault: { kind: 'lostAnswer' } },
  { name: 'truncated answer', fault: { kind: 'truncated' } },
  { name: 'malformed answer', fault: { kind: 'malformed' } },
  { name: 'no HTTP, carried out', fault: { kind: 'garbage', carriedOut: true } },
  { name: 'HTML with 200, not carried out', fault: { kind: 'html' } },
  { name: 'HTML with 200, carried out', fault: { kind: 'html', carriedOut: true } },
  { name: 'slow answer', fault: { kind: 'slow', duration: 300 } },
  { name: 'answer slower than the time limit', fault: { kind: 'slow', duration: 30_000 } },
  { name: 'JobId as a number', fault: { kind: 'jobId', form: 'number' } },
  { name: 'JobId in Header', fault: { kind: 'jobId', form: 'nested' } },
  { name: 'JobId missing', fault: { kind: 'jobId', form: 'missing' } },
  { name: 'JobId negative', fault: { kind: 'jobId', form: 'negative' } },
  { name: 'JobId as an object', fault: { kind: 'jobId', form: 'object' } },
  { name: 'failed job', fault: { kind: 'failedJob' } },
  { name: 'token expired in flight', fault: { kind: 'expiredToken', share: 0.1 } },
  { name: 'token endpoint down', fault: { kind: 'reset', ...token } },
  { name: 'token endpoint 429', fault: { kind: 'status', status: 429, retryAfter: 1, ...token } },
  { name: 'token endpoint 500', fault: { kind: 'status', status: 500, ...token } },
  { name: 'token endpoint: HTML', fault: { kind: 'html', ...token } },
  { name: 'token endpoint: no token', fault: { kind: 'noAccessToken' } },
  { name: 'token endpoint: rejected', fault: { kind: 'invalidClient' } },
];

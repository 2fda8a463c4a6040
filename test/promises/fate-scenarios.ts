/**
 * The kinds of faults under which every item's fate must be known and right.
 */
import type { Fault } from '../../src/simulator/index.ts';

/** One kind of fault, or several together, striking at random. */
export interface FateScenario {
  /** As people call it. */
  readonly name: string;
  /** The first of them strikes the first request for certain. */
  readonly faults: readonly Fault[];
}

const token = { path: '/identity/' } as const;

const single: readonly FateScenario[] = [
  { name: '400, JSON', faults: [{ kind: 'status', status: 400 }] },
  { name: '401', faults: [{ kind: 'status', status: 401 }] },
  { name: '403, HTML', faults: [{ kind: 'status', status: 403, body: 'html' }] },
  { name: '404, empty', faults: [{ kind: 'status', status: 404, body: 'empty' }] },
  { name: '408', faults: [{ kind: 'status', status: 408 }] },
  { name: '413, HTML', faults: [{ kind: 'status', status: 413, body: 'html' }] },
  { name: '429 without Retry-After', faults: [{ kind: 'status', status: 429 }] },
  {
    name: '429, Retry-After in seconds',
    faults: [{ kind: 'status', status: 429, retryAfter: 1, share: 0.05 }],
  },
  {
    name: '429, Retry-After as a date',
    faults: [{ kind: 'status', status: 429, retryAfter: { date: 1 }, share: 0.05 }],
  },
  { name: '429, Retry-After: soon', faults: [{ kind: 'status', status: 429, retryAfter: 'soon' }] },
  { name: '500', faults: [{ kind: 'status', status: 500 }] },
  { name: '502, carried out', faults: [{ kind: 'status', status: 502, body: 'html', carriedOut: true }] },
  { name: '503', faults: [{ kind: 'status', status: 503, body: 'html' }] },
  { name: '503, Retry-After in seconds', faults: [{ kind: 'status', status: 503, retryAfter: 1 }] },
  { name: '504, carried out', faults: [{ kind: 'status', status: 504, body: 'empty', carriedOut: true }] },
  { name: 'redirect 302', faults: [{ kind: 'redirect', status: 302 }] },
  { name: 'redirect 307', faults: [{ kind: 'redirect', status: 307 }] },
  { name: 'stall before the body is read', faults: [{ kind: 'stall' }] },
  { name: 'stall after acceptance', faults: [{ kind: 'stall', at: 'taken' }] },
  { name: 'stall after the headers', faults: [{ kind: 'stall', at: 'headers' }] },
  { name: 'stall in the answer', faults: [{ kind: 'stall', at: 'answer' }] },
  { name: 'reset before acceptance', faults: [{ kind: 'reset' }] },
  { name: 'reset in the request', faults: [{ kind: 'reset', at: 'body' }] },
  { name: 'reset after acceptance', faults: [{ kind: 'reset', at: 'taken' }] },
  { name: 'closed after acceptance', faults: [{ kind: 'lostAnswer' }] },
  { name: 'truncated answer', faults: [{ kind: 'truncated' }] },
  { name: 'malformed answer', faults: [{ kind: 'malformed' }] },
  { name: 'no HTTP, carried out', faults: [{ kind: 'garbage', carriedOut: true }] },
  { name: 'HTML with 200, not carried out', faults: [{ kind: 'html' }] },
  { name: 'HTML with 200, carried out', faults: [{ kind: 'html', carriedOut: true }] },
  { name: 'slow answer', faults: [{ kind: 'slow', duration: 300 }] },
  { name: 'answer slower than the time limit', faults: [{ kind: 'slow', duration: 30_000 }] },
  { name: 'JobId as a number', faults: [{ kind: 'jobId', form: 'number' }] },
  { name: 'JobId in Header', faults: [{ kind: 'jobId', form: 'nested' }] },
  { name: 'JobId missing', faults: [{ kind: 'jobId', form: 'missing' }] },
  { name: 'JobId negative', faults: [{ kind: 'jobId', form: 'negative' }] },
  { name: 'JobId as an object', faults: [{ kind: 'jobId', form: 'object' }] },
  { name: 'failed job', faults: [{ kind: 'failedJob' }] },
  { name: 'token expired in flight', faults: [{ kind: 'expiredToken', share: 0.1 }] },
  { name: 'token endpoint down', faults: [{ kind: 'reset', ...token }] },
  { name: 'token endpoint 429', faults: [{ kind: 'status', status: 429, retryAfter: 1, ...token }] },
  { name: 'token endpoint 500', faults: [{ kind: 'status', status: 500, ...token }] },
  { name: 'token endpoint: HTML', faults: [{ kind: 'html', ...token }] },
  { name: 'token endpoint: no token', faults: [{ kind: 'noAccessToken' }] },
  { name: 'token endpoint: rejected', faults: [{ kind: 'invalidClient' }] },
];

/** The share of the requests that each kind strikes where all of them are under way together. */
const mixedShare = 0.015;

/** Every kind of fault that an import or its token can meet, one at a time and all together. */
export const fateScenarios: readonly FateScenario[] = [
  ...single,
  {
    name: 'all of them, mixed',
    faults: single.flatMap(({ faults }) => faults.map((fault) => ({ ...fault, share: mixedShare }))),
  },
];

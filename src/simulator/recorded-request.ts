/**
 * What the simulator remembers of a request.
 */
import type { FaultKind } from './faults.ts';

/** A request to Connect, as it came in. The Authorization header is never kept. */
export interface RecordedRequest {
  /** `performance.now()` at arrival, in milliseconds. */
  readonly at: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Null until a whole answer has gone out, and for good when none does. */
  readonly status: number | null;
  /** X-StormConnect-Header, parsed; null without one. */
  readonly header: unknown;
  readonly items: number;
  /** Bytes of the body that were received; 0 when it was answered or broken off before. */
  readonly bytes: number;
  /** The job that it started as an import, or asked for by its id, answered or not. */
  readonly jobId: number | null;
  /** It was turned away because of the request limit, not by an ordered fault. */
  readonly isOverLimit: boolean;
  /** The ordered fault that struck it. */
  readonly fault: FaultKind | null;
}

/** Which of the requests to count; what is left out does not matter. */
export interface RequestSelection {
  /** `/Service/Operation`, such as `/Job/List`. */
  readonly operation?: string;
  readonly jobId?: number;
  /** The first moment that counts, on the clock of {@link RecordedRequest.at}. */
  readonly from?: number;
  /** The first moment that no longer counts. */
  readonly until?: number;
}

const jobPattern = /\/Job\/[^/]+\/?$/i;

/** The id that the query of a Job call names; null for every other call. */
export function jobAskedFor(url: URL): number | null {
  const id = url.searchParams.get('id');
  if (id === null || !jobPattern.test(url.pathname)) return null;
  const number = Number(id);
  return Number.isInteger(number) ? number : null;
}

/** How many of the requests fit a selection. */
export function countRequests(requests: readonly RecordedRequest[], selection: RequestSelection): number {
  const { operation, jobId, from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = selection;
  const ending = operation?.toLowerCase();
  return requests.filter(({ at, path, jobId: id }) => {
    const pathname = path.split('?', 1)[0]?.toLowerCase() ?? '';
    if (ending !== undefined && !pathname.replace(/\/$/, '').endsWith(ending)) return false;
    return (jobId === undefined || id === jobId) && at >= from && at < until;
  }).length;
}

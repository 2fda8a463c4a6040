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
  /** The job that it started or asked for; null when it was not carried out. */
  readonly jobId: number | null;
  /** It was turned away because of the request limit, not by an ordered fault. */
  readonly isOverLimit: boolean;
  /** The ordered fault that struck it. */
  readonly fault: FaultKind | null;
}

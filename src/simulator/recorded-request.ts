/**
 * What the simulator remembers of a request.
 */

/** A request to Connect, as it came in. The Authorization header is never kept. */
export interface RecordedRequest {
  /** `performance.now()` at arrival, in milliseconds. */
  readonly at: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Null until it is answered, and for good when it never is. */
  readonly status: number | null;
  /** X-StormConnect-Header, parsed; null without one. */
  readonly header: unknown;
  readonly items: number;
  readonly bytes: number;
  /** The job that it started or asked for. */
  readonly jobId: number | null;
}

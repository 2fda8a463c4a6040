/**
 * How long to pause before trying again, when the server does not say.
 */

/** What a backoff is computed from; durations in milliseconds. */
export interface Backoff {
  /** The longest first pause. */
  readonly base: number;
  /** No pause is longer. */
  readonly cap: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/**
 * The pause after the given failure in a row (1 for the first), in milliseconds: it doubles each time, and half
 * of it is random, so that callers that failed together do not come back together.
 */
export function backoffDelay(failure: number, backoff: Backoff): number {
  const longest = Math.min(backoff.cap, backoff.base * 2 ** (failure - 1));
  return longest / 2 + (longest / 2) * backoff.random();
}

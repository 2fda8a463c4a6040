/**
 * Counts requests as Connect's front door does: so many per minute, the next one is turned away.
 */

/** Where the request limit looks at the clock. */
export interface RequestLimitOptions {
  /** Requests per window; Infinity for none. */
  readonly limit: number;
  /** Length of the window in milliseconds. */
  readonly window: number;
  /** A rolling window looks back from now; a fixed one starts anew at every multiple of its length. */
  readonly minute: 'rolling' | 'fixed';
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
}

/** The request limit of one customer. Only admitted requests count. */
export class RequestLimit {
  readonly #options: RequestLimitOptions;
  #admitted: number[] = [];

  constructor(options: RequestLimitOptions) {
    this.#options = options;
  }

  /** Admits a request that arrives now (0), or says in how many milliseconds there is room again. */
  admit(): number {
    const { limit, window, minute, now } = this.#options;
    if (limit === Number.POSITIVE_INFINITY) return 0;
    const time = now();
    const start = minute === 'rolling' ? time - window : Math.floor(time / window) * window;
    const isOutside = (at: number): boolean => (minute === 'rolling' ? at <= start : at < start);
    const firstInside = this.#admitted.findIndex((at) => !isOutside(at));
    this.#admitted = firstInside === -1 ? [] : this.#admitted.slice(firstInside);
    if (this.#admitted.length < limit) {
      this.#admitted.push(time);
      return 0;
    }
    const oldest = this.#admitted[0] ?? time;
    return minute === 'rolling' ? oldest + window - time : start + window - time;
  }

  /** Forgets every request. */
  clear(): void {
    this.#admitted = [];
  }
}

/** How fast a {@link TokenBucket} fills. */
export interface TokenBucketOptions {
  /** Requests that may come at once. */
  readonly capacity: number;
  /** Milliseconds until one more may come. */
  readonly refill: number;
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
}

/** A steady rate with a burst, as the token endpoint has it per IP address. */
export class TokenBucket {
  readonly #options: TokenBucketOptions;
  #level: number;
  #at: number;

  constructor(options: TokenBucketOptions) {
    this.#options = options;
    this.#level = options.capacity;
    this.#at = options.now();
  }

  /** Admits a request (0), or says in how many milliseconds there is room again. */
  admit(): number {
    const { capacity, refill, now } = this.#options;
    const time = now();
    this.#level = Math.min(capacity, this.#level + (time - this.#at) / refill);
    this.#at = time;
    if (this.#level < 1) return (1 - this.#level) * refill;
    this.#level -= 1;
    return 0;
  }
}

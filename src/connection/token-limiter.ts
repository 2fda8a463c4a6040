/**
 * Keeps token requests of the whole process below the limit of the token endpoint, which counts by IP address
 * (3 a minute, a burst of 20).
 */
import type { Clock } from './clock.ts';

/** Half of the documented burst: other processes behind the same address, and our own before a restart, count too. */
const BURST = 10;
/** In parts of a minute: 2.7 a minute. */
const REFILL = 22 / 60;

/** A bucket of permissions for one token host. */
export class TokenLimiter {
  readonly #clock: Clock;
  readonly #interval: number;
  // The time at which the bucket is full again: one number holds its whole state.
  #fullAt = Number.NEGATIVE_INFINITY;
  #stoppedUntil = Number.NEGATIVE_INFINITY;
  // Those who wait come one after another.
  #last: Promise<void> = Promise.resolve();

  /** @param minute length of a minute in milliseconds */
  constructor(clock: Clock, minute: number) {
    this.#clock = clock;
    this.#interval = minute * REFILL;
  }

  /** Waits until one token request may go out. */
  turn(): Promise<void> {
    this.#last = this.#last.then(() => this.#wait());
    return this.#last;
  }

  /** The endpoint asked for a pause, in milliseconds. */
  stop(delay: number): void {
    this.#stoppedUntil = Math.max(this.#stoppedUntil, this.#clock.now() + delay);
  }

  async #wait(): Promise<void> {
    for (;;) {
      const now = this.#clock.now();
      const until = Math.max(this.#stoppedUntil, this.#fullAt - (BURST - 1) * this.#interval);
      if (now >= until) {
        this.#fullAt = Math.max(this.#fullAt, now) + this.#interval;
        return;
      }
      // Whoever needs the token waits with a timer of its own; this one must not hold up the end of the process.
      await new Promise<void>((resolve) => this.#clock.after(until - now, resolve, true));
    }
  }
}

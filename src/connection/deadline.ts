/**
 * A time budget that can be held while something else than the work itself takes time.
 */
import type { Clock } from './clock.ts';

/** Runs from its creation; calls back once when the budget is spent. */
export class Deadline {
  readonly #clock: Clock;
  readonly #onPassed: () => void;
  #left: number;
  #runningSince: number | undefined;
  #cancel: (() => void) | undefined;

  /** @param budget milliseconds */
  constructor(clock: Clock, budget: number, onPassed: () => void) {
    this.#clock = clock;
    this.#onPassed = onPassed;
    this.#left = budget;
    this.resume();
  }

  /** Milliseconds left; 0 when it has passed. */
  get remaining(): number {
    const running = this.#runningSince === undefined ? 0 : this.#clock.now() - this.#runningSince;
    return Math.max(0, this.#left - running);
  }

  /** Stops counting, for good unless resumed. */
  hold(): void {
    this.#left = this.remaining;
    this.#runningSince = undefined;
    this.#cancel?.();
  }

  resume(): void {
    this.#cancel?.();
    this.#runningSince = this.#clock.now();
    this.#cancel = this.#clock.after(this.#left, this.#onPassed);
  }
}

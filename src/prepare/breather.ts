/**
 * Keeps long work from holding up everything else that runs in the process.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest time in ms that work keeps the event loop for itself. */
const longestSlice = 12;

/** Gives the event loop its turn when the time is up. */
export class Breather {
  #since = performance.now();

  /** Whether the time is up: who looks first spares a promise for each of many small steps. */
  get isDue(): boolean {
    return performance.now() - this.#since >= longestSlice;
  }

  /** Goes on at once, or in a later turn of the event loop. */
  async pause(): Promise<void> {
    if (!this.isDue) return;
    await nextTurn();
    this.#since = performance.now();
  }
}

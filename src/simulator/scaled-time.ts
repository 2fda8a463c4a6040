/**
 * Norce's time: a number of times faster than real time, in waits that can be broken off.
 */

/** In milliseconds; longer timers of Node.js fire at once. */
export const longestTimer = 2 ** 31 - 1;

/** Waits in Norce's time. */
export class ScaledTime {
  readonly #scale: number;
  readonly #waiting = new Map<NodeJS.Timeout, (elapsed: boolean) => void>();

  /** @param scale how many times faster than real time. */
  constructor(scale: number) {
    this.#scale = scale;
  }

  /** Real milliseconds of as many of Norce's. */
  toReal(milliseconds: number): number {
    return milliseconds / this.#scale;
  }

  /** Norce's milliseconds since a moment of real time. */
  since(date: Date): number {
    return (Date.now() - date.getTime()) * this.#scale;
  }

  /** Resolves with true after so many of Norce's milliseconds, or with false once {@link cancel} is called. */
  async wait(milliseconds: number): Promise<boolean> {
    const due = performance.now() + this.toReal(milliseconds);
    for (let left = this.toReal(milliseconds); left > 0; left = due - performance.now()) {
      if (!(await this.#sleep(Math.min(left, longestTimer)))) return false;
    }
    return true;
  }

  /** Breaks off every wait. */
  cancel(): void {
    for (const [timer, resolve] of this.#waiting) {
      clearTimeout(timer);
      resolve(false);
    }
    this.#waiting.clear();
  }

  #sleep(realMilliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(timer);
        resolve(true);
      }, realMilliseconds);
      this.#waiting.set(timer, resolve);
    });
  }
}

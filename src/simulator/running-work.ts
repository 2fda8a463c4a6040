/**
 * What goes on in the background, so that somebody can wait for its end.
 */

/** Background work; none of it may reject. */
export class RunningWork {
  readonly #running = new Set<Promise<void>>();

  /** Counts a piece of work until it is over. */
  add(work: Promise<void>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  /** Resolves when nothing runs, not even what was added meanwhile. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}

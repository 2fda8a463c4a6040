/**
 * Counts requests in a rolling window. It alone knows how slots are counted, so that another log (one that is kept
 * in a store, or shared by several processes) can take its place under the same throttle.
 */

/** Slots that are taken, and when each comes back. All times in milliseconds of one monotonic clock. */
export class RollingLog {
  readonly #window: number;
  #underWay = 0;
  // Ascending.
  readonly #returns: number[] = [];

  /** @param window how long a slot stays taken after its answer */
  constructor(window: number) {
    this.#window = window;
  }

  /** Slots that count against the limit at this time. */
  used(now: number): number {
    while (this.#returns.length > 0 && (this.#returns[0] ?? 0) <= now) this.#returns.shift();
    return this.#underWay + this.#returns.length;
  }

  /** A request is about to go out. */
  take(): void {
    this.#underWay += 1;
  }

  /** The request was answered, or has failed for certain: the server counted it before now. */
  end(now: number): void {
    this.#return(now + this.#window);
  }

  /** The request was given up without an answer: it may still be on its way, for up to a window more. */
  abandon(now: number): void {
    this.#return(now + 2 * this.#window);
  }

  /** A slot that was taken before this log began, and comes back at the given time. */
  restore(returnsAt: number): void {
    this.#insert(returnsAt);
  }

  /** The request never went out. */
  undo(): void {
    this.#underWay -= 1;
  }

  #return(at: number): void {
    this.#underWay -= 1;
    this.#insert(at);
  }

  #insert(at: number): void {
    this.#returns.splice(this.#returns.findLastIndex((earlier) => earlier <= at) + 1, 0, at);
  }

  /**
   * When the given place in the line (1 for the head) finds a slot. `Infinity` when that depends on an answer
   * still under way.
   */
  roomAt(now: number, place: number, limit: number): number {
    const missing = this.used(now) - limit + place;
    if (missing <= 0) return now;
    return this.#returns[missing - 1] ?? Number.POSITIVE_INFINITY;
  }

  /** The like of {@link roomAt}, but always a time: answers under way are taken to arrive now. */
  expectedRoomAt(now: number, place: number, limit: number): number {
    const used = this.used(now);
    const missing = used - limit + place;
    if (missing <= 0) return now;
    const round = Math.max(limit, used);
    const fullWindows = Math.floor((missing - 1) / round);
    return (this.#returns[(missing - 1) % round] ?? now + this.#window) + fullWindows * this.#window;
  }
}

/**
 * The order in which an accumulator does what it is asked: a large message must not be overtaken by what comes after
 * it, or an older value would cover a newer one, and a flush would leave behind what came before it.
 */

/** The turns of one accumulator. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  /** Turns that somebody has or waits for. */
  #asked = 0;
  /** What was begun and has not ended. */
  #underWay = 0;
  readonly #whenEnded: (() => void)[] = [];

  /**
   * Begins something at once where nobody has a turn, else in its own. It goes on while others have theirs, so that
   * they can be written together, until {@link Turns.ended} is called for it.
   *
   * @param begin Does not throw.
   */
  begin(begin: () => void): void {
    if (this.#asked === 0) this.#begin(begin);
    else void this.#inTurn(async () => this.#begin(begin));
  }

  /**
   * Prepares something in a turn, and begins it as {@link Turns.begin} does before anybody else has theirs.
   *
   * @throws what `prepare` throws; then it is not begun
   */
  prepare<Prepared>(prepare: () => Promise<Prepared>, begin: (prepared: Prepared) => void): Promise<void> {
    return this.#inTurn(async () => {
      const prepared = await prepare();
      this.#begin(() => begin(prepared));
    });
  }

  /** Does something alone: when all that was asked before has ended, and before anything later begins. */
  alone<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#inTurn(async () => {
      if (this.#underWay > 0) await new Promise<void>((resolve) => this.#whenEnded.push(resolve));
      return work();
    });
  }

  /** Something that was begun has ended. */
  ended(): void {
    this.#underWay -= 1;
    if (this.#underWay > 0) return;
    for (const tell of this.#whenEnded.splice(0)) tell();
  }

  #begin(begin: () => void): void {
    this.#underWay += 1;
    begin();
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#asked += 1;
    const turn = this.#last.then(work);
    const ended = () => {
      this.#asked -= 1;
    };
    this.#last = turn.then(ended, ended);
    return turn;
  }
}

/**
 * The order in which an accumulator does what it is asked: a large message must not be overtaken by what comes after
 * it, or an older value would cover a newer one, and a flush would leave behind what came before it.
 */

/** The turns of one accumulator. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  /** Turns that somebody has or waits for. */
  #asked = 0;
  /** What was begun in a turn and has not ended. */
  #underWay = 0;
  readonly #whenEnded: (() => void)[] = [];

  /**
   * Begins something at once where nobody has a turn, else in its own. It goes on while others have theirs, so that
   * they can be written together.
   */
  begin<Result>(begin: () => Promise<Result>): Promise<Result> {
    // It resolves no sooner than what was prepared: of what is written together the first is told first.
    if (this.#asked === 0) return this.#watched(begin()).then((result) => result);
    return this.#inTurn(async () => ({ begun: this.#watched(begin()) })).then(({ begun }) => begun);
  }

  /**
   * Prepares something in its turn; what comes of it goes on as after {@link begin}.
   *
   * @param prepare Resolves with what begins the rest; that is begun before anybody else's turn.
   */
  async prepare<Result>(prepare: () => Promise<() => Promise<Result>>): Promise<Result> {
    const { begun } = await this.#inTurn(async () => ({ begun: this.#watched((await prepare())()) }));
    return begun;
  }

  /** Does something alone: when all that was asked before has ended, and before anything later begins. */
  alone<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#inTurn(async () => {
      if (this.#underWay > 0) await new Promise<void>((resolve) => this.#whenEnded.push(resolve));
      return work();
    });
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

  #watched<Result>(begun: Promise<Result>): Promise<Result> {
    this.#underWay += 1;
    begun.then(this.#ended, this.#ended);
    return begun;
  }

  readonly #ended = (): void => {
    this.#underWay -= 1;
    if (this.#underWay > 0) return;
    for (const tell of this.#whenEnded.splice(0)) tell();
  };
}

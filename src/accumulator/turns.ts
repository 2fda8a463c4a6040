/**
 * The order in which an accumulator does what it is asked: a large message must not be overtaken by what comes after
 * it, or an older value would cover a newer one, and a flush would leave behind what came before it.
 */

const ignore = (): void => undefined;

/** The turns of one accumulator. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  /** What was begun in a turn and has not ended. */
  readonly #underWay = new Set<Promise<void>>();

  /**
   * Prepares something in its turn. What comes of it goes on while others have theirs, so that they can be written
   * together.
   *
   * @param prepare Resolves with what begins the rest; that is begun before anybody else's turn.
   */
  async begin<Result>(prepare: () => Promise<() => Promise<Result>>): Promise<Result> {
    let rest: Promise<Result> | undefined;
    await this.#inTurn(async () => {
      const begun = (await prepare())();
      rest = begun;
      const ended: Promise<void> = begun.then(ignore, ignore).then(() => void this.#underWay.delete(ended));
      this.#underWay.add(ended);
    });
    return rest as Promise<Result>;
  }

  /** Does something alone: when all that was asked before has ended, and before anything later begins. */
  alone<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#inTurn(async () => {
      await Promise.all(this.#underWay);
      return work();
    });
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(ignore);
    return turn;
  }
}

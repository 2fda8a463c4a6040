/**
 * Appends the items of messages to a collection, those of several messages in one commit.
 */
import { asError, ConnectError } from '../errors.ts';
import type { NewBlock } from '../store/index.ts';
import { giveBack } from '../transferable.ts';
import { blockBytes, blockItems, blockOf, type Lines } from './portions.ts';

/** Commits under way at the same time: one on the disk, and one that is being put together. */
const mostUnderWay = 2;

/** Who waits until what it brought is on disk. */
export interface Waiting {
  /** Called once. Does not throw. */
  written(error: Error | undefined): void;
}

/** Lines of one message, or a part of a large one, that go together. */
interface Portion {
  readonly content: Lines;
  readonly supplierId: number | null;
  readonly waiting: Waiting;
}

/** The portions of a message that has several. */
class Several implements Waiting {
  #missing: number;
  #error: Error | undefined;
  readonly #waiting: Waiting;

  constructor(portions: number, waiting: Waiting) {
    this.#missing = portions;
    this.#waiting = waiting;
  }

  /** Waits for all of them, also where one fails. */
  written(error: Error | undefined): void {
    this.#error ??= error;
    this.#missing -= 1;
    if (this.#missing === 0) this.#waiting.written(this.#error);
  }
}

/** Puts blocks into the store. */
export type Append = (block: NewBlock) => Promise<unknown>;

/** What became of a block. */
type Outcome = Promise<Error | undefined>;

/** A group on its way to the disk. */
interface Commit {
  readonly outcome: Outcome;
  /** Resolves when all of its messages have been told. */
  readonly told: Promise<void>;
}

/** One collection's way to the disk. What is added is appended, and told, in the order in which it was added. */
export class Appender {
  readonly #append: Append;
  #waiting: Portion[] = [];
  /** Those under way, the oldest first. */
  readonly #commits: Commit[] = [];
  #isPlanned = false;
  /** The messages of a commit that was too large are appended one by one. */
  #isDividing = false;

  constructor(append: Append) {
    this.#append = append;
  }

  /**
   * Appends the items of a message; whoever waits is told when all of them are on disk, or with the reason why they
   * are not: a ConnectError `COLLECTION_FULL`, `STORE_…`. What is one portion is appended as a whole or not at all; of
   * several some may be there when it fails, which does no harm when they are added again.
   */
  add(portions: readonly Lines[], supplierId: number | null, waiting: Waiting): void {
    if (portions.length === 0) {
      waiting.written(undefined);
      return;
    }
    const all = portions.length === 1 ? waiting : new Several(portions.length, waiting);
    for (const content of portions) this.#waiting.push({ content, supplierId, waiting: all });
    this.#plan();
  }

  get #mayCommit(): boolean {
    return this.#waiting.length > 0 && this.#commits.length < mostUnderWay && !this.#isDividing;
  }

  /** In the next turn of the event loop, so that messages that come in one after the other share a commit. */
  #plan(): void {
    if (this.#isPlanned || !this.#mayCommit) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      if (this.#mayCommit) this.#commit(this.#group());
    });
  }

  /** The next portions that fit into one block. */
  #group(): Portion[] {
    const [first] = this.#waiting;
    let [items, bytes, count] = [0, 0, 0];
    for (const { content, supplierId } of this.#waiting) {
      items += content.items;
      bytes += content.bytes;
      const isFull = items > blockItems || bytes > blockBytes;
      if (count > 0 && (isFull || supplierId !== first?.supplierId)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  #commit(group: readonly Portion[]): void {
    const outcome = this.#try(group);
    const told = this.#tell(group, outcome, this.#commits.at(-1)?.told);
    this.#commits.push({ outcome, told });
    this.#plan();
  }

  async #try(group: readonly Portion[]): Outcome {
    try {
      await this.#append(
        blockOf(
          group.map(({ content }) => content),
          group[0]?.supplierId ?? null,
        ),
      );
      return undefined;
    } catch (thrown) {
      return asError(thrown);
    }
  }

  async #tell(group: readonly Portion[], outcome: Outcome, former: Promise<void> | undefined): Promise<void> {
    const error = await outcome;
    await former;
    const isFull = error instanceof ConnectError && error.code === 'COLLECTION_FULL';
    if (isFull && group.length > 1) await this.#divide(group, error);
    else for (const { waiting } of group) waiting.written(error);
    for (const { content } of group) if (typeof content.lines !== 'string') giveBack(content.lines);
    this.#commits.shift();
    this.#plan();
  }

  /**
   * Some of a group may still find room. Not behind what came after them, whose values would be covered by theirs:
   * where the next group has found room before, this one is refused.
   */
  async #divide(group: readonly Portion[], error: Error): Promise<void> {
    this.#isDividing = true;
    const next = this.#commits[1];
    const isOvertaken = next !== undefined && (await next.outcome) === undefined;
    for (const portion of group) {
      portion.waiting.written(isOvertaken ? error : await this.#try([portion]));
    }
    this.#isDividing = false;
  }
}

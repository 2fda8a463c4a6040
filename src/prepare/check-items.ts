/**
 * Checks items that are collected: each by itself, as it will be checked again when it is sent.
 */
import { Breather } from './breather.ts';
import { type CheckedItem, checkItem, messageOf } from './check-item.ts';
import type { Preparation } from './preparation.ts';
import type { RejectedItem } from './types.ts';

/** An item that can be sent by itself. */
export interface CollectedItem {
  /** Identity key as text. */
  readonly key: string;
  /** As JSON, under exact names; a copy of what was given in the turn in which it was checked. */
  readonly text: string;
}

/** Takes the items that can be sent, in their order, each as soon as it has been checked. */
export interface ItemTaker {
  add(item: CollectedItem): void;
}

/** Items that are checked at once, and characters of their texts: that takes some milliseconds. */
const mostAtOnce = 100;
const mostCharactersAtOnce = 256 * 1024;

/** Checks a list of items. Nothing that is given is changed. */
export class ItemsCheck {
  /** Those that cannot be sent. */
  readonly rejected: RejectedItem[] = [];
  readonly #given: readonly unknown[];
  readonly #preparation: Preparation;
  readonly #taker: ItemTaker;
  #next = 0;

  constructor(given: readonly unknown[], preparation: Preparation, taker: ItemTaker) {
    // A list of its own: whoever adds to the given one or cuts it short meanwhile changes nothing here.
    this.#given = [...given];
    this.#preparation = preparation;
    this.#taker = taker;
  }

  /**
   * Checks a short list before anything else runs, as far as that does not take long.
   *
   * @returns whether all of it has been checked; else {@link ItemsCheck.finish} checks the rest
   */
  begin(): boolean {
    if (this.#given.length > mostAtOnce) return false;
    let characters = 0;
    while (this.#next < this.#given.length && characters < mostCharactersAtOnce) {
      characters += this.#checkNext();
    }
    return this.#next === this.#given.length;
  }

  /** Checks what is left, and yields to the event loop between the items. */
  async finish(): Promise<void> {
    const breather = new Breather();
    while (this.#next < this.#given.length) {
      if (breather.isDue) await breather.pause();
      this.#checkNext();
    }
  }

  /** Gives the characters of its text, where it can be sent. */
  #checkNext(): number {
    const index = this.#next;
    const item = this.#given[index];
    this.#next += 1;
    const checked = this.#check(item);
    if ('errors' in checked) {
      const { errors, key } = checked;
      this.rejected.push({ index, item, errors, ...(key === undefined ? {} : { key }) });
      return 0;
    }
    const { text } = checked.content;
    this.#taker.add({ key: checked.identity.key, text });
    return text.length;
  }

  #check(item: unknown): CheckedItem {
    try {
      return checkItem(item, this.#preparation);
    } catch (thrown) {
      // A getter or proxy inside the item may throw whatever it likes.
      const message = `The item cannot be read: ${messageOf(thrown)}`;
      return { errors: [{ path: '', code: 'NOT_JSON', message }] };
    }
  }
}

/**
 * Checks a list of items and yields to the event loop between them. Nothing that is given is changed.
 *
 * @returns those that cannot be sent
 */
export async function checkItems(
  given: readonly unknown[],
  preparation: Preparation,
  taker: ItemTaker,
): Promise<readonly RejectedItem[]> {
  const check = new ItemsCheck(given, preparation, taker);
  await check.finish();
  return check.rejected;
}

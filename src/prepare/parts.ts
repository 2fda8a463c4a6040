/**
 * Turns whole items into the parts that are sent, in an order in which none overtakes what it follows.
 */
import { SerialisedItem } from './serialised-item.ts';
import type { ItemError } from './types.ts';
import { partsOf, type WholeItem } from './whole-item.ts';

/** Why an item waits for one that was turned away before it. */
function heldBack(former: number): ItemError {
  return {
    path: '',
    code: 'DUPLICATE_NOT_MERGEABLE',
    message: `Item ${former} of this message (the first is item 0), which is about the same record, was rejected. This one came after it and must not overtake it, else item ${former}, sent later, would undo it. Send item ${former} first, and this one after its job has ended.`,
  };
}

/** Takes in whole items, each after those that it follows. */
export class Parts {
  readonly #maximumBytes: number;
  readonly #cuts: boolean;
  readonly #items: SerialisedItem[] = [];
  /** The last part of each item that another one may follow; nothing for one that was turned away. */
  readonly #last = new Map<WholeItem, SerialisedItem | undefined>();

  /**
   * @param maximumBytes Bytes of the largest request.
   * @param cuts Whether items that have slices are cut into them.
   */
  constructor(maximumBytes: number, cuts: boolean) {
    this.#maximumBytes = maximumBytes;
    this.#cuts = cuts;
  }

  /** All parts so far. */
  get items(): readonly SerialisedItem[] {
    return this.#items;
  }

  /** Takes an item in, or says why it cannot be sent. */
  add(item: WholeItem): ItemError | undefined {
    const former = item.follows.find((followed) => this.#last.get(followed) === undefined);
    const parts = former === undefined ? this.#partsOf(item) : [];
    const largest = parts.reduce((most, { bytes }) => Math.max(most, bytes), 0);
    // Two brackets stand around an item that is sent by itself.
    const isTooLarge = largest + 2 > this.#maximumBytes;
    const isSent = former === undefined && !isTooLarge;
    this.#last.set(item, isSent ? parts.at(-1) : undefined);
    if (isSent) {
      for (const part of parts) this.#items.push(part);
      return undefined;
    }
    if (former !== undefined) return heldBack(former.indexes[0] as number);
    const message = `The item has ${largest} bytes, a request may have ${this.#maximumBytes}.`;
    return { path: '', code: 'ITEM_TOO_LARGE', message };
  }

  #partsOf(item: WholeItem): SerialisedItem[] {
    const { text, carried, slices } = item.content;
    if (!this.#cuts) {
      const { indexes, key, scope } = item;
      return [new SerialisedItem({ indexes, key, scope, text, carried, isUniform: slices === undefined })];
    }
    const follows = item.follows.flatMap((followed) => this.#last.get(followed) ?? []);
    return partsOf(item, follows);
  }
}

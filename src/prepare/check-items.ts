/**
 * Checks items that are collected: each by itself, as it will be checked again when it is sent.
 */
import { Breather } from './breather.ts';
import { checkItem, messageOf } from './check-item.ts';
import type { Preparation } from './preparation.ts';
import type { RejectedItem } from './types.ts';

/** An item that can be sent by itself. */
export interface CollectedItem {
  /** Identity key as text. */
  readonly key: string;
  /** As JSON, under exact names; a copy of what was given in the turn in which it was checked. */
  readonly text: string;
}

/** Items that can be sent, in their order, and those that cannot. */
export interface CheckedItems {
  readonly items: readonly CollectedItem[];
  readonly rejected: readonly RejectedItem[];
}

class Check {
  readonly items: CollectedItem[] = [];
  readonly rejected: RejectedItem[] = [];
  readonly #preparation: Preparation;

  constructor(preparation: Preparation) {
    this.#preparation = preparation;
  }

  add(item: unknown, index: number): void {
    try {
      const checked = checkItem(item, index, this.#preparation);
      if ('errors' in checked) {
        const { errors, key } = checked;
        this.rejected.push({ index, item, errors, ...(key === undefined ? {} : { key }) });
      } else {
        this.items.push({ key: checked.keyed.identity.key, text: checked.keyed.text });
      }
    } catch (thrown) {
      // A getter or proxy inside the item may throw whatever it likes.
      const message = `The item cannot be read: ${messageOf(thrown)}`;
      this.rejected.push({ index, item, errors: [{ path: '', code: 'NOT_JSON', message }] });
    }
  }
}

/** Checks a list of items and yields to the event loop between them. Nothing that is given is changed. */
export async function checkItems(given: readonly unknown[], preparation: Preparation): Promise<CheckedItems> {
  const breather = new Breather();
  const check = new Check(preparation);
  // A list of its own: whoever adds to the given one or cuts it short meanwhile changes nothing here.
  const list = [...given];
  for (let index = 0; index < list.length; index++) {
    if (breather.isDue) await breather.pause();
    check.add(list[index], index);
  }
  return check;
}

/** Checks a short list of items at once. Nothing that is given is changed. */
export function checkItemsNow(given: readonly unknown[], preparation: Preparation): CheckedItems {
  const check = new Check(preparation);
  for (let index = 0; index < given.length; index++) check.add(given[index], index);
  return check;
}

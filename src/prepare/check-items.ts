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

/** Checks a list of items and yields to the event loop between them. Nothing that is given is changed. */
export async function checkItems(given: readonly unknown[], preparation: Preparation): Promise<CheckedItems> {
  const breather = new Breather();
  const items: CollectedItem[] = [];
  const rejected: RejectedItem[] = [];
  // A list of its own: whoever adds to the given one or cuts it short meanwhile changes nothing here.
  for (const [index, item] of [...given].entries()) {
    await breather.pause();
    try {
      const checked = checkItem(item, index, preparation);
      if ('errors' in checked) {
        const { errors, key } = checked;
        rejected.push({ index, item, errors, ...(key === undefined ? {} : { key }) });
      } else {
        items.push({ key: checked.keyed.identity.key, text: checked.keyed.text });
      }
    } catch (thrown) {
      // A getter or proxy inside the item may throw whatever it likes.
      const message = `The item cannot be read: ${messageOf(thrown)}`;
      rejected.push({ index, item, errors: [{ path: '', code: 'NOT_JSON', message }] });
    }
  }
  return { items, rejected };
}

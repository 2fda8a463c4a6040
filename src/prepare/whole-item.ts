/**
 * An item before it is put into requests: everything that a message says of one record in one go.
 */
import type { CarriedFields } from './header.ts';
import { SerialisedItem } from './serialised-item.ts';
import type { Slice } from './slices.ts';

/** What an item, or several that were joined, comes to. */
export interface ItemContent {
  readonly text: string;
  readonly carried: CarriedFields;
  /** Its slices; not given where all its records carry the same fields. */
  readonly slices?: readonly Slice[];
}

/** An item under its key, and the earlier ones that must have been written before it. */
export interface WholeItem {
  readonly key: string;
  readonly indexes: number[];
  readonly scope: string;
  readonly follows: readonly WholeItem[];
  content: ItemContent;
}

/**
 * The parts of an item in the order in which they are sent, each after the job of the former.
 *
 * @param follows What has to be written before its first part.
 */
export function partsOf(
  {
    indexes,
    key,
    scope,
    content,
  }: Pick<WholeItem, 'key' | 'scope' | 'content'> & {
    readonly indexes: readonly number[];
  },
  follows: readonly SerialisedItem[],
): SerialisedItem[] {
  const { text, carried, slices = [{ text, carried }] } = content;
  const parts: SerialisedItem[] = [];
  for (const slice of slices) {
    const former = parts.at(-1);
    const cut = { whole: text, number: parts.length + 1, of: slices.length };
    parts.push(
      new SerialisedItem({
        indexes,
        key,
        text: slice.text,
        carried: slice.carried,
        scope,
        ...(slices.length === 1 ? {} : { cut }),
        ...(former === undefined ? { follows } : { follows: [former] }),
      }),
    );
  }
  return parts;
}

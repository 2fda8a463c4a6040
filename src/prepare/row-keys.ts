/**
 * The keys under which an item may have been sent, from the item alone: for what comes back from Connect.
 */
import type { ImportName } from '../contract/index.ts';
import { outlineOf } from '../contract/outline.ts';
import { identify } from './identity.ts';
import type { ItemRecord } from './types.ts';

/**
 * Each key of an item by which Connect could find its record, as {@link PreparedItem.key} has it; the options of the
 * message decided which of them was used.
 */
export function keysOfItem(name: ImportName, item: ItemRecord): readonly string[] {
  const identity = identify(item, outlineOf(name).root.identity);
  return identity === undefined ? [] : [identity.key, ...identity.aliases];
}

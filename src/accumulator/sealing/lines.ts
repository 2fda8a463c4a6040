/**
 * Items as lines of key, tab and text: as they lie in the store, see `collections.ts` there.
 */
import type { FeedItem } from '../../prepare/index.ts';

// A mark at the beginning is part of the first key.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The lines of items. */
export function linesOf(items: readonly FeedItem[]): string {
  // Of the right length from the beginning, and joined at once: this runs for every item that is collected.
  const parts = new Array<string>(Math.max(0, items.length * 4 - 1)).fill('\n');
  for (let index = 0; index < items.length; index++) {
    const { key, text } = items[index] as FeedItem;
    parts[index * 4] = key;
    parts[index * 4 + 1] = '\t';
    parts[index * 4 + 2] = text;
  }
  return parts.join('');
}

/** The items of the lines that the store gives. */
export function itemsOf(lines: Uint8Array): FeedItem[] {
  if (lines.length === 0) return [];
  return decoder
    .decode(lines)
    .split('\n')
    .map((line) => {
      const tab = line.indexOf('\t');
      return { key: line.slice(0, tab), text: line.slice(tab + 1) };
    });
}

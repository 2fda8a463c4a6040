/**
 * Items as lines of key, tab and text: as they lie in the store, see `collections.ts` there.
 */
import type { FeedItem } from '../../prepare/index.ts';

// A mark at the beginning is part of the first key.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The lines of items. */
export function linesOf(items: readonly FeedItem[]): string {
  return items.map(({ key, text }) => `${key}\t${text}`).join('\n');
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

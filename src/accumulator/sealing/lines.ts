/**
 * Items as lines of key, tab and text: as they lie in the store, see `collections.ts` there.
 */
import type { FeedItem } from '../../prepare/index.ts';

// A mark at the beginning is part of the first key.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Between lines. */
export const lineFeed = 0x0a;
/** Between the key and the text of a line. */
const tab = 0x09;

/** The lines of items, as bytes that have their memory to themselves. */
export function linesOf(items: readonly FeedItem[]): Uint8Array {
  let length = Math.max(0, items.length * 2 - 1);
  for (const { key, text } of items) length += Buffer.byteLength(key) + Buffer.byteLength(text);
  const lines = Buffer.allocUnsafeSlow(length);
  let end = 0;
  // Written in place: nothing is made for each item.
  for (const { key, text } of items) {
    if (end > 0) lines[end++] = lineFeed;
    end += lines.write(key, end);
    lines[end++] = tab;
    end += lines.write(text, end);
  }
  return lines;
}

/** The lines of a few items, at least one, as text. */
export function textOfLines(items: readonly FeedItem[]): string {
  // Joined at once: strings that are put together hold their parts as long as they wait.
  const parts = new Array<string>(items.length * 4 - 1).fill('\n');
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

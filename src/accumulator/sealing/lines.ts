/**
 * The lines of a partition: what was collected, as it lies in the store.
 */

/** An item under its identity key, as text. */
export interface Line {
  readonly key: string;
  readonly text: string;
}

// A mark at the beginning is part of the first key.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Items from lines of key, tab and text. */
export function linesOf(lines: Uint8Array): Line[] {
  if (lines.length === 0) return [];
  const text = decoder.decode(lines);
  return text.split('\n').map((line) => {
    const tab = line.indexOf('\t');
    return { key: line.slice(0, tab), text: line.slice(tab + 1) };
  });
}

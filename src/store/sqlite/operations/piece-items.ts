/**
 * The items in the texts of a piece.
 */
/** Joins the texts of a piece; JSON texts hold no line feed of their own. */
export const separator = ',\n';

/** An item of a piece: its line among the keys, and its text. */
export interface PieceItem {
  readonly line: string;
  readonly text: string;
}

/** What items come to as a piece. */
export interface PieceContent {
  readonly items: number;
  readonly bytes: number;
  readonly keys: string;
  readonly texts: string;
}

/** Items of a piece, one by one. */
export function itemsOf({ keys, texts }: Pick<PieceContent, 'keys' | 'texts'>): PieceItem[] {
  const lines = keys.split('\n');
  return texts.split(separator).map((text, index) => ({ line: lines[index] as string, text }));
}

/** The other way round. */
export function contentOf(items: readonly PieceItem[]): PieceContent {
  const texts = items.map(({ text }) => text).join(separator);
  return {
    items: items.length,
    bytes: Buffer.byteLength(texts),
    keys: items.map(({ line }) => line).join('\n'),
    texts,
  };
}

/** The key in a line, whatever it follows. */
export function keyOf(line: string): string {
  const end = line.indexOf('\t');
  return end < 0 ? line : line.slice(0, end);
}

/** The keys in the lines of a piece. */
export function keysIn(keys: string): string[] {
  return keys.split('\n').map(keyOf);
}

/** The keys that the item of a line follows. */
export function followedBy(line: string): readonly string[] {
  const tab = line.indexOf('\t');
  return tab < 0 ? [] : (JSON.parse(line.slice(tab + 1)) as readonly string[]);
}

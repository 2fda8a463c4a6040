/**
 * Items as the lines of blocks, which go to the disk together.
 */
import type { CollectedItem, ItemTaker } from '../prepare/index.ts';
import type { Amount, NewBlock } from '../store/index.ts';
import { giveBack } from '../transferable.ts';
import { lineFeed, linesOf, textOfLines } from './sealing/lines.ts';

/** Most items of one block. */
export const blockItems = 1000;
/** Bytes of one block, unless one item is larger. */
export const blockBytes = 256 * 1024;
/**
 * So many items are written together, so that their texts are not kept while the rest of a message is checked. What
 * is less than that waits as text: bytes of a few items take more memory than their text.
 */
const writtenTogether = 32;

/** Lines of items, as in {@link NewBlock}. */
export interface Lines extends Amount {
  readonly lines: string | Uint8Array;
}

/** The items of one message as lines of bounded size. */
export class Portions implements ItemTaker {
  readonly #ended: Lines[] = [];
  /** Lines of the portion under way. */
  #written: Uint8Array[] = [];
  /** Those after them. */
  #unwritten: CollectedItem[] = [];
  #items = 0;
  #bytes = 0;

  /** How many items have been added. */
  get items(): number {
    return this.#ended.reduce((sum, { items }) => sum + items, this.#items);
  }

  add(item: CollectedItem): void {
    const bytes = Buffer.byteLength(item.text);
    if (this.#items >= blockItems || (this.#items > 0 && this.#bytes + bytes > blockBytes)) this.#end();
    this.#items += 1;
    this.#bytes += bytes;
    this.#unwritten.push(item);
    if (this.#unwritten.length === writtenTogether) this.#write();
  }

  /** All of them. Nothing is added any more. */
  end(): readonly Lines[] {
    if (this.#items > 0) this.#end();
    return this.#ended;
  }

  #write(): void {
    this.#written.push(linesOf(this.#unwritten));
    this.#unwritten = [];
  }

  #end(): void {
    this.#ended.push({ lines: this.#lines(), items: this.#items, bytes: this.#bytes });
    this.#items = 0;
    this.#bytes = 0;
    this.#written = [];
    this.#unwritten = [];
  }

  #lines(): string | Uint8Array {
    if (this.#written.length === 0) return textOfLines(this.#unwritten);
    if (this.#unwritten.length > 0) this.#write();
    const lines = joined(this.#written);
    giveBack(this.#written);
    return lines;
  }
}

/**
 * The lines of portions as one block, which whoever appends it hands over. That of one portion alone has the portion's
 * own bytes: it can be appended once.
 */
export function blockOf(portions: readonly Lines[], supplierId: number | null): NewBlock {
  let [items, bytes] = [0, 0];
  for (const portion of portions) {
    items += portion.items;
    bytes += portion.bytes;
  }
  const [first, second] = portions;
  const isOne = first !== undefined && second === undefined;
  return {
    lines: isOne ? first.lines : joined(portions.map(({ lines }) => lines)),
    items,
    bytes,
    supplierId,
  };
}

function joined(parts: readonly (string | Uint8Array)[]): Uint8Array {
  let length = Math.max(0, parts.length - 1);
  for (const part of parts) length += Buffer.byteLength(part);
  const lines = Buffer.allocUnsafeSlow(length);
  let end = 0;
  for (const part of parts) {
    if (end > 0) lines[end++] = lineFeed;
    if (typeof part === 'string') end += lines.write(part, end);
    else {
      lines.set(part, end);
      end += part.length;
    }
  }
  return lines;
}

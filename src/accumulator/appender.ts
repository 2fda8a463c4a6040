/**
 * Appends the items of messages to a collection, those of several messages in one commit.
 */
import { asError, ConnectError } from '../errors.ts';
import type { CollectedItem } from '../prepare/index.ts';
import type { Amount, NewBlock } from '../store/index.ts';
import { linesOf } from './sealing/lines.ts';

/** Most items of one block. */
const blockItems = 1000;
/** Bytes of one block, unless one item is larger. */
const blockBytes = 256 * 1024;
/** Commits under way at the same time: one on the disk, and one that is being put together. */
const mostUnderWay = 2;

/** Items as the lines of a block. */
interface Lines extends Amount {
  readonly lines: string;
}

/** Lines of one message, or a part of a large one, that go together. */
interface Portion extends Lines {
  readonly supplierId: number | null;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Puts blocks into the store. */
export type Append = (block: NewBlock) => Promise<unknown>;

/** One collection's way to the disk. What is added is appended in the order in which it was added. */
export class Appender {
  readonly #append: Append;
  #waiting: Portion[] = [];
  #underWay = 0;
  #isPlanned = false;

  constructor(append: Append) {
    this.#append = append;
  }

  /**
   * Resolves when all of the items are on disk. Items of one message up to 256 kB are appended together or not at
   * all; of a larger one a part may be there when it fails, which does no harm when it is added again.
   *
   * @throws ConnectError `COLLECTION_FULL`, `STORE_…`
   */
  add(items: readonly CollectedItem[], supplierId: number | null): Promise<void> {
    const portions = portionsOf(items).map(
      (lines) =>
        new Promise<void>((resolve, reject) => {
          this.#waiting.push({ ...lines, supplierId, resolve, reject });
        }),
    );
    this.#plan();
    // Most messages have one: there is nothing to be put together.
    return portions.length === 1 ? (portions[0] as Promise<void>) : all(portions);
  }

  /** In the next turn of the event loop, so that messages that come in one after the other share a commit. */
  #plan(): void {
    if (this.#isPlanned || this.#underWay >= mostUnderWay || this.#waiting.length === 0) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      void this.#commit(this.#group());
    });
  }

  /** The next portions that fit into one block. */
  #group(): Portion[] {
    const [first] = this.#waiting;
    let [items, bytes, count] = [0, 0, 0];
    for (const portion of this.#waiting) {
      items += portion.items;
      bytes += portion.bytes;
      const isFull = items > blockItems || bytes > blockBytes;
      if (count > 0 && (isFull || portion.supplierId !== first?.supplierId)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #commit(group: readonly Portion[]): Promise<void> {
    this.#underWay++;
    this.#plan();
    try {
      await this.#appendTogether(group);
    } finally {
      this.#underWay--;
      this.#plan();
    }
  }

  async #appendTogether(group: readonly Portion[]): Promise<void> {
    try {
      await this.#append(blockOf(group));
      for (const { resolve } of group) resolve();
    } catch (thrown) {
      const error = asError(thrown);
      const isFull = error instanceof ConnectError && error.code === 'COLLECTION_FULL';
      // Some of them may still find room.
      if (isFull && group.length > 1) for (const portion of group) await this.#appendTogether([portion]);
      else for (const { reject } of group) reject(error);
    }
  }
}

/** Waits for all of them, also where one fails. */
async function all(portions: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(portions);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function blockOf(group: readonly Portion[]): NewBlock {
  return {
    lines: group.map(({ lines }) => lines).join('\n'),
    items: group.reduce((sum, { items }) => sum + items, 0),
    bytes: group.reduce((sum, { bytes }) => sum + bytes, 0),
    supplierId: group[0]?.supplierId ?? null,
  };
}

function blockOfLines(items: readonly CollectedItem[]): Lines {
  let bytes = 0;
  for (const { text } of items) bytes += Buffer.byteLength(text);
  return { lines: linesOf(items), items: items.length, bytes };
}

/** Items as blocks of lines. */
export function portionsOf(items: readonly CollectedItem[]): Lines[] {
  const portions: Lines[] = [];
  let first = 0;
  let length = 0;
  for (let index = 0; index < items.length; index++) {
    const { text } = items[index] as CollectedItem;
    if (index - first >= blockItems || (index > first && length + text.length > blockBytes)) {
      portions.push(blockOfLines(items.slice(first, index)));
      first = index;
      length = 0;
    }
    length += text.length;
  }
  if (items.length > first) portions.push(blockOfLines(first === 0 ? items : items.slice(first)));
  return portions;
}

/**
 * What a store keeps as failed, read when nobody else uses it.
 */
import { processStore } from '../../../src/store/index.ts';
import type { Plain } from '../shapes.ts';
import { accumulatorOf, collections, type LoadedCollection, recordOfItem } from './collections.ts';
import type { FailedItem } from './judge.ts';

const pageSize = 500;

/** The collection that an item belongs to among those of one accumulator. */
function collectionOf(accumulator: string, text: string): LoadedCollection {
  const item = JSON.parse(text) as Plain;
  const found = collections
    .filter((each) => accumulatorOf(each) === accumulator)
    .find((each) => recordOfItem(each, item) !== undefined);
  if (found === undefined) throw new Error(`The accumulator ${accumulator} keeps what was not sent: ${text}`);
  return found;
}

/** All failed items of the load's collections. */
export async function failedItems(storeFile: string): Promise<readonly FailedItem[]> {
  const store = processStore(storeFile);
  const failed: FailedItem[] = [];
  try {
    for (const { id, name } of await store.collections.list()) {
      for (let after = 0; ; ) {
        const page = await store.collections.kept(id, 'failed', after, pageSize);
        for (const { text, reason } of page) {
          failed.push({ text, reason, collection: collectionOf(name, text) });
        }
        const last = page.at(-1);
        if (last === undefined) break;
        after = last.id;
      }
    }
  } finally {
    await store.close();
  }
  return failed;
}

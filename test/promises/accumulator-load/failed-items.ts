/**
 * What a store keeps as failed, read when nobody else uses it.
 */
import { processStore } from '../../../src/store/index.ts';
import { collections } from './collections.ts';
import type { FailedItem } from './judge.ts';

const pageSize = 500;

/** All failed items of the load's collections. */
export async function failedItems(storeFile: string): Promise<readonly FailedItem[]> {
  const store = processStore(storeFile);
  const failed: FailedItem[] = [];
  try {
    for (const { id, name } of await store.collections.list()) {
      const collection = collections.find((candidate) => candidate.name === name);
      for (let after = 0; collection !== undefined; ) {
        const page = await store.collections.kept(id, 'failed', after, pageSize);
        for (const { text, reason } of page) failed.push({ text, reason, collection });
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

/**
 * Failed items, and newer changes of the same records: what failed must not come back over what is newer.
 *
 * A batch replaces them as soon as it holds the newer changes, because they may be written at any moment from then on.
 * Where it has written none of a record's, because all of them have failed too, the older ones count again when it
 * ends: they are requeued together, in their order.
 */
import type { Database } from '../driver.ts';
import { agesOf } from './ages.ts';
import type { KeptOrigin } from './kept.ts';

/** What tells a batch's records. */
export type BatchOrigin = Pick<KeptOrigin, 'collectionId' | 'supplierId'>;

/** Whether anything of a collection has failed that has not been replaced. */
export function isAnyFailed(database: Database, collectionId: number): boolean {
  const failed = database.get(
    "SELECT 1 FROM kept WHERE collection_id = ? AND kind = 'failed' AND is_replaced = 0 LIMIT 1",
    collectionId,
  );
  return failed !== undefined;
}

/**
 * A batch holds newer changes of records. What failed and is newer than what the batch holds of the same record counts
 * on: than a full feed, or than what came back. What was rejected when the batch was put together is among what failed.
 *
 * @param keysOf The keys of these records; called only where something has failed.
 */
export function markReplaced(
  database: Database,
  batchId: string,
  { collectionId, supplierId }: BatchOrigin,
  stage: number,
  keysOf: () => Iterable<string>,
): void {
  if (!isAnyFailed(database, collectionId)) return;
  const ageOf = agesOf(database, batchId, stage);
  for (const key of keysOf()) {
    database.run(
      `UPDATE kept SET is_replaced = 1, replaced_by = ?
       WHERE collection_id = ? AND supplier_id IS ? AND key = ? AND kind = 'failed' AND is_replaced = 0
         AND age < ?`,
      batchId,
      collectionId,
      supplierId,
      key,
      ageOf(key),
    );
  }
}

/** Whether anything failed has been replaced by a batch, and may still count again. */
export function replacesAny(database: Database, batchId: string): boolean {
  return database.get('SELECT 1 FROM kept WHERE replaced_by = ? LIMIT 1', batchId) !== undefined;
}

/** The batch has written changes of records: what is older and was replaced by them never counts again. */
export function markOverwritten(
  database: Database,
  batchId: string,
  { collectionId, supplierId }: BatchOrigin,
  keys: Iterable<string>,
  ageOf: (key: string) => number,
): void {
  for (const key of keys) {
    database.run(
      `UPDATE kept SET replaced_by = NULL
       WHERE collection_id = ? AND supplier_id IS ? AND key = ? AND kind = 'failed' AND replaced_by = ? AND age < ?`,
      collectionId,
      supplierId,
      key,
      batchId,
      ageOf(key),
    );
  }
}

/** The batch has ended: what it replaced but did not write counts again. */
export function unmarkReplaced(database: Database, batchId: string): void {
  database.run('UPDATE kept SET is_replaced = 0, replaced_by = NULL WHERE replaced_by = ?', batchId);
}

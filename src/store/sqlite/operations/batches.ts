/**
 * Batches from their beginning to the end of their jobs.
 */
import type { Batch, BatchOutcome, BatchState, NewBatch, NoBatch } from '../../collections.ts';
import type { Database } from '../driver.ts';
import { type Claim, claim } from './claims.ts';
import { collectionWithId, count, endFlush, noPlace } from './collections.ts';
import { entryUnknown } from './entry-unknown.ts';
import { endFeed, feedsBefore } from './feed-order.ts';
import { unmarkReplaced } from './replaced.ts';
import { isRestartRunning } from './runs.ts';

interface BatchRow {
  readonly id: string;
  readonly collectionId: number;
  readonly scope: string;
  readonly import: string;
  readonly name: string;
  readonly supplierId: number | null;
  readonly settings: string;
  readonly state: BatchState;
  readonly collectedItems: number;
  readonly collectedBytes: number;
  readonly mergedItems: number;
  readonly mergedBytes: number;
  readonly oldestAt: number;
  readonly begunAt: number;
  readonly partitions: number;
  readonly nodeId: string | null;
  readonly owner: string | null;
  readonly feedId: number | null;
}

const selectBatch = `
  SELECT batch.id, batch.collection_id AS collectionId, batch.scope, batch.import, collection.name,
    batch.supplier_id AS supplierId, batch.settings, batch.state, batch.collected_items AS collectedItems,
    batch.collected_bytes AS collectedBytes, batch.oldest_at AS oldestAt, batch.begun_at AS begunAt,
    batch.partitions, batch.node_id AS nodeId, batch.owner, batch.merged_items AS mergedItems,
    batch.merged_bytes AS mergedBytes,
    (SELECT feed.id FROM feed WHERE feed.batch_id = batch.id) AS feedId
  FROM batch JOIN collection ON collection.id = batch.collection_id`;

function batchOf(row: BatchRow, owner: string): Batch {
  const { collectedItems, collectedBytes, mergedItems, mergedBytes, nodeId, owner: takenBy, ...rest } = row;
  return {
    ...rest,
    collected: { items: collectedItems, bytes: collectedBytes },
    merged: { items: mergedItems, bytes: mergedBytes },
    takenBy: nodeId === null ? null : { nodeId, here: takenBy === owner },
  };
}

function findBatch(database: Database, owner: string, id: string): Batch | undefined {
  const row = database.get<BatchRow>(`${selectBatch} WHERE batch.id = ?`, id);
  return row && batchOf(row, owner);
}

/** @throws ConnectError `STORE_ENTRY_UNKNOWN` */
export function batchWithId(database: Database, owner: string, id: string): Batch {
  const batch = findBatch(database, owner, id);
  if (batch === undefined) throw entryUnknown(`batch ${id}`);
  return batch;
}

interface Range {
  readonly first: number;
  readonly last: number;
  readonly items: number;
  readonly bytes: number;
  readonly oldestAt: number;
  readonly origin: number;
}

interface BlockHead {
  readonly place: number;
  readonly origin: number;
  readonly turn: number;
  readonly supplierId: number | null;
  readonly items: number;
  readonly bytes: number;
  readonly at: number;
}

/**
 * Whole blocks of one supplier from the oldest on, as far as the bounds allow; all of them older than the same open
 * full feeds of the lane, and newer than the same ones.
 */
function rangeOf(
  database: Database,
  collectionId: number,
  { most, before = Number.MAX_SAFE_INTEGER }: NewBatch,
  feedsBefore: (supplierId: number | null, origin: number) => number,
): (Range & { readonly supplierId: number | null }) | undefined {
  const pageSize = 1000;
  let range: (Range & { readonly supplierId: number | null }) | undefined;
  for (;;) {
    const page = database.all<BlockHead>(
      `SELECT place, origin, turn, supplier_id AS supplierId, items, bytes, at FROM block
       WHERE collection_id = ? AND place > ? ORDER BY place LIMIT ${pageSize}`,
      collectionId,
      range?.last ?? noPlace,
    );
    for (const { place, origin, turn, supplierId, items, bytes, at } of page) {
      if (turn >= before) return range;
      if (range === undefined) {
        range = { first: place, last: place, items, bytes, oldestAt: at, origin, supplierId };
        continue;
      }
      const isBeyond =
        most !== undefined && (range.items + items > most.items || range.bytes + bytes > most.bytes);
      if (isBeyond || supplierId !== range.supplierId) return range;
      if (feedsBefore(supplierId, origin) !== feedsBefore(supplierId, range.origin)) return range;
      const oldestAt: number = Math.min(range.oldestAt, at);
      range = {
        ...range,
        last: place,
        items: range.items + items,
        bytes: range.bytes + bytes,
        oldestAt,
        origin: Math.min(range.origin, origin),
      };
    }
    if (page.length < pageSize) return range;
  }
}

/** Carries out the calls of {@link BatchStore} about batches as a whole. */
export const batchOperations = {
  'batches.begin'(
    database: Database,
    owner: string,
    collectionId: number,
    batch: NewBatch,
    at: number,
  ): Batch | NoBatch {
    const { scope, import: name, waiting } = collectionWithId(database, collectionId);
    if (waiting.items === 0) return 'nothing waits';
    // A collection has one batch under way at most, also where its items have several SupplierIds.
    const underWay = database.get(
      "SELECT 1 FROM batch WHERE collection_id = ? AND state <> 'ended'",
      collectionId,
    );
    if (underWay !== undefined) return 'lane busy';
    const range = rangeOf(database, collectionId, batch, (supplier, origin) =>
      feedsBefore(database, { scope, import: name, supplierId: supplier }, origin),
    );
    if (range === undefined) return batch.before === undefined ? 'nothing waits' : 'too new';
    const { supplierId, items, bytes } = range;
    const busy = database.get(
      "SELECT 1 FROM batch WHERE scope = ? AND import = ? AND supplier_id IS ? AND state <> 'ended'",
      scope,
      name,
      supplierId,
    );
    if (busy !== undefined || isRestartRunning(database, scope, name, supplierId)) return 'lane busy';
    const { id, settings, partitionBytes } = batch;
    const partitions = partitionBytes === undefined ? 1 : Math.max(1, Math.ceil(bytes / partitionBytes));
    database.run(
      `INSERT INTO batch (id, collection_id, scope, import, supplier_id, settings, state, first_place, last_place,
         origin, partitions, collected_items, collected_bytes, oldest_at, begun_at)
       VALUES (?, ?, ?, ?, ?, ?, 'sealing', ?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      collectionId,
      scope,
      name,
      supplierId,
      settings,
      range.first,
      range.last,
      range.origin,
      partitions,
      items,
      bytes,
      range.oldestAt,
      at,
    );
    for (let partition = 0; partition < partitions; partition++) {
      database.run(
        'INSERT INTO batch_partition (batch_id, partition, is_filled) VALUES (?, ?, 0)',
        id,
        partition,
      );
    }
    count(database, collectionId, 'waiting', { items: -items, bytes: -bytes });
    endFlush(database, collectionId, range.last);
    return batchWithId(database, owner, id);
  },

  'batches.find': findBatch,

  'batches.unfinished'(database: Database, owner: string): readonly Batch[] {
    return database
      .all<BatchRow>(
        `${selectBatch} WHERE batch.state IN ('sealing', 'sealed', 'sending') ORDER BY batch.rowid`,
      )
      .map((row) => batchOf(row, owner));
  },

  'batches.changeSettings'(database: Database, owner: string, id: string, settings: string): Batch {
    database.run("UPDATE batch SET settings = ? WHERE id = ? AND state = 'sealing'", settings, id);
    return batchWithId(database, owner, id);
  },

  'batches.sealed'(database: Database, owner: string, id: string): Batch {
    const { state } = batchWithId(database, owner, id);
    if (state === 'sealing') {
      const unfilled = database.get(
        'SELECT 1 FROM batch_partition WHERE batch_id = ? AND is_filled = 0 LIMIT 1',
        id,
      );
      if (unfilled !== undefined) throw new Error(`Batch ${id} has partitions that have not been filled in.`);
      database.run("UPDATE batch SET state = 'sealed' WHERE id = ?", id);
    }
    return batchWithId(database, owner, id);
  },

  'batches.take'(
    database: Database,
    owner: string,
    id: string,
    nodeId: string,
  ): Batch | 'taken' | 'ended' | 'unknown' {
    const batch = findBatch(database, owner, id);
    if (batch === undefined || batch.state === 'sealing') return 'unknown';
    if (batch.state === 'ended') return 'ended';
    if (batch.state === 'sending' && batch.takenBy?.here === true) return 'taken';
    database.run(
      "UPDATE batch SET state = 'sending', node_id = ?, owner = ? WHERE id = ?",
      nodeId,
      owner,
      id,
    );
    return batchWithId(database, owner, id);
  },

  'batches.untake'(database: Database, owner: string, id: string): void {
    database.run(
      "UPDATE batch SET state = 'sealed', node_id = NULL, owner = NULL WHERE id = ? AND state = 'sending' AND owner = ?",
      id,
      owner,
    );
  },

  'batches.end'(database: Database, id: string, outcome: string, at: number): void {
    const batch = database.get<{ state: BatchState }>('SELECT state FROM batch WHERE id = ?', id);
    if (batch === undefined) throw entryUnknown(`batch ${id}`);
    if (batch.state === 'ended') return;
    const open = database.get(
      "SELECT 1 FROM batch_request WHERE batch_id = ? AND state <> 'ended' LIMIT 1",
      id,
    );
    if (open !== undefined || batch.state === 'sealing') {
      throw new Error(`Batch ${id} has items that have neither been written nor kept.`);
    }
    database.run("UPDATE batch SET state = 'ended', ended_at = ? WHERE id = ?", at, id);
    database.run('DELETE FROM failed_key WHERE batch_id = ?', id);
    database.run('DELETE FROM dated_key WHERE batch_id = ?', id);
    unmarkReplaced(database, id);
    database.run(
      `INSERT INTO batch_outcome (collection_id, batch_id, outcome, at)
       SELECT collection_id, id, ?, ? FROM batch WHERE id = ?`,
      outcome,
      at,
      id,
    );
    endFeed(database, id);
  },

  'batches.outcomes'(database: Database, collectionId: number): readonly BatchOutcome[] {
    return database.all<BatchOutcome>(
      `SELECT id, collection_id AS collectionId, batch_id AS batchId, outcome, at FROM batch_outcome
       WHERE collection_id = ? ORDER BY id`,
      collectionId,
    );
  },

  'batches.claimOutcome'(database: Database, owner: string, id: number): Claim | undefined {
    return claim(database, 'batch_outcome', owner, id);
  },

  'batches.finishOutcome'(database: Database, id: number): void {
    database.run('DELETE FROM batch_outcome WHERE id = ?', id);
  },
};

/**
 * Full feeds from the beginning of their batch to its being sealed.
 */
import type { Batch, NewPiece } from '../../collections.ts';
import type { Feed, FeedHold, NoFeedBatch } from '../../feeds.ts';
import type { Database } from '../driver.ts';
import { batchOperations, batchWithId } from './batches.ts';
import { noPlace } from './collections.ts';
import { entryUnknown } from './entry-unknown.ts';
import { feedRequest } from './feed-order.ts';
import { feedsWhere, findFeed } from './feed-rows.ts';
import { keysIn } from './piece-items.ts';
import { type BatchOrigin, isAnyFailed, markReplaced, unmarkReplaced } from './replaced.ts';
import { isRestartRunning } from './runs.ts';
import { sealingOperations } from './sealing.ts';

/** What keeps the feed from being sent now. */
function obstacle(
  database: Database,
  { id, collectionId, scope, import: name, supplierId, place }: Feed,
): NoFeedBatch | undefined {
  const busy = database.get(
    `SELECT 1 FROM batch WHERE scope = ? AND import = ? AND (supplier_id IS ? OR collection_id = ?)
       AND state <> 'ended'`,
    scope,
    name,
    supplierId,
    collectionId,
  );
  const [former] = feedsWhere(
    database,
    "scope = ? AND import = ? AND supplier_id IS ? AND state = 'ready' AND id < ?",
    scope,
    name,
    supplierId,
    id,
  );
  const isRestarted = isRestartRunning(database, scope, name, supplierId);
  if (busy !== undefined || former !== undefined || isRestarted) return 'lane busy';
  const older = database.get(
    `SELECT 1 FROM collection JOIN block ON block.collection_id = collection.id
       AND block.supplier_id IS ? AND block.origin < ?
     WHERE collection.scope = ? AND collection.import = ? LIMIT 1`,
    supplierId,
    place,
    scope,
    name,
  );
  return older === undefined ? undefined : 'older changes wait';
}

/** Notes that within its bounds nothing older than the feed may go out as a full feed any more. */
function noteSent(database: Database, { id, scope, import: name, supplierId, place }: Feed): void {
  for (const { bound } of database.all<{ bound: string }>(
    'SELECT bound FROM feed_count WHERE feed_id = ?',
    id,
  )) {
    const { changes } = database.run(
      `UPDATE feed_bound SET sent_place = ?
       WHERE scope = ? AND import = ? AND supplier_id IS ? AND bound = ?`,
      place,
      scope,
      name,
      supplierId,
      bound,
    );
    if (changes > 0) continue;
    database.run(
      'INSERT INTO feed_bound (scope, import, supplier_id, bound, sent_place) VALUES (?, ?, ?, ?, ?)',
      scope,
      name,
      supplierId,
      bound,
      place,
    );
  }
}

function makeBatch(database: Database, feed: Feed, batchId: string, at: number): void {
  const partitions = feed.partitions ?? 0;
  database.run(
    `INSERT INTO batch (id, collection_id, scope, import, supplier_id, settings, state, first_place, last_place,
       origin, partitions, collected_items, collected_bytes, oldest_at, begun_at)
     VALUES (?, ?, ?, ?, ?, ?, 'sealing', ?, ?, ?, ?, ?, ?, ?, ?)`,
    batchId,
    feed.collectionId,
    feed.scope,
    feed.import,
    feed.supplierId,
    feed.settings,
    noPlace,
    noPlace,
    // What was collected at its very place is newer.
    feed.place - 1,
    partitions,
    feed.collected.items,
    feed.collected.bytes,
    feed.beganAt,
    at,
  );
  for (let partition = 0; partition < partitions; partition++) {
    database.run(
      'INSERT INTO batch_partition (batch_id, partition, is_filled) VALUES (?, ?, 0)',
      batchId,
      partition,
    );
  }
}

/** The batch of a feed that Connect did not take can be sent once more. */
function revive(database: Database, batchId: string, origin: BatchOrigin): void {
  database.run(
    `UPDATE batch SET state = 'sealed', ended_at = NULL, node_id = NULL, owner = NULL WHERE id = ?`,
    batchId,
  );
  database.run(
    `UPDATE batch_request SET state = 'waiting', job_id = NULL, uncertain_attempts = 0, outcome = NULL WHERE batch_id = ?`,
    batchId,
  );
  if (!isAnyFailed(database, origin.collectionId)) return;
  const pieces = database.all<{ id: number; stage: number }>(
    `SELECT piece.id, stage FROM piece JOIN batch_request
       ON batch_request.batch_id = piece.batch_id AND batch_request.number = piece.request
     WHERE piece.batch_id = ?`,
    batchId,
  );
  for (const { id, stage } of pieces) {
    const piece = database.get<{ keys: string }>('SELECT keys FROM piece WHERE id = ?', id);
    if (piece !== undefined) markReplaced(database, batchId, origin, stage, () => keysIn(piece.keys));
  }
}

function feedOf(database: Database, batchId: string): Feed {
  const [feed] = feedsWhere(database, 'batch_id = ?', batchId);
  if (feed === undefined) throw entryUnknown(`full feed of batch ${batchId}`);
  return feed;
}

/** Carries out the calls of {@link FeedStore} about the batch of a feed. */
export const feedSendingOperations = {
  'feeds.begin'(
    database: Database,
    owner: string,
    id: number,
    batchId: string,
    at: number,
  ): Batch | NoFeedBatch {
    const feed = findFeed(database, id);
    if (feed?.state !== 'ready') return 'nothing waits';
    const reason = obstacle(database, feed);
    if (reason !== undefined) return reason;
    noteSent(database, feed);
    if (feed.batchId === null) makeBatch(database, feed, batchId, at);
    else revive(database, feed.batchId, feed);
    database.run(
      "UPDATE feed SET state = 'sending', batch_id = ifnull(batch_id, ?) WHERE id = ?",
      batchId,
      id,
    );
    return batchWithId(database, owner, feed.batchId ?? batchId);
  },

  'feeds.cuttable'(database: Database, batchId: string, partition: number): Uint8Array | undefined {
    const { id } = feedOf(database, batchId);
    const open = database.get(
      'SELECT 1 FROM batch_partition WHERE batch_id = ? AND partition = ? AND is_filled = 0',
      batchId,
      partition,
    );
    if (open === undefined) return undefined;
    const part = database.get<{ lines: Uint8Array }>(
      'SELECT CAST(lines AS BLOB) AS lines FROM feed_part WHERE feed_id = ? AND partition = ?',
      id,
      partition,
    );
    return part?.lines ?? new Uint8Array();
  },

  'feeds.fill'(
    database: Database,
    batchId: string,
    partition: number,
    pieces: readonly NewPiece[],
    joint: string,
    at: number,
  ): void {
    const { id } = feedOf(database, batchId);
    sealingOperations['batches.fill'](database, batchId, partition, pieces, [], [], at);
    database.run('UPDATE feed_notes SET joint = ? WHERE feed_id = ? AND partition = ?', joint, id, partition);
    database.run('DELETE FROM feed_part WHERE feed_id = ? AND partition = ?', id, partition);
  },

  'feeds.joints'(database: Database, batchId: string): readonly string[] {
    const { id } = feedOf(database, batchId);
    return database
      .all<{ joint: string }>(
        'SELECT joint FROM feed_notes WHERE feed_id = ? AND joint IS NOT NULL ORDER BY partition',
        id,
      )
      .map(({ joint }) => joint);
  },

  'feeds.sealed'(database: Database, owner: string, batchId: string, header: string): Batch {
    database.run(
      'UPDATE batch_request SET header = ? WHERE batch_id = ? AND number = ?',
      header,
      batchId,
      feedRequest,
    );
    return batchOperations['batches.sealed'](database, owner, batchId);
  },

  'feeds.refuse'(database: Database, batchId: string, hold: FeedHold, at: number): Feed {
    const { id } = feedOf(database, batchId);
    database.run("UPDATE batch SET state = 'ended', ended_at = ? WHERE id = ?", at, batchId);
    database.run("UPDATE feed SET state = 'held', hold = ? WHERE id = ?", JSON.stringify(hold), id);
    unmarkReplaced(database, batchId);
    return feedOf(database, batchId);
  },
};

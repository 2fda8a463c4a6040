/**
 * The order of full feeds and changes of one lane. A feed is as old as its first item: what was written after that
 * and before the feed's own job has ended is written once more behind it, because the feed holds older values.
 */
import type { NewBlock } from '../../collections.ts';
import type { Feed, FeedHold, Lane } from '../../feeds.ts';
import type { Database } from '../driver.ts';
import { originOf } from './ages.ts';
import { setBaselines } from './baselines.ts';
import { dropFeed, feedsWhere } from './feed-rows.ts';
import { putBack, type ReturningBlock } from './returning.ts';

/** The request of a feed's batch that is the feed; those after it are changes. */
export const feedRequest = 0;

/** How many open feeds of a lane are older than what was collected at a place. */
export function feedsBefore(
  database: Database,
  { scope, import: name, supplierId }: Lane,
  origin: number,
): number {
  const found = database.get<{ feeds: number }>(
    `SELECT count(*) AS feeds FROM feed
     WHERE scope = ? AND import = ? AND supplier_id IS ? AND place <= ? AND state <> 'gone'`,
    scope,
    name,
    supplierId,
    origin,
  );
  return found?.feeds ?? 0;
}

function feedOfBatch(database: Database, batchId: string): Feed | undefined {
  return feedsWhere(database, 'batch_id = ?', batchId)[0];
}

/** The feed behind which the items of a batch of changes have to be written once more. */
export function feedBehindWhich(database: Database, batchId: string): number | undefined {
  if (feedOfBatch(database, batchId) !== undefined) return undefined;
  return database.get<{ id: number }>(
    `SELECT feed.id FROM batch JOIN feed ON feed.scope = batch.scope AND feed.import = batch.import
       AND feed.supplier_id IS batch.supplier_id AND feed.place <= batch.origin AND feed.state <> 'gone'
     WHERE batch.id = ? ORDER BY feed.id LIMIT 1`,
    batchId,
  )?.id;
}

/** Has written items of a batch, all of one age, wait behind a feed. */
export function putBehind(
  database: Database,
  feedId: number,
  batchId: string,
  age: number,
  { lines, items, bytes }: NewBlock,
): void {
  database.run(
    `INSERT INTO feed_behind (feed_id, collection_id, supplier_id, origin, age, items, bytes, at, lines)
     SELECT ?, collection_id, supplier_id, ?, ?, ?, ?, oldest_at, ? FROM batch WHERE id = ?`,
    feedId,
    originOf(age),
    age,
    items,
    bytes,
    lines,
    batchId,
  );
}

interface BehindHead extends Pick<ReturningBlock, 'supplierId' | 'age' | 'items' | 'bytes'> {
  readonly id: number;
  readonly collectionId: number;
}

/**
 * What waited behind a feed waits as all changes do, before everything that came later. Changes that are newer than
 * several open feeds wait behind the first of them, which may still be collected for long: those that are newer than
 * this one go too, and wait behind the other one again when they have been written.
 */
function release(database: Database, { scope, import: name, supplierId, place }: Feed): void {
  const open = feedsWhere(database, 'scope = ? AND import = ? AND supplier_id IS ?', scope, name, supplierId);
  const byCollection = new Map<number, BehindHead[]>();
  for (const { id } of open) {
    // Without their lines, which would be in memory all at once.
    const heads = database.all<BehindHead>(
      `SELECT id, collection_id AS collectionId, supplier_id AS supplierId, age, items, bytes FROM feed_behind
       WHERE feed_id = ? AND origin >= ?`,
      id,
      place,
    );
    for (const head of heads) {
      const known = byCollection.get(head.collectionId);
      if (known === undefined) byCollection.set(head.collectionId, [head]);
      else known.push(head);
    }
  }
  for (const [collectionId, heads] of byCollection) {
    putBack(
      database,
      collectionId,
      // What is as old as each other stays in the order in which it was written.
      heads
        .sort((one, other) => one.id - other.id)
        .map(({ id, collectionId: _collectionId, ...head }) => ({
          ...head,
          turn: originOf(head.age),
          insert(place, { age, origin, turn }) {
            database.run(
              `INSERT INTO block (collection_id, place, origin, is_returned, age, turn, supplier_id, items, bytes, at, lines)
             SELECT collection_id, ?, ?, 1, ?, ?, supplier_id, items, bytes, at, lines FROM feed_behind WHERE id = ?`,
              place,
              origin,
              age,
              turn,
              id,
            );
            database.run('DELETE FROM feed_behind WHERE id = ?', id);
          },
        })),
    );
  }
}

/** Whether a request of a batch is a full feed, which is never cut. */
export function isWholeFeed(database: Database, batchId: string, number: number): boolean {
  return number === feedRequest && feedOfBatch(database, batchId) !== undefined;
}

function holdOf(reason: string): FeedHold {
  const { message } = JSON.parse(reason) as { readonly message?: string };
  return {
    code: 'FULL_FEED_NOT_TAKEN',
    message: `It is not known that Connect has written the full feed${message === undefined ? '' : `: ${message}`}. Confirm it to have it sent once more.`,
    isConfirmable: true,
  };
}

/**
 * Whether a request stays as it is because the feed of its batch has not been taken; the feed is held from then on.
 *
 * @param failure As JSON, where none of the request's items was written.
 */
export function isFeedLeft(
  database: Database,
  batchId: string,
  number: number,
  failure: string | undefined,
): boolean {
  const feed = feedOfBatch(database, batchId);
  if (feed === undefined) return false;
  if (feed.state === 'held') return true;
  if (number !== feedRequest || failure === undefined) return false;
  database.run(
    "UPDATE feed SET state = 'held', hold = ? WHERE id = ?",
    JSON.stringify(holdOf(failure)),
    feed.id,
  );
  return true;
}

/** Where a request was a full feed: it is what the next one is compared with. */
export function noteWritten(database: Database, batchId: string, number: number): void {
  const feed = number === feedRequest ? feedOfBatch(database, batchId) : undefined;
  if (feed === undefined) return;
  const counts = database.all<{ bound: string; items: number }>(
    'SELECT bound, items FROM feed_count WHERE feed_id = ?',
    feed.id,
  );
  const sent = database.get<{ id: number | null }>(
    'SELECT max(id) AS id FROM request WHERE batch_id = ? AND batch_request = ?',
    batchId,
    number,
  );
  setBaselines(database, feed, counts, sent?.id ?? 0);
}

/** Where a batch was that of a full feed: what waited behind the feed goes on. A feed that is held stays. */
export function endFeed(database: Database, batchId: string): void {
  const feed = feedOfBatch(database, batchId);
  if (feed === undefined) return;
  // A job that has failed may have written a part of the feed.
  release(database, feed);
  if (feed.state !== 'held') dropFeed(database, feed.id);
}

/**
 * Full feeds as rows.
 */
import type { Feed, FeedHold, FeedState } from '../../feeds.ts';
import type { Database, Value } from '../driver.ts';
import { entryUnknown } from './entry-unknown.ts';

interface FeedRow {
  readonly id: number;
  readonly collectionId: number;
  readonly scope: string;
  readonly import: string;
  readonly name: string;
  readonly supplierId: number | null;
  readonly sequence: string;
  readonly state: FeedState;
  readonly place: number;
  readonly beganAt: number;
  readonly items: number;
  readonly bytes: number;
  readonly rejected: number;
  readonly partsSeen: number;
  readonly partsExpected: number | null;
  readonly settings: string;
  readonly partitions: number | null;
  readonly distinctItems: number | null;
  readonly hold: string | null;
  readonly batchId: string | null;
}

const select = `
  SELECT id, collection_id AS collectionId, scope, import, name, supplier_id AS supplierId, sequence, state, place,
    began_at AS beganAt, items, bytes, rejected, parts_seen AS partsSeen, parts_expected AS partsExpected, settings,
    partitions, distinct_items AS distinctItems, hold, batch_id AS batchId
  FROM feed`;

function feedOf({ items, bytes, partsSeen, partsExpected, distinctItems, hold, ...row }: FeedRow): Feed {
  return {
    ...row,
    collected: { items, bytes },
    parts: { seen: partsSeen, expected: partsExpected },
    items: distinctItems,
    hold: hold === null ? null : (JSON.parse(hold) as FeedHold),
  };
}

/** The feeds for which a condition holds, those that were thrown away never among them. */
export function feedsWhere(database: Database, condition: string, ...values: Value[]): Feed[] {
  return database
    .all<FeedRow>(`${select} WHERE state <> 'gone' AND ${condition} ORDER BY id`, ...values)
    .map(feedOf);
}

/** A feed by its id. */
export function findFeed(database: Database, id: number): Feed | undefined {
  return feedsWhere(database, 'id = ?', id)[0];
}

/** A feed by its id, in one of some states. */
export function feedIn(database: Database, id: number, ...states: FeedState[]): Feed {
  const feed = findFeed(database, id);
  if (feed === undefined || !states.includes(feed.state)) {
    throw entryUnknown(`full feed ${id} that is ${states.join(' or ')}`);
  }
  return feed;
}

/**
 * Throws a feed away: what it holds is cleared away bit by bit. What waited to be written once more behind it does so
 * behind the next one that is older, if there is one.
 */
export function dropFeed(database: Database, id: number): void {
  database.run("UPDATE feed SET state = 'gone' WHERE id = ?", id);
  const rows = database.all<{ id: number; feedId: number | null }>(
    `SELECT id, (SELECT min(other.id) FROM feed AS gone JOIN feed AS other ON other.scope = gone.scope
         AND other.import = gone.import AND other.supplier_id IS gone.supplier_id
         AND other.place <= feed_behind.origin AND other.state <> 'gone'
       WHERE gone.id = feed_behind.feed_id) AS feedId
     FROM feed_behind WHERE feed_id = ?`,
    id,
  );
  for (const { id: rowId, feedId } of rows) {
    if (feedId !== null) database.run('UPDATE feed_behind SET feed_id = ? WHERE id = ?', feedId, rowId);
  }
}

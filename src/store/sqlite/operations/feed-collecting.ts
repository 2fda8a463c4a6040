/**
 * Full feeds while their items come in, and their end without having been sent.
 */
import { ConnectError } from '../../../errors.ts';
import type { Amount } from '../../collections.ts';
import type { Feed, FeedPortion, PortionTaken } from '../../feeds.ts';
import type { Database } from '../driver.ts';
import { checkLines, collectionWithId, nextPlace } from './collections.ts';
import { dropFeed, feedsWhere, findFeed } from './feed-rows.ts';

/** Rows that one step clears away at most: none has much more than 256 kB. */
const sweptRows = 40;
/** Small rows that one step clears away at most. */
const sweptNames = 20_000;

function begun(database: Database, collectionId: number, portion: FeedPortion, at: number): Feed {
  const collection = collectionWithId(database, collectionId);
  const { id } = database.run(
    `INSERT INTO feed (collection_id, scope, import, name, supplier_id, sequence, state, place, began_at, settings)
     VALUES (?, ?, ?, ?, ?, ?, 'collecting', ?, ?, ?)`,
    collectionId,
    collection.scope,
    collection.import,
    collection.name,
    portion.supplierId,
    portion.sequence,
    // Whatever is collected from now on gets this place or a higher one.
    nextPlace(database),
    at,
    portion.settings,
  );
  return findFeed(database, id) as Feed;
}

function checkRoom(database: Database, collectionId: number, portion: FeedPortion, most: Amount): void {
  const held = database.get<Amount>(
    `SELECT ifnull(sum(items), 0) AS items, ifnull(sum(bytes), 0) AS bytes FROM feed
     WHERE collection_id = ? AND state <> 'gone'`,
    collectionId,
  ) as Amount;
  const items = portion.blocks.reduce((sum, block) => sum + block.items, held.items);
  const bytes = portion.blocks.reduce((sum, block) => sum + block.bytes, held.bytes);
  if (items <= most.items && bytes <= most.bytes) return;
  throw new ConnectError(
    'COLLECTION_FULL',
    `The full feeds of this collection would hold ${items} items (${bytes} bytes); ${most.items} items (${most.bytes} bytes) may wait. This message was not taken.`,
    { retryable: true },
  );
}

/** Whether this part has come before; it is noted otherwise. */
function isSeen(database: Database, { id, parts }: Feed, { part }: FeedPortion): boolean {
  if (part === undefined) return false;
  const { changes } = database.run(
    'INSERT INTO feed_seen (feed_id, part) VALUES (?, ?) ON CONFLICT DO NOTHING',
    id,
    part.index,
  );
  // Where parts do not agree on their number, too few would be sent as if they were all.
  const expected = Math.max(parts.expected ?? 0, part.count ?? 0);
  database.run(
    'UPDATE feed SET parts_seen = parts_seen + ?, parts_expected = ? WHERE id = ?',
    changes,
    expected === 0 ? null : expected,
    id,
  );
  return changes === 0;
}

function takeIn(database: Database, id: number, { blocks, rejected }: FeedPortion): void {
  for (const { lines, items, bytes } of blocks) {
    checkLines(items, lines);
    database.run(
      'INSERT INTO feed_block (feed_id, bytes, lines) VALUES (?, ?, CAST(? AS TEXT))',
      id,
      Buffer.byteLength(lines),
      lines,
    );
    database.run('UPDATE feed SET items = items + ?, bytes = bytes + ? WHERE id = ?', items, bytes, id);
  }
  database.run('UPDATE feed SET rejected = rejected + ? WHERE id = ?', rejected, id);
}

function isWhole({ parts }: Feed, { completes }: FeedPortion): boolean {
  return completes || (parts.expected !== null && parts.seen >= parts.expected);
}

/** Carries out the calls of {@link FeedStore} that collect, and those that throw away. */
export const feedCollectingOperations = {
  'feeds.append'(
    database: Database,
    collectionId: number,
    portion: FeedPortion,
    most: Amount,
    at: number,
  ): PortionTaken {
    const [open] = feedsWhere(
      database,
      "collection_id = ? AND sequence = ? AND supplier_id IS ? AND state = 'collecting'",
      collectionId,
      portion.sequence,
      portion.supplierId,
    );
    const isThrownAway = open !== undefined && portion.begins;
    if (isThrownAway) dropFeed(database, open.id);
    checkRoom(database, collectionId, portion, most);
    const feed = open === undefined || isThrownAway ? begun(database, collectionId, portion, at) : open;
    const isRepeated = isSeen(database, feed, portion);
    if (!isRepeated) takeIn(database, feed.id, portion);
    if (isWhole(findFeed(database, feed.id) as Feed, portion)) {
      database.run(
        "UPDATE feed SET state = 'checking', settings = ? WHERE id = ?",
        portion.settings,
        feed.id,
      );
    }
    return {
      feed: findFeed(database, feed.id) as Feed,
      isRepeated,
      discarded: isThrownAway ? open.collected.items : 0,
    };
  },

  'feeds.find'(database: Database, id: number): Feed | undefined {
    return findFeed(database, id);
  },

  'feeds.list'(database: Database, collectionId: number): readonly Feed[] {
    return feedsWhere(database, 'collection_id = ?', collectionId);
  },

  'feeds.discard'(database: Database, id: number): boolean {
    const feed = findFeed(database, id);
    if (feed === undefined || feed.state === 'sending') return false;
    dropFeed(database, id);
    return true;
  },

  'feeds.expire'(database: Database, before: number): readonly Feed[] {
    const expired = database
      .all<{ id: number }>(
        `SELECT id FROM feed WHERE state IN ('collecting', 'checking', 'held', 'ready') AND began_at < ?
         ORDER BY began_at`,
        before,
      )
      .map(({ id }) => findFeed(database, id) as Feed);
    for (const { id } of expired) dropFeed(database, id);
    return expired;
  },

  'feeds.sweep'(database: Database): boolean {
    const gone = database.get<{ id: number }>(
      "SELECT id FROM feed WHERE state = 'gone' AND id > 0 ORDER BY id LIMIT 1",
    );
    if (gone === undefined) return false;
    const pieces = database.run(
      `DELETE FROM piece WHERE id IN (SELECT piece.id FROM feed JOIN piece ON piece.batch_id = feed.batch_id
         WHERE feed.id = ? LIMIT ${sweptRows})`,
      gone.id,
    );
    if (pieces.changes > 0) return true;
    for (const table of ['feed_block', 'feed_part', 'feed_behind']) {
      const { changes } = database.run(
        `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE feed_id = ? LIMIT ${sweptRows})`,
        gone.id,
      );
      if (changes > 0) return true;
    }
    for (const [table, column] of [
      ['feed_name', 'name'],
      ['feed_seen', 'part'],
      ['feed_count', 'bound'],
      ['feed_notes', 'partition'],
    ] as const) {
      const { changes } = database.run(
        `DELETE FROM ${table} WHERE feed_id = ? AND ${column} IN
           (SELECT ${column} FROM ${table} WHERE feed_id = ? LIMIT ${sweptNames})`,
        gone.id,
        gone.id,
      );
      if (changes > 0) return true;
    }
    database.run('DELETE FROM feed WHERE id = ?', gone.id);
    return true;
  },
};

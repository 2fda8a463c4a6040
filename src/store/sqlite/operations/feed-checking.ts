/**
 * Full feeds that are whole: divided by key, joined part by part, and decided on.
 */
import { giveBack } from '../../../transferable.ts';
import type { Feed, FeedCounts, FeedVerdict, JoinedPart } from '../../feeds.ts';
import type { Database } from '../driver.ts';
import { baselinesOf, perhapsTaken } from './baselines.ts';
import { dividedByKey, joinedLines } from './byte-lines.ts';
import { entryUnknown } from './entry-unknown.ts';
import { dropFeed, feedIn, feedsWhere, findFeed } from './feed-rows.ts';

/** Where a newer feed than this one has gone out within one of its bounds. */
function isOvertaken(database: Database, { id, scope, import: name, supplierId, place }: Feed): boolean {
  return (
    database.get(
      `SELECT 1 FROM feed_count JOIN feed_bound ON feed_bound.bound = feed_count.bound
         AND feed_bound.scope = ? AND feed_bound.import = ? AND feed_bound.supplier_id IS ?
       WHERE feed_count.feed_id = ? AND feed_bound.sent_place > ? LIMIT 1`,
      scope,
      name,
      supplierId,
      id,
      place,
    ) !== undefined
  );
}

/** Whether all that a feed bounds is bounded by another one too. */
function isWithin(database: Database, inner: Feed, outer: Feed): boolean {
  const bounds = database.get<{ all: number; shared: number }>(
    `SELECT count(*) AS "all", count(newer.bound) AS shared FROM feed_count AS older
       LEFT JOIN feed_count AS newer ON newer.feed_id = ? AND newer.bound = older.bound
     WHERE older.feed_id = ?`,
    outer.id,
    inner.id,
  );
  return bounds !== undefined && bounds.all > 0 && bounds.all === bounds.shared;
}

/** A feed becomes one that can be sent, in the place of older ones within its bounds; unless it came too late. */
function ready(database: Database, feed: Feed): Feed | undefined {
  if (isOvertaken(database, feed)) {
    dropFeed(database, feed.id);
    return undefined;
  }
  const older = feedsWhere(
    database,
    "scope = ? AND import = ? AND supplier_id IS ? AND id < ? AND state IN ('held', 'ready')",
    feed.scope,
    feed.import,
    feed.supplierId,
    feed.id,
  );
  for (const each of older) if (isWithin(database, each, feed)) dropFeed(database, each.id);
  database.run("UPDATE feed SET state = 'ready', hold = NULL WHERE id = ?", feed.id);
  return findFeed(database, feed.id);
}

function noteCounts(database: Database, id: number, counts: FeedCounts): void {
  for (const [bound, items] of counts) {
    database.run('INSERT INTO feed_count (feed_id, bound, items) VALUES (?, ?, ?)', id, bound, items);
  }
  const distinct = [...counts.values()].reduce((sum, items) => sum + items, 0);
  database.run('UPDATE feed SET distinct_items = ? WHERE id = ?', distinct, id);
}

/** Carries out the calls of {@link FeedStore} from a feed's being whole to its being sent. */
export const feedCheckingOperations = {
  'feeds.divide'(database: Database, id: number, partitionBytes: number, mostBytes: number): boolean {
    const feed = feedIn(database, id, 'checking');
    const partitions =
      feed.partitions ?? Math.max(1, Math.ceil(Math.max(feed.collected.bytes, 1) / partitionBytes));
    if (feed.partitions === null) {
      database.run('UPDATE feed SET partitions = ? WHERE id = ?', partitions, id);
    }
    const blocks: Uint8Array[] = [];
    let bytes = 0;
    for (;;) {
      const block = database.get<{ id: number; bytes: number }>(
        'SELECT id, bytes FROM feed_block WHERE feed_id = ? ORDER BY id LIMIT 1',
        id,
      );
      if (block === undefined || (bytes > 0 && bytes + block.bytes > mostBytes)) break;
      bytes += block.bytes;
      const { lines } = database.get<{ lines: Uint8Array }>(
        'SELECT CAST(lines AS BLOB) AS lines FROM feed_block WHERE id = ?',
        block.id,
      ) as { lines: Uint8Array };
      blocks.push(lines);
      database.run('DELETE FROM feed_block WHERE id = ?', block.id);
    }
    const divided = dividedByKey(blocks, partitions);
    giveBack(blocks);
    for (const [partition, lines] of divided) {
      database.run(
        'INSERT INTO feed_part (feed_id, partition, lines) VALUES (?, ?, CAST(? AS TEXT))',
        id,
        partition,
        lines,
      );
      giveBack(lines);
    }
    return database.get('SELECT 1 FROM feed_block WHERE feed_id = ? LIMIT 1', id) !== undefined;
  },

  'feeds.partition'(database: Database, id: number, partition: number): Uint8Array | undefined {
    feedIn(database, id, 'checking');
    const isJoined =
      database.get('SELECT 1 FROM feed_notes WHERE feed_id = ? AND partition = ?', id, partition) !==
      undefined;
    return isJoined ? undefined : linesOf(database, id, partition);
  },

  'feeds.join'(
    database: Database,
    id: number,
    partition: number,
    { lines, notes, names, rejected }: JoinedPart,
  ): void {
    feedIn(database, id, 'checking');
    // A second time would find its own names.
    const { changes } = database.run(
      'INSERT INTO feed_notes (feed_id, partition, notes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      id,
      partition,
      notes,
    );
    if (changes === 0) return;
    database.run('DELETE FROM feed_part WHERE feed_id = ? AND partition = ?', id, partition);
    database.run(
      'INSERT INTO feed_part (feed_id, partition, lines) VALUES (?, ?, CAST(? AS TEXT))',
      id,
      partition,
      lines,
    );
    let clashes = 0;
    for (const line of names === '' ? [] : names.split('\n')) {
      const [name = '', key = ''] = line.split(' ');
      const isNew =
        database.run(
          'INSERT INTO feed_name (feed_id, name, key) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
          id,
          name,
          key,
        ).changes > 0;
      if (isNew) continue;
      const known = database.get<{ key: string }>(
        'SELECT key FROM feed_name WHERE feed_id = ? AND name = ?',
        id,
        name,
      );
      if (known?.key !== key) clashes += 1;
    }
    database.run(
      'UPDATE feed SET rejected_later = rejected_later + ?, clashes = clashes + ? WHERE id = ?',
      rejected,
      clashes,
      id,
    );
  },

  'feeds.notes'(database: Database, id: number): readonly string[] {
    return database
      .all<{ notes: string }>('SELECT notes FROM feed_notes WHERE feed_id = ? ORDER BY partition', id)
      .map(({ notes }) => notes);
  },

  'feeds.faults'(database: Database, id: number): { readonly rejected: number; readonly clashes: number } {
    const faults = database.get<{ rejected: number; clashes: number }>(
      'SELECT rejected_later AS rejected, clashes FROM feed WHERE id = ?',
      id,
    );
    if (faults === undefined) throw entryUnknown(`full feed ${id}`);
    return faults;
  },

  'feeds.baselines': baselinesOf,

  'feeds.perhapsTaken': perhapsTaken,

  'feeds.decide'(database: Database, id: number, { counts, hold }: FeedVerdict): Feed | undefined {
    const feed = feedIn(database, id, 'checking');
    if (counts !== undefined) noteCounts(database, id, counts);
    if (hold === undefined) return ready(database, feed);
    database.run("UPDATE feed SET state = 'held', hold = ? WHERE id = ?", JSON.stringify(hold), id);
    return findFeed(database, id);
  },

  'feeds.confirm'(database: Database, id: number): Feed | undefined {
    const feed = findFeed(database, id);
    return feed?.state === 'held' && feed.hold?.isConfirmable ? ready(database, feed) : undefined;
  },
};

/** The lines of a partition, as far as they have been divided or joined. */
function linesOf(database: Database, id: number, partition: number): Uint8Array {
  const blocks = database
    .all<{ lines: Uint8Array }>(
      'SELECT CAST(lines AS BLOB) AS lines FROM feed_part WHERE feed_id = ? AND partition = ? ORDER BY id',
      id,
      partition,
    )
    .map(({ lines }) => lines);
  const lines = joinedLines(blocks);
  giveBack(blocks);
  return lines;
}

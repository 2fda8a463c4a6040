/**
 * Calls of every operation about full feeds, in an order in which each has something to do.
 */

import type { Database } from '../../../src/store/sqlite/driver.ts';
import { operations } from '../../../src/store/sqlite/operations/index.ts';
import { bytesOf } from '../../support/bytes.ts';

/** Name of an operation about full feeds. */
export type FeedOperation = Extract<keyof typeof operations, `feeds.${string}`>;

const most = { items: 1000, bytes: 10_000 };
const block = { lines: 'k\t{}', items: 1, bytes: 2 };
const piece = {
  request: 0,
  stage: 0,
  header: '{}',
  keys: bytesOf('k'),
  texts: bytesOf('{}'),
  items: 1,
  bytes: 2,
};
const portion = {
  ...{ sequence: '', supplierId: null, begins: false, completes: true, part: { index: 0, count: 1 } },
  ...{ blocks: [block], rejected: 0, settings: '{}' },
};
const hold = { code: 'FULL_FEED_FIRST', message: 'm', isConfirmable: true };

/** Calls all of them, one after the other. */
export function callFeeds(database: Database): void {
  const on = operations;
  const { id } = on['collections.open'](
    database,
    { scope: 's', import: 'import-onhands', name: 'feeds' },
    '{}',
  );

  const decided = (): number => {
    const { feed } = on['feeds.append'](database, id, portion, most, 1);
    on['feeds.divide'](database, feed.id, 10, 10);
    on['feeds.partition'](database, feed.id, 0);
    const names = 'a b\na c';
    on['feeds.join'](database, feed.id, 0, { lines: bytesOf('k\t{}'), notes: '{}', names, rejected: 0 });
    on['feeds.notes'](database, feed.id);
    on['feeds.faults'](database, feed.id);
    on['feeds.baselines'](database, feed, ['x']);
    on['feeds.perhapsTaken'](database, feed, ['x']);
    on['feeds.decide'](database, feed.id, { counts: new Map([['x', 1]]), hold });
    return feed.id;
  };

  const ended = (batchId: string, reason?: string): void => {
    while (on['batches.letGo'](database, batchId, 0, reason, 9, '{}', 99, 1));
    on['batches.end'](database, batchId, '{}', 1);
  };

  const first = decided();
  // Changes that are written once more behind it.
  on['collections.append'](database, id, { ...block, supplierId: null }, most, 1);
  on['batches.begin'](database, 'me', id, { id: 'changes', settings: '{}' }, 1);
  on['batches.fill'](database, 'changes', 0, [piece], [], [], 1);
  on['batches.sealed'](database, 'me', 'changes');
  ended('changes');
  on['feeds.confirm'](database, first);
  on['feeds.begin'](database, 'me', first, 'feed', 2);
  on['feeds.cuttable'](database, 'feed', 0);
  on['feeds.fill'](database, 'feed', 0, [piece], 'null', 2);
  on['feeds.joints'](database, 'feed');
  on['feeds.sealed'](database, 'me', 'feed', '{}');
  ended('feed', '{}');
  on['feeds.confirm'](database, first);
  on['feeds.begin'](database, 'me', first, 'feed', 2);
  ended('feed');

  // What waited behind the feed is older than the next one.
  on['collections.discardWaiting'](database, id);
  const second = decided();
  on['feeds.confirm'](database, second);
  on['feeds.begin'](database, 'me', second, 'refused', 2);
  on['feeds.refuse'](database, 'refused', hold, 3);
  on['feeds.find'](database, second);
  on['feeds.list'](database, id);
  on['feeds.discard'](database, second);
  decided();
  on['feeds.expire'](database, 99);
  while (on['feeds.sweep'](database));
}

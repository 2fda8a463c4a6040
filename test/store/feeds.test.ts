/**
 * Full feeds in the store: a sequence is whole when all of it has come, once each, and what is decided stays decided.
 */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Batch, Feed, FeedPortion, FeedVerdict } from '../../src/store/index.ts';
import type { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { bytesOf, textOf } from '../support/bytes.ts';
import {
  begunBatch,
  itemsIn,
  itemsOfRequest,
  newBlock,
  newPiece,
  sealedBatch,
  takenBatch,
  unbounded,
} from './support/batches.ts';
import { openedCollection } from './support/collections.ts';
import { newRequest, Stores } from './support/stores.ts';

const most = { items: 1_000_000, bytes: 1_000_000_000 };
const settings = '{}';

/** A portion of items `name=value`. */
function portion(items: readonly string[], particulars: Partial<FeedPortion> = {}): FeedPortion {
  const lines = items.map((item) => `${item.split('=')[0]}\t"${item}"`).join('\n');
  const bytes = items.reduce((sum, item) => sum + item.length + 2, 0);
  const blocks = items.length === 0 ? [] : [{ lines, items: items.length, bytes }];
  const plain = { sequence: '', supplierId: null, begins: false, completes: false, rejected: 0 };
  return { ...plain, blocks, settings, ...particulars };
}

async function textsOf(store: SqliteStore, feed: Feed): Promise<string[]> {
  while (await store.feeds.divide(feed.id, 60, 100));
  const { partitions } = (await store.feeds.find(feed.id)) as Feed;
  const all: string[] = [];
  for (let partition = 0; partition < (partitions ?? 0); partition++) {
    const lines = await store.feeds.partition(feed.id, partition);
    if (lines?.length)
      all.push(
        ...textOf(lines)
          .split('\n')
          .map((line) => JSON.parse(line.split('\t')[1] as string)),
      );
  }
  return all;
}

describe('store: full feeds', () => {
  const stores = new Stores();
  let store: SqliteStore;
  let collectionId: number;

  beforeEach(async () => {
    store = stores.open();
    collectionId = await openedCollection(store);
  });

  after(() => stores.clear());

  const append = (given: FeedPortion, at = 1) => store.feeds.append(collectionId, given, most, at);

  it('numbered parts make it whole in any order, each once, whatever comes twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .integer({ min: 1, max: 6 })
          .chain((count) =>
            fc.tuple(
              fc.shuffledSubarray([...Array(count).keys()], { minLength: count, maxLength: count }),
              fc.array(fc.nat(count - 1)),
              fc.boolean(),
            ),
          ),
        fc.uuid(),
        async ([order, repeats, isCountKnownLate], sequence) => {
          const count = order.length;
          // What is repeated comes before the last part, so that the sequence is still open.
          const sent = [...order.slice(0, -1), ...repeats.filter((part) => part !== order.at(-1))];
          for (const index of sent) {
            const part = isCountKnownLate ? { index } : { index, count };
            const taken = await append(portion([`a${index}=1`, `b${index}=1`], { sequence, part }));
            assert.equal(taken.feed.state, 'collecting');
          }
          const last = order.at(-1) as number;
          const part = { index: last, count };
          const { feed } = await append(portion([`a${last}=1`, `b${last}=1`], { sequence, part }));
          assert.equal(feed.state, 'checking');
          assert.equal(feed.collected.items, 2 * count);
          const expected = order.flatMap((index) => [`a${index}=1`, `b${index}=1`]);
          assert.deepEqual((await textsOf(store, feed)).sort(), expected.sort());
        },
      ),
      { numRuns: 15 },
    );
  });

  it('says that a part was here before, and takes nothing of it', async () => {
    await append(portion(['a=1'], { sequence: 's', part: { index: 0, count: 2 } }));
    const { isRepeated, feed } = await append(
      portion(['a=1'], { sequence: 's', part: { index: 0, count: 2 } }),
    );
    assert.equal(isRepeated, true);
    assert.deepEqual(
      [feed.state, feed.collected.items, feed.parts],
      ['collecting', 1, { seen: 1, expected: 2 }],
    );
  });

  it('waits for the larger number where parts do not agree on it', async () => {
    await append(portion(['a=1'], { sequence: 's', part: { index: 0, count: 3 } }));
    const { feed } = await append(portion(['b=1'], { sequence: 's', part: { index: 1, count: 2 } }));
    assert.equal(feed.state, 'collecting');
  });

  it('two sequences at once do not mix', async () => {
    await append(portion(['a=1'], { sequence: 'one' }));
    await append(portion(['b=1'], { sequence: 'two' }));
    await append(portion(['c=1'], { sequence: 'one' }));
    const { feed } = await append(portion(['d=1'], { sequence: 'two', completes: true }));
    assert.deepEqual((await textsOf(store, feed)).sort(), ['b=1', 'd=1']);
    const [other] = await store.feeds.list(collectionId);
    assert.deepEqual([other?.state, other?.collected.items], ['collecting', 2]);
  });

  it('a new beginning throws away what was not finished', async () => {
    await append(portion(['a=1', 'b=1']));
    const begun = await append(portion(['c=1'], { begins: true }));
    assert.equal(begun.discarded, 2);
    const { feed } = await append(portion([], { completes: true }));
    assert.deepEqual(await textsOf(store, feed), ['c=1']);
  });

  it('keeps the order of a key when it is divided', async () => {
    for (let value = 0; value < 30; value++) await append(portion([`k${value % 3}=${value}`]));
    const { feed } = await append(portion([], { completes: true }));
    const texts = await textsOf(store, feed);
    for (const key of ['k0', 'k1', 'k2']) {
      const values = texts.filter((text) => text.startsWith(key)).map((text) => Number(text.split('=')[1]));
      assert.deepEqual(
        values,
        [...values].sort((left, right) => left - right),
      );
      assert.equal(values.length, 10);
    }
  });

  it('refuses a message for which there is no room, as a whole', async () => {
    const room = { items: 2, bytes: 1000 };
    await store.feeds.append(collectionId, portion(['a=1']), room, 1);
    await assert.rejects(
      store.feeds.append(collectionId, portion(['b=1', 'c=1'], { completes: true }), room, 1),
      { code: 'COLLECTION_FULL' },
    );
    const [feed] = await store.feeds.list(collectionId);
    assert.deepEqual([feed?.state, feed?.collected.items], ['collecting', 1]);
  });

  it('goes on after a restart where it was: parts, division, joined partitions', async () => {
    const file = stores.newFile();
    const reopened = async (former?: SqliteStore) => {
      await former?.close();
      return stores.open(file);
    };
    let one = await reopened();
    const id = await openedCollection(one);
    await one.feeds.append(
      id,
      portion(['a=1', 'b=1'], { sequence: 's', part: { index: 0, count: 2 } }),
      most,
      1,
    );
    one = await reopened(one);
    await one.feeds.append(id, portion(['a=1'], { sequence: 's', part: { index: 0, count: 2 } }), most, 1);
    const { feed } = await one.feeds.append(
      id,
      portion(['c=1', 'd=1'], { sequence: 's', part: { index: 1, count: 2 } }),
      most,
      1,
    );
    assert.equal(await one.feeds.divide(feed.id, 10, 1), true);
    one = await reopened(one);
    while (await one.feeds.divide(feed.id, 10, 1));
    const { partitions } = (await one.feeds.find(feed.id)) as Feed;
    assert.ok(partitions !== null && partitions > 1);
    const joined = { notes: '{}', names: 'x a', rejected: 1 };
    await one.feeds.join(feed.id, 0, { ...joined, lines: bytesOf('a\t1') });
    // Its answer was lost, and it is done again.
    await one.feeds.join(feed.id, 0, { ...joined, lines: bytesOf('a\t2') });
    one = await reopened(one);
    assert.equal(await one.feeds.partition(feed.id, 0), undefined);
    assert.notEqual(await one.feeds.partition(feed.id, 1), undefined);
    assert.deepEqual(await one.feeds.notes(feed.id), ['{}']);
    assert.deepEqual(await one.feeds.faults(feed.id), { rejected: 1, clashes: 0 });
  });

  it('what went behind it comes back outside of a batch that is just being sealed', async () => {
    const open = async (name: string) =>
      (await store.collections.open({ scope: 's', import: 'import-supplier-products', name }, '{}')).id;
    const [own, other] = [await open('feeds'), await open('changes')];
    const { feed } = await store.feeds.append(
      own,
      { ...portion(['a=1'], { completes: true }), supplierId: 1 },
      most,
      1,
    );
    while (await store.feeds.divide(feed.id, 1000, 1000));
    await store.feeds.join(feed.id, 0, { lines: bytesOf('a\t"a=1"'), notes: '{}', names: '', rejected: 0 });
    await store.feeds.decide(feed.id, { counts: new Map([['', 1]]), hold: undefined });
    const collect = (key: string, supplierId: number) =>
      store.collections.append(other, newBlock([[key, `"${key}"`]], supplierId), unbounded, 2);
    const end = async (batch: string) => {
      await store.batches.endRequest(batch, 0, undefined, '{}', 3);
      await store.batches.end(batch, '{}', 3);
    };
    for (const key of ['b', 'c']) {
      await collect(key, 1);
      await sealedBatch(store, other, `of ${key}`);
      await end(`of ${key}`);
    }
    assert.notEqual(typeof (await store.feeds.begin(feed.id, 'feed', 4)), 'string');
    await store.feeds.fill('feed', 0, [newPiece([['a', '"a=1"']])], 'null', 4);
    await store.feeds.sealed('feed', '{}');
    for (const key of ['x', 'y']) await collect(key, 2);
    await begunBatch(store, other, 'sealing', { partitionBytes: 1 });
    await collect('z', 2);
    // One of its blocks has been divided, the other has not.
    await store.batches.distribute('sealing', 1);
    await end('feed');
    while (await store.batches.distribute('sealing', 1));
    const sealed: string[] = [];
    const { partitions } = (await store.batches.find('sealing')) as Batch;
    for (let partition = 0; partition < partitions; partition++) {
      sealed.push(...itemsIn(await store.batches.partition('sealing', partition)).map(([key]) => key));
      await store.batches.fill('sealing', partition, [], [], [], 5);
    }
    assert.deepEqual(sealed.sort(), ['x', 'y']);
    await store.batches.sealed('sealing');
    await store.batches.end('sealing', '{}', 6);
    const next = await begunBatch(store, other, 'next');
    assert.deepEqual(
      itemsIn(await store.batches.partition('next', 0)).map(([key]) => key),
      ['b', 'c'],
    );
    assert.equal(next.supplierId, 1);
  });

  it('finds a name under two keys, in whatever partitions', async () => {
    const { feed } = await append(portion(['a=1', 'b=1'], { completes: true }));
    while (await store.feeds.divide(feed.id, 1, 100));
    const part = { lines: bytesOf(''), notes: '{}', rejected: 0 };
    await store.feeds.join(feed.id, 0, { ...part, names: 'sku1 a\nsku2 a' });
    assert.equal((await store.feeds.faults(feed.id)).clashes, 0);
    await store.feeds.join(feed.id, 1, { ...part, names: 'sku3 b\nsku2 b' });
    assert.equal((await store.feeds.faults(feed.id)).clashes, 1);
  });

  describe('decided', () => {
    const good = (...bounds: string[]): FeedVerdict => ({
      counts: new Map(bounds.map((bound) => [bound, 10])),
      hold: undefined,
    });
    const holdOf = (isConfirmable: boolean) => ({ code: 'FULL_FEED_SHRUNK', message: 'm', isConfirmable });

    async function whole(at = 1): Promise<Feed> {
      const { feed } = await append(portion(['a=1'], { completes: true }), at);
      while (await store.feeds.divide(feed.id, 1000, 1000));
      return feed;
    }

    /** A feed whose batch has been taken. */
    async function onItsWay(): Promise<Feed> {
      const feed = await whole();
      await store.feeds.decide(feed.id, good('x'));
      await store.feeds.begin(feed.id, 'batch', 2);
      await store.feeds.fill('batch', 0, [newPiece([['a', '"a=1"']])], 'null', 3);
      await store.feeds.sealed('batch', '{}');
      await takenBatch(store, 'batch');
      return feed;
    }

    it('one that is held goes out when a person confirms it, and only if it may', async () => {
      const held = await whole();
      assert.equal((await store.feeds.decide(held.id, { ...good('x'), hold: holdOf(true) }))?.state, 'held');
      assert.equal((await store.feeds.confirm(held.id))?.state, 'ready');
      assert.equal(await store.feeds.confirm(held.id), undefined);
      const never = await whole();
      await store.feeds.decide(never.id, { ...good('x'), hold: holdOf(false) });
      assert.equal(await store.feeds.confirm(never.id), undefined);
      assert.equal((await store.feeds.find(never.id))?.state, 'held');
    });

    it('a newer one takes the place of an older one within its bounds, when it can be sent', async () => {
      const older = await whole();
      await store.feeds.decide(older.id, good('x'));
      const elsewhere = await whole();
      await store.feeds.decide(elsewhere.id, good('z'));
      const newer = await whole();
      await store.feeds.decide(newer.id, { ...good('x', 'y'), hold: holdOf(true) });
      assert.equal((await store.feeds.find(older.id))?.state, 'ready', 'a held one replaces nothing');
      await store.feeds.confirm(newer.id);
      assert.equal(await store.feeds.find(older.id), undefined);
      assert.equal((await store.feeds.find(elsewhere.id))?.state, 'ready');
    });

    it('expires by the age of its first item', async () => {
      const held = await whole(100);
      await store.feeds.decide(held.id, { ...good('x'), hold: holdOf(true) });
      await append(portion(['b=1']), 200);
      assert.deepEqual(await store.feeds.expire(100), []);
      assert.deepEqual(
        (await store.feeds.expire(101)).map(({ id }) => id),
        [held.id],
      );
      assert.equal((await store.feeds.list(collectionId)).length, 1);
    });

    it('one that Connect did not take goes out once more, however long ago that was', async () => {
      const feed = await onItsWay();
      await store.batches.endRequest('batch', 0, { all: '{}' }, '{}', 4);
      await store.batches.end('batch', '{}', 5);
      await store.jobs.prune(1000);
      assert.equal((await store.feeds.confirm(feed.id))?.state, 'ready');
      const batch = await store.feeds.begin(feed.id, 'another', 6);
      assert.equal(typeof batch === 'string' ? batch : batch.id, 'batch');
      assert.deepEqual(await itemsOfRequest(store, 'batch', 0), [['a', '"a=1"']]);
    });

    it('one that may have been taken is what others are compared with, until its end is known', async () => {
      const feed = await onItsWay();
      const lane = { scope: feed.scope, import: feed.import, supplierId: null };
      const known = async () => (await store.feeds.perhapsTaken(lane, ['x', 'y'])).get('x');
      const sent = await store.requests.begin(
        newRequest({ ...lane, fullFile: true, keys: [], batch: { id: 'batch', request: 0 } }),
        3,
      );
      await store.requests.accepted(sent, '7', 4);
      await store.jobs.end(lane.scope, '7', 1, { result: 'unknown', details: '{}', at: 5 });
      await store.batches.endRequest('batch', 0, { all: '{"message":"It may still end."}' }, '{}', 6);
      await store.batches.end('batch', '{}', 6);
      assert.equal((await store.feeds.find(feed.id))?.state, 'held');
      assert.match(
        (await store.feeds.find(feed.id))?.hold?.message ?? '',
        /^It is not known .*It may still end\./,
      );
      assert.equal(await known(), 10);
      const later = await whole();
      await store.feeds.decide(later.id, good('x'));
      const id = await store.requests.begin(newRequest({ ...lane, fullFile: true, counts: [['x', 8]] }), 7);
      await store.requests.accepted(id, '8', 8);
      await store.jobs.end(lane.scope, '8', 1, { result: 'succeeded', details: '{}', at: 9 });
      assert.equal(await known(), undefined);
    });

    for (const [what, isAnswered] of [
      ['in its job', true],
      ['without an answer', false],
    ] as const) {
      it(`one that was overtaken by a later one and is still ${what} is what others are compared with`, async () => {
        const lane = { scope: 's', import: 'import-onhands', supplierId: null };
        const known = async () => [...(await store.feeds.perhapsTaken(lane, ['x']))];
        const [large, small] = [
          await store.requests.begin(newRequest({ ...lane, fullFile: true, counts: [['x', 1000]] }), 1),
          await store.requests.begin(newRequest({ ...lane, fullFile: true, counts: [['x', 500]] }), 2),
        ];
        if (isAnswered) await store.requests.accepted(large, '1', 3);
        await store.requests.accepted(small, '2', 4);
        await store.jobs.end(lane.scope, '2', 1, { result: 'succeeded', details: '{}', at: 5 });
        assert.deepEqual([...(await store.feeds.baselines(lane, ['x']))], [['x', { items: 500 }]]);
        assert.deepEqual(await known(), [['x', 1000]]);
        if (isAnswered) await store.jobs.end(lane.scope, '1', 1, { result: 'unknown', details: '{}', at: 6 });
        else await store.requests.failed(large, 'unknown', 6);
        assert.deepEqual(await known(), [], 'it is over');
      });
    }

    it('can be thrown away, and nothing of it stays', async () => {
      const feed = await whole();
      await store.feeds.decide(feed.id, good('x'));
      assert.equal(await store.feeds.discard(feed.id), true);
      assert.equal(await store.feeds.discard(feed.id), false);
      let steps = 0;
      while (await store.feeds.sweep()) steps++;
      assert.ok(steps > 1);
      assert.equal(await store.feeds.find(feed.id), undefined);
    });
  });
});

/**
 * Of one record the newest value counts, whatever failed, came back, went in stages or had to go behind a full feed.
 */
import assert from 'node:assert/strict';
import type { Store } from '../../src/store/index.ts';
import { begunBatch, type Item, newPiece, openCollection, takenBatch, unbounded } from './support/batches.ts';
import {
  changes,
  collect,
  endFeed,
  type Fate,
  failure,
  fillFeed,
  send,
  sendFeed,
  upcoming,
  upcomingChanges,
  wholeFeed,
} from './support/returning.ts';
import { Stores } from './support/stores.ts';

/** Texts as {@link changes} makes them, by their values. */
const fateOf =
  (fates: Readonly<Record<string, Fate>>) =>
  (text: string): Fate =>
    fates[JSON.parse(text) as string] ?? 'next stage';

const single = { most: { items: 1, bytes: 1e9 } };

describe('store: ages', () => {
  const stores = new Stores();
  let store: Store;
  let id: number;
  after(() => stores.clear());
  beforeEach(async () => {
    store = stores.open();
    id = await openCollection(store);
  });

  /** One value has come back from behind a full feed, and a newer one has failed meanwhile. */
  async function failBetween(): Promise<void> {
    const feed = await wholeFeed(store, id);
    await collect(store, id, changes('old'));
    await send(store, id, 'old');
    await collect(store, id, changes('between'));
    await send(store, id, 'between', [true]);
    await sendFeed(store, feed);
  }

  describe('from behind a full feed', () => {
    /** A record is written twice, the second time together with one that has come back and is older. */
    async function writeTwice(): Promise<void> {
      const feed = await wholeFeed(store, id);
      await collect(store, id, [['B', '{}']]);
      await send(store, id, 'B', [true]);
      await collect(store, id, changes('first'));
      await send(store, id, 'first');
      await store.collections.requeue(id, 50);
      await collect(store, id, changes('second'));
      await send(store, id, 'second');
      await collect(store, id, [['C', '{}']]);
      await send(store, id, 'C', [true]);
      await sendFeed(store, feed);
    }

    it('the order stays when something is requeued after that', async () => {
      await writeTwice();
      assert.equal((await store.collections.requeue(id, 60)).requeued, 1);
      assert.deepEqual(await upcomingChanges(store, id), ['first', 'second']);
    });

    it('what has failed and is older is replaced, also by what went with something older still', async () => {
      await writeTwice();
      assert.deepEqual(await send(store, id, 'of B', [], single), [['B', '{}']]);
      assert.deepEqual(await send(store, id, 'of first', [true], single), changes('first'));
      assert.deepEqual(await send(store, id, 'of second', [], single), changes('second'));
      assert.deepEqual(await store.collections.requeue(id, 60), { requeued: 1, replaced: 1 });
    });

    for (const values of [
      ['v0', 'v1'],
      ['v0', 'v1', 'v2', 'v3'],
    ]) {
      it(`the last of ${values.length} stages failed: it is neither replaced nor overtaken by the others`, async () => {
        const fails = values.map((_, stage) => stage === values.length - 1);
        for (const isEarly of [true, false]) {
          store = stores.open();
          id = await openCollection(store);
          const feed = await wholeFeed(store, id);
          await collect(store, id, changes(...values));
          await send(store, id, 'batch', fails);
          await sendFeed(store, feed);
          if (!isEarly) await send(store, id, 'again');
          assert.deepEqual(await store.collections.requeue(id, 60), { requeued: 1, replaced: 0 });
          assert.deepEqual(await upcomingChanges(store, id), isEarly ? values : values.slice(-1));
        }
      });
    }

    for (const isOldWritten of [false, true]) {
      it(`joined by something new while something between them has failed; the old one ${isOldWritten ? 'is' : 'is not'} written`, async () => {
        await failBetween();
        await collect(store, id, changes('new'));
        await send(store, id, 'both', [!isOldWritten, true]);
        await store.collections.requeue(id, 60);
        const back = ['between', 'new'];
        assert.deepEqual(await upcomingChanges(store, id), isOldWritten ? back : ['old', ...back]);
      });
    }
  });

  for (const [what, newer] of [
    ['one', ['new']],
    ['two', ['new', 'newer']],
  ] as const) {
    it(`what came back neither replaces nor overtakes what failed between it and ${what} that are new`, async () => {
      await failBetween();
      await collect(store, id, changes(...newer));
      await send(store, id, 'all', [true, true, true]);
      await store.collections.requeue(id, 60);
      assert.deepEqual(await upcomingChanges(store, id), ['old', 'between', ...newer]);
    });
  }

  for (const isFirstWritten of [true, false]) {
    it(`what came back counts as new where something new was joined to it, which is ${isFirstWritten ? '' : 'not '}written`, async () => {
      await failBetween();
      await collect(store, id, changes('new', 'newer'));
      const fates: Record<string, Fate> = { new: 'joined' };
      await send(store, id, 'both', [!isFirstWritten, true], {}, fateOf(fates));
      await store.collections.requeue(id, 60);
      const expected = isFirstWritten ? ['newer'] : ['between', 'new', 'newer'];
      assert.deepEqual(await upcomingChanges(store, id), expected);
    });
  }

  describe('rejected when a batch is put together', () => {
    const fates: Record<string, Fate> = { bad: 'rejected', worse: 'rejected', old: 'rejected' };

    for (const [what, values, fails, requeued, expected] of [
      ['a newer value is written: it is replaced', ['bad', 'good'], [false], [0, 1], []],
      ['a newer value fails: it comes back before that', ['bad', 'good'], [true], [2, 0], ['bad', 'good']],
      ['it is the newest: it is not replaced', ['good', 'bad'], [false], [1, 0], ['bad']],
      [
        'it is the newest of all that fail: it comes back last',
        ['good', 'bad'],
        [true],
        [2, 0],
        ['good', 'bad'],
      ],
      ['it lies between two stages', ['a', 'bad', 'b'], [false, true], [2, 0], ['bad', 'b']],
      ['it lies between two stages that are written', ['a', 'bad', 'b'], [false, false], [0, 1], []],
      ['two of them', ['bad', 'worse', 'good'], [true], [3, 0], ['bad', 'worse', 'good']],
    ] as const) {
      it(what, async () => {
        await collect(store, id, changes(...values));
        await send(store, id, 'batch', fails, {}, fateOf(fates));
        assert.deepEqual(await store.collections.requeue(id, 60), {
          requeued: requeued[0],
          replaced: requeued[1],
        });
        assert.deepEqual(await upcomingChanges(store, id), expected);
      });
    }

    for (const isOne of [true, false]) {
      it(`twice, a newer one no more${isOne ? '' : ' and in a batch of its own'}: it is replaced by that`, async () => {
        await collect(store, id, changes('worse', 'bad'));
        await send(store, id, 'batch', [], {}, fateOf(fates));
        assert.deepEqual(await store.collections.requeue(id, 60), { requeued: 2, replaced: 0 });
        const particulars = isOne ? {} : single;
        await send(store, id, 'again', [], particulars, fateOf({ worse: 'rejected' }));
        if (!isOne) await send(store, id, 'and again', [], particulars, fateOf({}));
        assert.deepEqual(await store.collections.requeue(id, 61), { requeued: 0, replaced: 1 });
      });
    }

    it('several records: they come back in their order, because they may write one record', async () => {
      const items = [...changes('bad', 'bad', 'bad'), ...['B', 'C', 'B'].map((key): Item => [key, '"bad"'])];
      await collect(store, id, items);
      await send(store, id, 'batch', [], {}, fateOf(fates));
      assert.deepEqual(await store.collections.requeue(id, 60), { requeued: 6, replaced: 0 });
      assert.deepEqual(await upcoming(store, id), [[null, items]]);
    });

    it('beside items of other records that fail: they come back in their order too', async () => {
      const items: Item[] = ['"good"', '"bad"', '"good"', '"bad"', '"good"'].map((text, at) => [
        `K${at}`,
        text,
      ]);
      await collect(store, id, items);
      await send(store, id, 'batch', [true], {}, fateOf(fates));
      assert.deepEqual(await store.collections.requeue(id, 60), { requeued: 5, replaced: 0 });
      assert.deepEqual(
        (await upcoming(store, id)).flatMap(([, held]) => held),
        items,
      );
    });

    it('more often than there are stages: the newest still replaces all of them', async () => {
      const values = Array.from({ length: 1500 }, () => 'bad');
      await collect(store, id, changes(...values, 'good'));
      await send(store, id, 'batch', [], {}, fateOf(fates));
      assert.deepEqual(await store.collections.requeue(id, 60), { requeued: 0, replaced: 1500 });
    });

    it('while it is on its way it does not come back before what may replace it', async () => {
      await collect(store, id, changes('bad', 'good'));
      await begunBatch(store, id, 'batch');
      const [line, bad] = [
        { key: 'A', stage: 0, line: 1 },
        { key: 'A', text: '"bad"', reason: '{}', line: 0 },
      ];
      await store.batches.fill('batch', 0, [newPiece([['A', '"good"']])], [bad], [line], 20);
      await store.batches.sealed('batch');
      assert.deepEqual(await store.collections.requeue(id, 21), { requeued: 0, replaced: 1 });
    });

    for (const isNewWritten of [true, false]) {
      it(`although it had come back, and something between them has failed; the new one is ${isNewWritten ? '' : 'not '}written`, async () => {
        await failBetween();
        await collect(store, id, changes('new'));
        await send(store, id, 'both', [!isNewWritten], {}, fateOf(fates));
        await store.collections.requeue(id, 60);
        assert.deepEqual(await upcomingChanges(store, id), isNewWritten ? [] : ['old', 'between', 'new']);
      });
    }
  });

  it('a batch that was cut between values of one record replaces none of the later ones', async () => {
    for (const isWritten of [true, false]) {
      store = stores.open();
      id = await openCollection(store);
      await collect(store, id, changes('v0', 'v1', 'v2', 'v3'));
      await send(store, id, 'all', [true, true, true, true]);
      await store.collections.requeue(id, 50);
      await send(store, id, 'three', [false, false, true], { most: { items: 3, bytes: 1e9 } });
      if (isWritten) await send(store, id, 'last');
      await store.collections.requeue(id, 51);
      assert.deepEqual(await upcomingChanges(store, id), isWritten ? [] : ['v2', 'v3']);
    }
  });

  it('what is newer than several feeds goes behind each of them that is sent, also where an older one is still collected', async () => {
    const portion = { supplierId: null, rejected: 0, settings: '{}', blocks: [] };
    const begin = (sequence: string, completes: boolean) =>
      store.feeds.append(id, { ...portion, sequence, begins: true, completes }, unbounded, 1);
    await begin('never whole', false);
    await collect(store, id, [['B', '"between"']]);
    await send(store, id, 'between');
    const feed = await wholeFeed(store, id, null, 'A');
    await collect(store, id, changes('newer'));
    await send(store, id, 'newer');
    await sendFeed(store, feed, 'A');
    const back = [['A', '"newer"']];
    assert.deepEqual(await send(store, id, 'newer again'), back);
    assert.deepEqual((await store.collections.state(id)).waiting.items, 0);
    const next = await wholeFeed(store, id, null, 'A');
    await fillFeed(store, next, 'next', 'A');
    await store.feeds.sealed('next', '{}');
    await takenBatch(store, 'next');
    await endFeed(store, 'next');
    assert.equal((await store.collections.state(id)).waiting.items, 0, 'it is older than this one');
  });

  it('a full feed replaces what failed just before it, in whatever stage', async () => {
    await collect(store, id, changes('v0', 'v1'));
    const feed = await wholeFeed(store, id, null, 'A');
    await send(store, id, 'batch', [false, true]);
    await sendFeed(store, feed, 'A');
    assert.deepEqual(await store.collections.requeue(id, 60), { requeued: 0, replaced: 1 });
  });

  it('a full feed that is sent once more replaces what failed before it, as at first', async () => {
    await collect(store, id, changes('v0'));
    await send(store, id, 'batch', [true]);
    const feed = await wholeFeed(store, id, null, 'A');
    await sendFeed(store, feed, 'A', failure);
    assert.equal((await store.feeds.confirm(feed))?.state, 'ready');
    assert.notEqual(typeof (await store.feeds.begin(feed, 'more', 50)), 'string');
    await takenBatch(store, 'feed');
    await endFeed(store, 'feed');
    assert.deepEqual(await store.collections.requeue(id, 60), { requeued: 0, replaced: 1 });
  });

  it('a full feed that is refused replaces nothing', async () => {
    await collect(store, id, changes('v0'));
    await send(store, id, 'batch', [true]);
    const feed = await wholeFeed(store, id, null, 'A');
    await fillFeed(store, feed, 'feed', 'A');
    await store.feeds.refuse('feed', { code: 'X', message: '', isConfirmable: false }, 50);
    assert.deepEqual(await store.collections.requeue(id, 60), { requeued: 1, replaced: 0 });
  });

  it('what is requeued stands behind what was collected meanwhile, also after something that came back before it', async () => {
    const products = await openCollection(store, 'products');
    for (const key of ['a', 'b']) await collect(store, id, [[key, '{}']]);
    await send(store, id, 'of a', [true], single);
    await begunBatch(store, id, 'of b');
    await store.batches.fill('of b', 0, [newPiece([['b', '{}']])], [], [], 20);
    await store.batches.sealed('of b');
    await takenBatch(store, 'of b');
    await store.collections.requeue(id, 50);
    const { turn: product = 0 } = await collect(store, products, [['b', '{}']]);
    await store.batches.endRequest('of b', 0, failure, '{}', 51);
    await store.batches.end('of b', '{}', 52);
    await store.collections.requeue(id, 53);
    const begun = await store.batches.begin(id, { id: 'next', settings: '{}', before: product }, 60);
    assert.equal(typeof begun === 'string' ? begun : begun.collected.items, 1);
  });
});

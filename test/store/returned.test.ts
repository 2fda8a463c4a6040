/**
 * What comes back stands where it belongs: behind what its collection follows, in the order in which it was collected,
 * and never where nobody finds it.
 */
import assert from 'node:assert/strict';
import { followedLimit } from '../../src/accumulator/followed.ts';
import type { NewPiece } from '../../src/store/index.ts';
import {
  begunBatch,
  type Item,
  itemsIn,
  itemsOfRequest,
  newPiece,
  openCollection,
  sealedBatch,
  takenBatch,
} from './support/batches.ts';
import { collect, endFeed, failure, fillFeed, send, upcoming, wholeFeed } from './support/returning.ts';
import { Stores } from './support/stores.ts';

describe('store: what comes back', () => {
  const stores = new Stores();
  after(() => stores.clear());

  it('goes after what the followed collection had when it was requeued, and before what came since', async () => {
    const store = stores.open();
    const [products, prices] = [
      await openCollection(store, 'products'),
      await openCollection(store, 'prices'),
    ];
    for (const key of ['a', 'b', 'c']) {
      await collect(store, prices, [[key, '{}']]);
      await send(store, prices, `price of ${key}`, [true]);
    }
    const { turn: product } = await collect(store, products, [['a', '{}']]);
    await store.collections.requeue(prices, 50);
    const begin = (before: number | undefined) =>
      store.batches.begin(
        prices,
        { id: 'prices', settings: '{}', ...(before === undefined ? {} : { before }) },
        51,
      );
    assert.equal(await begin(product), 'too new');
    await sealedBatch(store, products, 'of products');
    await store.batches.endRequest('of products', 0, undefined, '{}', 52);
    await store.batches.end('of products', '{}', 52);
    const { turn: later } = await collect(store, products, [['d', '{}']]);
    const begun = await begin(later);
    assert.ok(typeof begun !== 'string' && begun.collected.items === 3);
  });

  it('holds up those that follow its collection no longer than what waits behind it, and never each other', async () => {
    const store = stores.open();
    const [one, other] = [await openCollection(store, 'one'), await openCollection(store, 'other')];
    await collect(store, one, [['a', '{}']]);
    await send(store, one, 'failed', [true]);
    const { turn: waiting } = await collect(store, one, [['b', '{}']]);
    await collect(store, other, [['c', '{}']]);
    await store.collections.requeue(one, 50);
    assert.equal((await store.collections.state(one)).turn, waiting);
    const [collection] = await store.collections.list();
    const { scope } = collection ?? { scope: '' };
    const begin = async (id: number, follows: string) => {
      const { before = 0 } = await followedLimit(store, { id, scope }, [follows]);
      return store.batches.begin(id, { id: `of ${id}`, settings: '{}', before }, 51);
    };
    assert.equal(await begin(other, 'one'), 'too new');
    assert.notEqual(typeof (await begin(one, 'other')), 'string');
  });

  it('keeps the order of what was collected together, however many steps that takes', async () => {
    const store = stores.open();
    const id = await openCollection(store);
    const others = Array.from({ length: 1200 }, (_, number): Item => [`other ${number}`, '{}']);
    await collect(store, id, [['A', '"old"'], ...others, ['A', '"new"']], 6);
    await send(store, id, 'of 6', [true, true]);
    await collect(store, id, [['B', '{}']], 5);
    await send(store, id, 'of 5', [true]);
    assert.equal((await store.collections.requeue(id, 50)).requeued, 1203);
    const [first, second, ...more] = await upcoming(store, id);
    assert.deepEqual([first, more], [[5, [['B', '{}']]], []]);
    const texts = second?.[1].filter(([key]) => key === 'A').map(([, text]) => text);
    assert.deepEqual([second?.[0], texts], [6, ['"old"', '"new"']]);
  });

  for (const partitionBytes of [undefined, 5]) {
    it(`is told from what is new where a batch ${partitionBytes === undefined ? 'is whole' : 'is divided'}`, async () => {
      const store = stores.open();
      const id = await openCollection(store);
      const items = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((key): Item => [key, '"back"']);
      await collect(store, id, items.slice(0, 3));
      await send(store, id, 'one', [true]);
      await collect(store, id, items.slice(3));
      await send(store, id, 'other', [true]);
      await collect(
        store,
        id,
        items.map(([key]): Item => [key, '"new"']),
      );
      await store.collections.requeue(id, 50);
      const { partitions } = await begunBatch(store, id, 'both', partitionBytes ? { partitionBytes } : {});
      assert.equal(partitions > 1, partitionBytes !== undefined);
      while (await store.batches.distribute('both', 1));
      for (let partition = 0; partition < partitions; partition++) {
        const found = await store.batches.partition('both', partition);
        const texts = itemsIn(found).map(([, text]) => text);
        assert.equal(texts.lastIndexOf('"back"') + 1, found?.returned);
        assert.equal(texts.indexOf('"new"'), texts.length === 0 ? -1 : found?.returned);
      }
    });
  }

  it('waits while a later stage of its batch may still follow it', async () => {
    const store = stores.open();
    const id = await openCollection(store);
    await collect(store, id, [
      ['A', '"old"'],
      ['A', '"new"'],
    ]);
    const stages = (): readonly NewPiece[] => [
      newPiece([['A', '"old"']], 0, 0),
      newPiece([['A\t["A"]', '"new"']], 1, 1),
    ];
    await sealedBatch(store, id, 'batch', stages);
    await takenBatch(store, 'batch');
    await store.batches.endRequest('batch', 0, failure, '{}', 30);
    assert.deepEqual(await store.collections.requeue(id, 31), { requeued: 0, replaced: 0 });
    await store.batches.withhold('batch', 1, '{"code":"FORMER_CHANGE_FAILED"}', 32);
    for (const { number, state } of await store.batches.requests('batch')) {
      if (state !== 'ended') await store.batches.endRequest('batch', number, undefined, '{}', 33);
    }
    await store.batches.end('batch', '{}', 34);
    assert.deepEqual(await store.collections.requeue(id, 35), { requeued: 2, replaced: 0 });
    assert.deepEqual(await upcoming(store, id), [
      [
        null,
        [
          ['A', '"old"'],
          ['A', '"new"'],
        ],
      ],
    ]);
  });

  it('stands with what is of its supplier and came back before it', async () => {
    const store = stores.open();
    const id = await openCollection(store);
    await collect(store, id, [['A', '"old"']], 6);
    await send(store, id, 'old', [true]);
    await collect(store, id, [['Z', '{}']], 5);
    await send(store, id, 'of 5', [true]);
    await collect(store, id, [['A', '"new"']], 6);
    // The older one counts as replaced as long as this has not ended.
    await begunBatch(store, id, 'new');
    const items = itemsIn(await store.batches.partition('new', 0));
    await store.batches.fill('new', 0, [newPiece(items)], [], [], 20);
    await store.batches.sealed('new');
    await takenBatch(store, 'new');
    await store.batches.endRequest('new', 0, failure, '{}', 30);
    assert.deepEqual(await store.collections.requeue(id, 31), { requeued: 2, replaced: 1 });
    await store.batches.end('new', '{}', 32);
    assert.deepEqual(await store.collections.requeue(id, 33), { requeued: 1, replaced: 0 });
    assert.deepEqual(await upcoming(store, id), [
      [5, [['Z', '{}']]],
      [
        6,
        [
          ['A', '"old"'],
          ['A', '"new"'],
        ],
      ],
    ]);
  });

  it('is found also where the batch of a full feed of its collection is just being sealed', async () => {
    const store = stores.open();
    const open = async (name: string) =>
      (await store.collections.open({ scope: 's', import: 'import-supplier-products', name }, '{}')).id;
    const [own, other] = [await open('own'), await open('other')];
    const first = await wholeFeed(store, own, 7);
    await collect(store, other, [['b', '"b"']], 7);
    await send(store, other, 'of b');
    await fillFeed(store, first, 'first feed');
    await store.feeds.sealed('first feed', '{}');
    const second = await wholeFeed(store, other, 8);
    assert.notEqual(typeof (await store.feeds.begin(second, 'second feed', 5)), 'string');
    await endFeed(store, 'first feed');
    await store.feeds.fill('second feed', 0, [newPiece([['z', '"z"']])], 'null', 7);
    await store.feeds.sealed('second feed', '{}');
    await endFeed(store, 'second feed');
    assert.notEqual((await store.collections.state(other)).oldestPlace, undefined);
    await sealedBatch(store, other, 'of b again');
    assert.deepEqual(await itemsOfRequest(store, 'of b again', 0), [['b', '"b"']]);
  });
});

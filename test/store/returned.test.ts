/**
 * What comes back stands where it belongs: behind what its collection follows, in the order in which it was collected,
 * and never where nobody finds it.
 */
import assert from 'node:assert/strict';
import { followedLimit } from '../../src/accumulator/followed.ts';
import type { NewBatch, NewPiece, Store } from '../../src/store/index.ts';
import { bytesOf } from '../support/bytes.ts';
import {
  begunBatch,
  type Item,
  itemsIn,
  itemsOfRequest,
  newBlock,
  newPiece,
  openCollection,
  sealedBatch,
  takenBatch,
  unbounded,
} from './support/batches.ts';
import { Stores } from './support/stores.ts';

const failure = { all: '{"code":"ITEM_REFUSED"}' };

const collect = (store: Store, id: number, items: readonly Item[], supplierId: number | null = null) =>
  store.collections.append(id, newBlock(items, supplierId), unbounded, 10);

/** What waits goes in one request, each item by itself, and is written or not. */
async function send(
  store: Store,
  id: number,
  name: string,
  end?: typeof failure,
  particulars: Partial<NewBatch> = {},
): Promise<Item[]> {
  await begunBatch(store, id, name, particulars);
  const items = itemsIn(await store.batches.partition(name, 0));
  await store.batches.fill(name, 0, [newPiece(items)], [], 20);
  await store.batches.sealed(name);
  await takenBatch(store, name);
  await store.batches.endRequest(name, 0, end, '{}', 30);
  await store.batches.end(name, '{}', 31);
  return items;
}

async function fail(store: Store, id: number, name: string): Promise<void> {
  await send(store, id, name, failure);
}

/** A change of a record goes in a stage of its own after another one of the same record. */
async function sendInStages(store: Store, id: number, name: string, later: typeof failure): Promise<void> {
  const stages = () => [newPiece([['A', '"old"']], 0, 0), newPiece([['A\t["A"]', '"new"']], 1, 1)];
  await collect(store, id, [
    ['A', '"old"'],
    ['A', '"new"'],
  ]);
  await sealedBatch(store, id, name, stages);
  await takenBatch(store, name);
  await store.batches.endRequest(name, 0, undefined, '{}', 30);
  await store.batches.endRequest(name, 1, later, '{}', 30);
  await store.batches.end(name, '{}', 31);
}

/** A full feed that can be sent, of another record. */
async function wholeFeed(store: Store, collectionId: number, supplierId: number | null): Promise<number> {
  const blocks = [{ lines: 'z\t"z"', items: 1, bytes: 3 }];
  const portion = { sequence: '', supplierId, begins: false, completes: true, rejected: 0, blocks };
  const { feed } = await store.feeds.append(collectionId, { ...portion, settings: '{}' }, unbounded, 1);
  while (await store.feeds.divide(feed.id, 1000, 1000));
  await store.feeds.join(feed.id, 0, { lines: bytesOf('z\t"z"'), notes: '{}', names: '', rejected: 0 });
  await store.feeds.decide(feed.id, { counts: new Map([['', 1]]), hold: undefined });
  return feed.id;
}

/** Seals the batch of a feed. */
async function sealFeed(store: Store, feedId: number, name: string): Promise<void> {
  assert.notEqual(typeof (await store.feeds.begin(feedId, name, 40)), 'string');
  await store.feeds.fill(name, 0, [newPiece([['z', '"z"']])], 'null', 41);
  await store.feeds.sealed(name, '{}');
}

async function endFeed(store: Store, name: string): Promise<void> {
  await store.batches.endRequest(name, 0, undefined, '{}', 42);
  await store.batches.end(name, '{}', 43);
}

/** What the next batches would be: their suppliers and items. */
async function upcoming(store: Store, id: number): Promise<[number | null, Item[]][]> {
  const batches: [number | null, Item[]][] = [];
  for (;;) {
    const name = `upcoming ${batches.length}`;
    const begun = await store.batches.begin(id, { id: name, settings: '{}' }, 40);
    if (typeof begun === 'string') return batches;
    batches.push([begun.supplierId, itemsIn(await store.batches.partition(name, 0))]);
    await store.batches.fill(name, 0, [], [], 41);
    await store.batches.sealed(name);
    await store.batches.end(name, '{}', 42);
  }
}

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
      await fail(store, prices, `price of ${key}`);
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
    await fail(store, one, 'failed');
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
    await fail(store, id, 'of 6');
    await collect(store, id, [['B', '{}']], 5);
    await fail(store, id, 'of 5');
    assert.equal((await store.collections.requeue(id, 50)).requeued, 1203);
    const [first, second, ...more] = await upcoming(store, id);
    assert.deepEqual([first, more], [[5, [['B', '{}']]], []]);
    const texts = second?.[1].filter(([key]) => key === 'A').map(([, text]) => text);
    assert.deepEqual([second?.[0], texts], [6, ['"old"', '"new"']]);
  });

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
    await fail(store, id, 'old');
    await collect(store, id, [['Z', '{}']], 5);
    await fail(store, id, 'of 5');
    await collect(store, id, [['A', '"new"']], 6);
    // The older one counts as replaced as long as this has not ended.
    await begunBatch(store, id, 'new');
    const items = itemsIn(await store.batches.partition('new', 0));
    await store.batches.fill('new', 0, [newPiece(items)], [], 20);
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
    await sealFeed(store, first, 'first feed');
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

  describe('from behind a full feed', () => {
    /** A record is written twice, the second time together with one that has come back and is older. */
    async function writtenTwice(store: Store): Promise<number> {
      const id = await openCollection(store);
      const feed = await wholeFeed(store, id, null);
      await collect(store, id, [['B', '{}']]);
      await fail(store, id, 'B');
      await collect(store, id, [['A', '"first"']]);
      await send(store, id, 'first');
      await store.collections.requeue(id, 50);
      await collect(store, id, [['A', '"second"']]);
      await send(store, id, 'second');
      await collect(store, id, [['C', '{}']]);
      await fail(store, id, 'C');
      await sealFeed(store, feed, 'feed');
      await endFeed(store, 'feed');
      return id;
    }

    const textsOfA = (batches: [number | null, Item[]][]) =>
      batches.flatMap(([, items]) => items.filter(([key]) => key === 'A').map(([, text]) => text));

    it('keeps its order when something is requeued after that', async () => {
      const store = stores.open();
      const id = await writtenTwice(store);
      assert.equal((await store.collections.requeue(id, 60)).requeued, 1);
      assert.deepEqual(textsOfA(await upcoming(store, id)), ['"first"', '"second"']);
    });

    it('replaces what has failed and is older, also where it went with something older still', async () => {
      const store = stores.open();
      const id = await writtenTwice(store);
      const single = { most: { items: 1, bytes: 1e9 } };
      assert.deepEqual(await send(store, id, 'of B', undefined, single), [['B', '{}']]);
      assert.deepEqual(await send(store, id, 'of first', failure, single), [['A', '"first"']]);
      assert.deepEqual(await send(store, id, 'of second', undefined, single), [['A', '"second"']]);
      assert.deepEqual(await store.collections.requeue(id, 60), { requeued: 1, replaced: 1 });
    });

    it('neither replaces nor overtakes what went in a later stage of its batch', async () => {
      for (const isEarly of [true, false]) {
        const store = stores.open();
        const id = await openCollection(store);
        const feed = await wholeFeed(store, id, null);
        await sendInStages(store, id, 'batch', failure);
        await sealFeed(store, feed, 'feed');
        await endFeed(store, 'feed');
        if (isEarly) {
          assert.deepEqual(await store.collections.requeue(id, 60), { requeued: 1, replaced: 0 });
          assert.deepEqual(textsOfA(await upcoming(store, id)), ['"old"', '"new"']);
        } else {
          await send(store, id, 'again');
          assert.deepEqual(await store.collections.requeue(id, 60), { requeued: 1, replaced: 0 });
        }
      }
    });
  });
});

/**
 * What waits in collections, and what is kept of what was not written: nothing is dropped unasked, and what comes back
 * never comes over something newer.
 */
import assert from 'node:assert/strict';
import type { ConnectError } from '../../src/errors.ts';
import {
  begunBatch,
  itemsIn,
  keptTexts,
  newBlock,
  openCollection,
  sealedBatch,
  takenBatch,
  unbounded,
} from './support/batches.ts';
import { newRequest, Stores } from './support/stores.ts';

const { scope } = newRequest();
const code = (expected: string) => (error: ConnectError) => error.code === expected;
const failedAll = { all: '{"code":"JOB_FAILED"}' };

describe('store: collections', () => {
  const stores = new Stores();
  after(() => stores.clear());

  it('one of each name, with the settings of whoever used it last', async () => {
    const file = stores.newFile();
    const store = stores.open(file);
    const name = { scope, import: 'import-onhands', name: 'stock' };
    const first = await store.collections.open(name, '{"a":1}');
    await store.collections.append(first.id, newBlock([['A', '{"é":1}']]), unbounded, 10);
    const others = [
      await store.collections.open({ ...name, scope: 'https://elsewhere.example/' }, '{}'),
      await store.collections.open({ ...name, import: 'import-products' }, '{}'),
      await store.collections.open({ ...name, name: 'other' }, '{}'),
    ];
    await store.close();
    const later = stores.open(file);
    const again = await later.collections.open(name, '{"a":2}');
    const nothing = { items: 0, bytes: 0 };
    assert.deepEqual(again, {
      ...name,
      id: first.id,
      settings: '{"a":2}',
      waiting: { items: 1, bytes: 8 },
      oldestAt: 10,
      oldestPlace: again.oldestPlace,
      turn: again.turn,
      isFlushAsked: false,
      failed: nothing,
      rejected: nothing,
    });
    assert.deepEqual(await later.collections.list(), [again, ...others]);
    const { scope: _, import: __, name: ___, settings: ____, ...state } = again;
    assert.deepEqual(await later.collections.state(first.id), state);
    await assert.rejects(later.collections.state(99), code('STORE_ENTRY_UNKNOWN'));
    await assert.rejects(
      later.collections.append(99, newBlock([['A', '{}']]), unbounded, 1),
      code('STORE_ENTRY_UNKNOWN'),
    );
  });

  it('never takes bytes that were handed over to somebody else for the items', async () => {
    const store = stores.open();
    const id = await openCollection(store);
    const block = { lines: new Uint8Array(), items: 1, bytes: 2, supplierId: null };
    await assert.rejects(store.collections.append(id, block, unbounded, 10));
    assert.equal((await store.collections.state(id)).waiting.items, 0);
  });

  it('refuses what would be too much as a whole, failed items counted; and takes what just fits', async () => {
    const store = stores.open();
    const id = await openCollection(store);
    await store.collections.append(id, newBlock([['A', '{"n":1}']]), unbounded, 10);
    await sealedBatch(store, id, 'one');
    await takenBatch(store, 'one');
    await store.batches.endRequest('one', 0, failedAll, '{}', 20);
    const two = newBlock([
      ['B', '{"n":2}'],
      ['C', '{"n":3}'],
    ]);
    for (const most of [
      { items: 2, bytes: 1000 },
      { items: 1000, bytes: 20 },
    ]) {
      await assert.rejects(store.collections.append(id, two, most, 30), (error: ConnectError) => {
        assert.equal(error.code, 'COLLECTION_FULL');
        assert.equal(error.retryable, true);
        assert.deepEqual(error.details, {
          waiting: { items: 0, bytes: 0 },
          failed: { items: 1, bytes: 7 },
          most,
        });
        return true;
      });
      assert.equal((await store.collections.state(id)).waiting.items, 0);
    }
    const state = await store.collections.append(id, two, { items: 3, bytes: 21 }, 31);
    assert.deepEqual(state.waiting, { items: 2, bytes: 14 });
  });

  it('places tell the order over all collections, and are never used twice', async () => {
    const file = stores.newFile();
    const store = stores.open(file);
    const first = await openCollection(store, 'first');
    const second = await openCollection(store, 'second');
    const append = async (id: number, at: number) =>
      (await store.collections.append(id, newBlock([['A', '{}']]), unbounded, at)).oldestPlace ?? 0;
    const places = [await append(first, 3), await append(second, 2)];
    await store.collections.discardWaiting(second);
    places.push(await append(second, 1));
    assert.deepEqual(
      places,
      [...new Set(places)].sort((one, other) => one - other),
    );
    const state = await store.collections.append(first, newBlock([['B', '{}']]), unbounded, 9);
    assert.deepEqual([state.oldestPlace, state.oldestAt], [places[0], 3]);
  });

  it('a flush is noted until all that waited has been given out, also in the file', async () => {
    const file = stores.newFile();
    const store = stores.open(file);
    const id = await openCollection(store);
    const add = (supplierId: number, to = store) =>
      to.collections.append(id, newBlock([['A', '{}']], supplierId), unbounded, 1);
    assert.equal((await store.collections.flush(id)).isFlushAsked, false, 'nothing waited');
    await add(1);
    assert.equal((await add(2)).isFlushAsked, false);
    assert.equal((await store.collections.flush(id)).isFlushAsked, true);
    await store.close();
    const again = stores.open(file);
    assert.equal((await again.collections.state(id)).isFlushAsked, true);
    // Of two suppliers one goes into a batch, and the other waits.
    await begunBatch(again, id, 'one');
    assert.equal((await again.collections.state(id)).isFlushAsked, true);
    await again.batches.fill('one', 0, [], [], [], 2);
    await again.batches.sealed('one');
    await again.batches.end('one', '{}', 3);
    assert.equal((await add(2, again)).isFlushAsked, true);
    await begunBatch(again, id, 'two', { most: { items: 1, bytes: 100 } });
    const { isFlushAsked, waiting } = await again.collections.state(id);
    assert.deepEqual([isFlushAsked, waiting.items], [false, 1], 'what came later was not asked for');
    await again.batches.fill('two', 0, [], [], [], 4);
    await again.batches.sealed('two');
    await again.collections.flush(id);
    await again.collections.discardWaiting(id);
    assert.equal((await add(2, again)).isFlushAsked, false, 'what it was asked for has been thrown away');
    await assert.rejects(again.collections.flush(99), code('STORE_ENTRY_UNKNOWN'));
  });

  it('rejected items: the newest of them, up to a bound', async () => {
    const store = stores.open();
    const id = await openCollection(store);
    const rejected = (number: number) => ({
      key: number % 2 === 0 ? null : `${number}`,
      text: `{"n":${number}}`,
      reason: '{"code":"X"}',
    });
    const all = Array.from({ length: 2_500 }, (_, index) => rejected(index));
    await store.collections.reject(id, all.slice(0, 2_000), unbounded, 10);
    const state = await store.collections.reject(id, all.slice(2_000), { items: 3, bytes: 1000 }, 11);
    assert.deepEqual(state.rejected, { items: 3, bytes: 30 });
    const found = await store.collections.kept(id, 'rejected', 0, 10);
    assert.deepEqual(
      found.map(({ id: _, ...item }) => item),
      all.slice(-3).map((item) => ({ ...item, kind: 'rejected', batchId: null, at: 11, isReplaced: false })),
    );
    assert.deepEqual(await store.collections.kept(id, 'rejected', found[0]?.id ?? 0, 1), [found[1]]);
    assert.deepEqual((await store.collections.reject(id, [], { items: 9, bytes: 10 }, 12)).rejected, {
      items: 1,
      bytes: 10,
    });
    assert.equal(await store.collections.discardKept(id, 'failed'), 0);
    assert.equal(await store.collections.discardKept(id, 'rejected'), 1);
    assert.deepEqual((await store.collections.state(id)).rejected, { items: 0, bytes: 0 });
  });

  it('what failed waits again in its order, before everything that waits', async () => {
    const store = stores.open();
    const id = await openCollection(store);
    const many = Array.from({ length: 2_300 }, (_, index) => [`${index}`, `{"n":${index}}`] as const);
    await store.collections.append(id, newBlock(many, 7), unbounded, 10);
    await sealedBatch(store, id, 'one');
    await takenBatch(store, 'one');
    await store.batches.endRequest('one', 0, failedAll, '{}', 20);
    await store.batches.end('one', '{}', 21);
    await store.collections.append(id, newBlock([['5', '{"newer":1}']], 7), unbounded, 30);
    assert.deepEqual(await store.collections.requeue(id, 40), { requeued: 2_300, replaced: 0 });
    const state = await store.collections.state(id);
    assert.deepEqual([state.waiting.items, state.failed.items], [2_301, 0]);
    assert.equal(state.oldestAt, 30, 'what waited does not seem younger than it is');
    const batch = await begunBatch(store, id, 'two');
    assert.deepEqual([batch.supplierId, batch.collected.items], [7, 2_301]);
    assert.deepEqual(itemsIn(await store.batches.partition('two', 0)), [...many, ['5', '{"newer":1}']]);
  });

  it('what failed stays away while something newer of the same record is under way, and after it was written', async () => {
    const store = stores.open();
    const id = await openCollection(store);
    const fail = async (batch: string, text: string, supplierId: number | null) => {
      await store.collections.append(
        id,
        newBlock(
          [
            ['A', text],
            ['B', text],
          ],
          supplierId,
        ),
        unbounded,
        10,
      );
      await sealedBatch(store, id, batch);
      await takenBatch(store, batch);
      await store.batches.endRequest(batch, 0, failedAll, '{}', 20);
      await store.batches.end(batch, '{}', 21);
    };
    await fail('old', '{"old":1}', null);
    await fail('other supplier', '{"other":1}', 7);
    await store.collections.append(id, newBlock([['A', '{"new":1}']]), unbounded, 30);
    await sealedBatch(store, id, 'new');
    const underWay = await store.collections.kept(id, 'failed', 0, 10);
    assert.deepEqual(
      underWay.map(({ text, isReplaced }) => [text, isReplaced]),
      [
        ['{"old":1}', true],
        ['{"old":1}', false],
        ['{"other":1}', false],
        ['{"other":1}', false],
      ],
    );
    assert.deepEqual(await store.collections.requeue(id, 31), { requeued: 3, replaced: 1 });
    await takenBatch(store, 'new');
    await store.batches.endRequest('new', 0, undefined, '{}', 40);
    await store.batches.end('new', '{}', 41);
    assert.deepEqual(await store.collections.requeue(id, 42), { requeued: 0, replaced: 1 });
    assert.deepEqual(await keptTexts(store, id), ['{"old":1}']);
  });

  it('what was replaced by something that failed too comes back with it, the older first', async () => {
    const store = stores.open();
    const id = await openCollection(store);
    const fail = async (batch: string, text: string, keys: readonly string[]) => {
      const items = ['A', 'B'].map((key) => [key, text] as const);
      await store.collections.append(id, newBlock(items), unbounded, 10);
      await sealedBatch(store, id, batch);
      await takenBatch(store, batch);
      const reasons = new Map(keys.map((key) => [key, '{"code":"X"}']));
      await store.batches.endRequest(batch, 0, { keys: reasons }, '{}', 20);
    };
    await fail('one', '{"old":1}', ['A', 'B']);
    await store.batches.end('one', '{}', 21);
    await fail('two', '{"new":1}', ['A']);
    await store.batches.end('two', '{}', 22);
    assert.deepEqual(await store.collections.requeue(id, 30), { requeued: 2, replaced: 1 });
    await begunBatch(store, id, 'three');
    assert.deepEqual(itemsIn(await store.batches.partition('three', 0)), [
      ['A', '{"old":1}'],
      ['A', '{"new":1}'],
    ]);
    const [left] = await store.collections.kept(id, 'failed', 0, 10);
    assert.deepEqual([left?.key, left?.text, left?.isReplaced], ['B', '{"old":1}', true]);
  });

  it('while a batch is sealed nothing is requeued or discarded, but items are taken', async () => {
    const store = stores.open();
    const id = await openCollection(store);
    await store.collections.append(id, newBlock([['A', '{"n":1}']]), unbounded, 10);
    await begunBatch(store, id, 'one');
    const state = await store.collections.append(id, newBlock([['A', '{"n":2}']]), unbounded, 20);
    assert.deepEqual([state.waiting, state.oldestAt], [{ items: 1, bytes: 7 }, 20]);
    const refusals = [store.collections.requeue(id, 21), store.collections.discardWaiting(id)];
    for (const refusal of refusals) {
      await assert.rejects(refusal, (error: ConnectError) => {
        assert.deepEqual([error.code, error.retryable], ['COLLECTION_SEALING', true]);
        return true;
      });
    }
    assert.deepEqual(itemsIn(await store.batches.partition('one', 0)), [['A', '{"n":1}']]);
    await store.batches.fill('one', 0, [], [], [], 30);
    await store.batches.sealed('one');
    assert.equal(await store.collections.discardWaiting(id), 1);
    const { waiting, oldestAt, oldestPlace } = await store.collections.state(id);
    assert.deepEqual(
      { waiting, oldestAt, oldestPlace },
      { waiting: { items: 0, bytes: 0 }, oldestAt: undefined, oldestPlace: undefined },
    );
  });
});

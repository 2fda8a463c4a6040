/**
 * Batches from sealing to the end of their jobs: each of their items is written or kept, once, wherever they are
 * broken off.
 */

import assert from 'node:assert/strict';
import type { ConnectError } from '../../src/errors.ts';
import type { Store } from '../../src/store/index.ts';
import { openDatabase } from '../../src/store/sqlite/open.ts';
import { operations } from '../../src/store/sqlite/operations/index.ts';
import { migrations } from '../../src/store/sqlite/schema.ts';
import { textOf } from '../support/bytes.ts';
import {
  attempt,
  begunBatch,
  type Item,
  itemsIn,
  itemsOfRequest,
  keptTexts,
  merged,
  newBlock,
  newPiece,
  openCollection,
  sealedBatch,
  takenBatch,
  unbounded,
} from './support/batches.ts';
import { newRequest, Stores } from './support/stores.ts';

const { scope } = newRequest();
const code = (expected: string) => (error: ConnectError) => error.code === expected;
const hour = 60 * 60 * 1000;

const numbered = (count: number): Item[] =>
  Array.from({ length: count }, (_, index) => [`k${index}`, `{"n":${index}}`]);

/** A collection in which items wait. */
async function collectionWith(store: Store, items: readonly Item[], name?: string): Promise<number> {
  const id = await openCollection(store, name);
  await store.collections.append(id, newBlock(items), unbounded, 10);
  return id;
}

/** A batch on its way, all of its items one request, or several. */
async function sentBatch(
  store: Store,
  items: readonly Item[],
  piecesOf?: Parameters<typeof sealedBatch>[3],
): Promise<number> {
  const id = await collectionWith(store, items);
  await sealedBatch(store, id, 'batch', piecesOf);
  await takenBatch(store, 'batch');
  return id;
}

const requestOf = async (store: Store, number = 0) =>
  (await store.batches.requests('batch')).find((request) => request.number === number);

describe('store: batches', () => {
  const stores = new Stores();
  after(() => stores.clear());

  describe('beginning', () => {
    it('takes whole blocks, oldest first, as many as the bounds allow and one at least', async () => {
      const store = stores.open();
      const id = await openCollection(store);
      for (const [index, size] of [3, 2, 2, 5].entries()) {
        await store.collections.append(id, newBlock(numbered(size)), unbounded, 10 + index);
      }
      const taken: number[] = [];
      for (const most of [
        { items: 1, bytes: 1 },
        { items: 1000, bytes: 28 },
        { items: 2, bytes: 1000 },
      ]) {
        const name = `batch ${taken.length}`;
        const batch = await begunBatch(store, id, name, { most });
        taken.push(batch.collected.items);
        assert.equal(batch.oldestAt, [10, 11, 13][taken.length - 1]);
        await store.batches.fill(name, 0, [], [], [], 20);
        await store.batches.sealed(name);
        await takenBatch(store, name);
        await store.batches.end(name, '{}', 21);
      }
      assert.deepEqual(taken, [3, 4, 5]);
      const again = { id: 'again', settings: '{}' };
      assert.equal(await store.batches.begin(id, again, 30), 'nothing waits');
      await assert.rejects(store.batches.begin(99, again, 30), code('STORE_ENTRY_UNKNOWN'));
    });

    it('takes nothing that was collected at a place or after it, and only one SupplierId', async () => {
      const store = stores.open();
      const id = await openCollection(store);
      const other = await openCollection(store, 'other');
      await store.collections.append(id, newBlock([['A', '{"n":1}']], 7), unbounded, 10);
      await store.collections.append(id, newBlock([['B', '{"n":2}']], 8), unbounded, 11);
      const { oldestPlace = 0 } = await store.collections.append(
        other,
        newBlock([['A', '{}']]),
        unbounded,
        12,
      );
      await store.collections.append(id, newBlock([['C', '{"n":3}']], 8), unbounded, 13);
      const { oldestPlace: first = 0 } = await store.collections.state(id);
      const batch = { id: 'early', settings: '{}', before: first };
      assert.equal(await store.batches.begin(id, batch, 20), 'too new');
      for (const [name, key, supplierId, before] of [
        ['one', 'A', 7, oldestPlace],
        ['two', 'B', 8, oldestPlace],
        ['three', 'C', 8, undefined],
      ] as const) {
        const begun = await begunBatch(store, id, name, before === undefined ? {} : { before });
        assert.equal(begun.supplierId, supplierId);
        assert.deepEqual(
          itemsIn(await store.batches.partition(name, 0)).map(([each]) => each),
          [key],
        );
        await store.batches.fill(name, 0, [], [], [], 30);
        await store.batches.sealed(name);
        await takenBatch(store, name);
        await store.batches.end(name, '{}', 31);
      }
    });

    it('the lane is busy until the batch has ended, whatever the collection; other lanes are not', async () => {
      const store = stores.open();
      const ids: number[] = [];
      for (const name of ['one', 'two', 'three']) ids.push(await collectionWith(store, numbered(1), name));
      const [one = 0, two = 0, three = 0] = ids;
      await store.collections.discardWaiting(three);
      await store.collections.append(three, newBlock(numbered(1), 7), unbounded, 10);
      const products = await store.collections.open({ scope, import: 'import-products', name: 'one' }, '{}');
      await store.collections.append(products.id, newBlock(numbered(1)), unbounded, 10);
      const elsewhere = await openCollection(store, 'one', 'https://elsewhere.example/');
      await store.collections.append(elsewhere, newBlock(numbered(1)), unbounded, 10);
      await sealedBatch(store, one, 'first');
      await takenBatch(store, 'first');
      const begin = (id: number, batch: string) => store.batches.begin(id, { id: batch, settings: '{}' }, 20);
      await store.collections.append(one, newBlock(numbered(1)), unbounded, 11);
      assert.deepEqual([await begin(two, 'second'), await begin(one, 'third')], ['lane busy', 'lane busy']);
      for (const id of [three, products.id, elsewhere]) await begunBatch(store, id, `lane of ${id}`);
      await assert.rejects(store.batches.end('first', '{}', 30), 'one of its requests has not ended');
      await store.batches.endRequest('first', 0, undefined, '{}', 30);
      assert.equal(await begin(two, 'second'), 'lane busy');
      await store.batches.end('first', '{}', 31);
      await begunBatch(store, two, 'second');
      const unfinished = await store.batches.unfinished();
      assert.deepEqual(
        unfinished.map(({ id }) => id),
        [...[three, products.id, elsewhere].map((id) => `lane of ${id}`), 'second'],
      );
    });
  });

  describe('sealing', () => {
    it('divides by key, bit by bit, each key in the order in which it was collected', async () => {
      const file = stores.newFile();
      let store = stores.open(file);
      const id = await openCollection(store);
      const items: Item[] = Array.from({ length: 400 }, (_, index) => [`k${index % 90}`, `{"n":${index}}`]);
      for (let start = 0; start < items.length; start += 20) {
        await store.collections.append(id, newBlock(items.slice(start, start + 20)), unbounded, 10);
      }
      const { bytes } = (await store.collections.state(id)).waiting;
      const { partitions } = await begunBatch(store, id, 'batch', { partitionBytes: Math.ceil(bytes / 6) });
      assert.equal(partitions, 6);
      await store.collections.append(id, newBlock([['k1', '{"later":1}']]), unbounded, 20);
      let steps = 1;
      while (await store.batches.distribute('batch', 600)) {
        await assert.rejects(store.batches.partition('batch', 0), 'items of it may be elsewhere');
        await assert.rejects(store.batches.fill('batch', 0, [], [], [], 30), 'they would be lost');
        steps += 1;
        if (steps !== 4) continue;
        await store.close();
        store = stores.open(file);
      }
      assert.ok(steps > 5, `${steps} steps`);
      const divided: Item[][] = [];
      for (let partition = 0; partition < partitions; partition++) {
        divided.push(itemsIn(await store.batches.partition('batch', partition)));
      }
      const sizes = divided.map((partition) => new Set(partition.map(([key]) => key)).size);
      assert.equal(
        sizes.reduce((sum, size) => sum + size, 0),
        90,
        'no key is in two partitions',
      );
      assert.ok(Math.min(...sizes) > 4, `${sizes}`);
      const ofKey = (key: string, all: readonly Item[]) => all.filter(([each]) => each === key);
      for (let key = 0; key < 90; key++) {
        assert.deepEqual(ofKey(`k${key}`, divided.flat()), ofKey(`k${key}`, items));
      }
      await assert.rejects(store.batches.partition('batch', partitions), code('STORE_ENTRY_UNKNOWN'));
    });

    it('a partition is filled in once', async () => {
      const store = stores.open();
      const id = await collectionWith(store, numbered(50));
      const { partitions } = await begunBatch(store, id, 'batch', { partitionBytes: 200 });
      assert.ok(partitions > 1);
      while (await store.batches.distribute('batch', 1));
      const all: Item[] = [];
      for (let partition = 0; partition < partitions; partition++) {
        await assert.rejects(store.batches.sealed('batch'), 'it is not full');
        const items = itemsIn(await store.batches.partition('batch', partition));
        all.push(...items);
        const failed = { key: 'bad', text: '{"bad":1}', reason: '{"code":"X"}', line: items.length };
        for (let turn = 0; turn < 2; turn++) {
          const pieces = items.length === 0 ? [] : [newPiece(items)];
          await store.batches.fill('batch', partition, pieces, partition === 0 ? [failed] : [], [], 20);
          for (const { texts } of pieces) assert.equal(texts.byteLength, 0, 'it has been handed over');
          assert.equal(await store.batches.partition('batch', partition), undefined);
        }
      }
      const batch = await store.batches.sealed('batch');
      assert.deepEqual([batch.state, batch.merged.items, batch.collected.items], ['sealed', 50, 50]);
      assert.equal((await store.batches.sealed('batch')).state, 'sealed');
      assert.deepEqual(await itemsOfRequest(store, 'batch', 0), all);
      const request = await requestOf(store);
      const texts = all.map(([, text]) => text).join(',\n');
      assert.deepEqual([request?.items, request?.length], [50, texts.length + 2]);
      assert.deepEqual(await keptTexts(store, id), ['{"bad":1}']);
      assert.deepEqual(await store.batches.failures('batch', 5), {
        count: 1,
        first: [{ key: 'bad', reason: '{"code":"X"}' }],
      });
    });

    it('what waits again stands at places of a sealed batch, and is still not of it', async () => {
      const store = stores.open();
      const id = await collectionWith(store, numbered(3));
      await begunBatch(store, id, 'failing');
      const failed = numbered(3).map(([key, text], line) => ({ key, text, reason: '{}', line }));
      await store.batches.fill('failing', 0, [], failed, [], 20);
      await store.batches.sealed('failing');
      await takenBatch(store, 'failing');
      await store.batches.end('failing', '{}', 21);
      await store.collections.append(id, newBlock([['x', '{"x":1}']]), unbounded, 22);
      const { partitions } = await begunBatch(store, id, 'batch', { partitionBytes: 3 });
      while (await store.batches.distribute('batch', 1));
      for (let partition = 0; partition < partitions; partition++) {
        await store.batches.fill('batch', partition, [], [], [], 23);
      }
      await store.collections.append(id, newBlock([['y', '{"y":1}']]), unbounded, 24);
      await store.batches.sealed('batch');
      await store.collections.requeue(id, 25);
      assert.equal(await store.batches.distribute('batch', 1_000), false);
      await takenBatch(store, 'batch');
      await store.batches.end('batch', '{}', 26);
      await begunBatch(store, id, 'next');
      assert.deepEqual(itemsIn(await store.batches.partition('next', 0)), [...numbered(3), ['y', '{"y":1}']]);
    });
  });

  describe('taking', () => {
    it('by one node of this process, by a node of a later process, and never twice', async () => {
      const file = stores.newFile();
      const store = stores.open(file);
      const id = await collectionWith(store, numbered(2));
      await begunBatch(store, id, 'batch');
      assert.equal(await store.batches.take('batch', 'a'), 'unknown', 'it is still being sealed');
      await store.batches.fill('batch', 0, [newPiece(numbered(2))], [], [], 20);
      await store.batches.sealed('batch');
      assert.deepEqual((await takenBatch(store, 'batch', 'a')).takenBy, { nodeId: 'a', here: true });
      assert.equal(await store.batches.take('batch', 'b'), 'taken');
      assert.equal(await store.batches.take('batch', 'a'), 'taken');
      await store.batches.untake('batch');
      assert.equal((await store.batches.find('batch'))?.takenBy, null);
      await takenBatch(store, 'batch', 'b');
      await store.close();
      const later = stores.open(file);
      assert.deepEqual((await later.batches.find('batch'))?.takenBy, { nodeId: 'b', here: false });
      await later.batches.untake('batch');
      assert.equal((await later.batches.find('batch'))?.state, 'sending', 'it is not ours to give back');
      const batch = await takenBatch(later, 'batch', 'c');
      assert.deepEqual([batch.state, batch.takenBy], ['sending', { nodeId: 'c', here: true }]);
      await later.batches.endRequest('batch', 0, undefined, '{}', 30);
      await later.batches.end('batch', '{}', 31);
      assert.equal(await later.batches.take('batch', 'c'), 'ended');
      assert.equal(await later.batches.take('other', 'c'), 'unknown');
    });
  });

  describe('attempts', () => {
    it('an accepted request has its job, in the same commit', async () => {
      const file = stores.newFile();
      const store = stores.open(file);
      await sentBatch(store, numbered(2));
      const id = await attempt(store, 'batch', 0, 2);
      await store.requests.accepted(id, '77', 70);
      await assert.rejects(attempt(store, 'batch'), code('STORE_ENTRY_UNKNOWN'));
      await assert.rejects(attempt(store, 'batch', 9), code('STORE_ENTRY_UNKNOWN'));
      await store.close();
      const later = stores.open(file);
      const request = await requestOf(later);
      assert.deepEqual(
        [request?.state, request?.jobId, request?.isPerhapsReceived],
        ['accepted', '77', false],
      );
      assert.deepEqual(await later.jobs.keys(id), ['k0', 'k1']);
      await later.batches.endRequest('batch', 0, undefined, '{}', 80);
      assert.equal(await later.jobs.keys(id), undefined);
    });

    it('one that failed for sure is forgotten, one without an answer is remembered', async () => {
      const store = stores.open();
      await sentBatch(store, numbered(2));
      const refused = await attempt(store, 'batch');
      await store.requests.again(refused, 61);
      await store.requests.failed(refused, 'not sent', 62);
      assert.equal((await requestOf(store))?.isPerhapsReceived, false);
      const lost = await attempt(store, 'batch');
      await store.requests.failed(lost, 'unknown', 63);
      const request = await requestOf(store);
      assert.deepEqual([request?.state, request?.isPerhapsReceived], ['waiting', true]);
      assert.equal(await store.jobs.keys(lost), undefined);
      await store.requests.accepted(await attempt(store, 'batch', 0, 2), '77', 64);
      assert.equal((await requestOf(store))?.isPerhapsReceived, true, 'the lost one may have been taken too');
    });

    it('one that a process left open may have been received, and nobody is told of it', async () => {
      const file = stores.newFile();
      const store = stores.open(file);
      await sentBatch(store, numbered(2));
      await attempt(store, 'batch');
      await store.requests.begin(newRequest(), 60);
      await store.close();
      const later = stores.open(file);
      assert.equal((await requestOf(later))?.isPerhapsReceived, true);
      assert.equal((await later.requests.abandoned(scope, 70)).length, 1, 'only that of no batch');
      assert.equal((await requestOf(later))?.isPerhapsReceived, true);
      assert.deepEqual(await later.requests.abandoned(scope, 71), []);
    });

    it('what is forgotten of the ledger is nothing that an unfinished batch needs', async () => {
      const store = stores.open();
      const id = await sentBatch(store, numbered(2), (items) =>
        items.map((item, index) => newPiece([item], index)),
      );
      const end = { result: 'succeeded', details: '{}', at: 80 } as const;
      for (const request of [0, 1]) {
        await store.requests.accepted(await attempt(store, 'batch', request), `7${request}`, 70);
        await store.jobs.end(scope, `7${request}`, 1, end);
      }
      await store.batches.endRequest('batch', 0, undefined, '{}', 90);
      await store.jobs.prune(hour);
      assert.ok(await store.jobs.find(scope, '70'));
      assert.ok(await store.jobs.find(scope, '71'));
      await store.batches.endRequest('batch', 1, { all: '{}' }, '{}', 90);
      await store.batches.end('batch', '{}', 91);
      await store.jobs.prune(91);
      assert.equal(await store.jobs.find(scope, '71'), undefined);
      assert.equal((await store.batches.find('batch'))?.state, 'ended', 'it is not older than that');
      await store.batches.finishOutcome((await store.batches.outcomes(id))[0]?.id ?? 0);
      await store.jobs.prune(hour);
      assert.equal(await store.batches.take('batch', 'n'), 'unknown');
      assert.deepEqual((await store.collections.state(id)).failed.items, 1);
    });
  });

  describe('requests', () => {
    it('are read piece by piece, about as many bytes as asked for', async () => {
      const store = stores.open();
      await sentBatch(store, numbered(9), (items) =>
        [0, 3, 6].map((from) => newPiece(items.slice(from, from + 3))),
      );
      const [{ bytes } = { bytes: 0 }] = [newPiece(numbered(3))];
      const read = async (after: number, most: number) =>
        (await store.batches.pieces('batch', 0, after, most)).map(({ position }) => position);
      assert.deepEqual(
        [await read(-1, 1), await read(-1, 2 * bytes), await read(0, 1e6), await read(2, 1e6)],
        [[0], [0, 1], [1, 2], []],
      );
      const texts = (await store.batches.pieces('batch', 0, -1, 1e6)).map((piece) => textOf(piece.texts));
      assert.equal((await requestOf(store))?.length, Buffer.byteLength(`[${texts.join(',\n')}]`));
    });

    for (const sizes of [[2], [7], [1, 1], [1, 6], [3, 1, 4], [5, 1, 1]]) {
      it(`of pieces of ${sizes} items is halved, down to single items`, async () => {
        const store = stores.open();
        let from = 0;
        const items = numbered(sizes.reduce((sum, size) => sum + size, 0)).map(
          ([key]): Item => [`${key}\t["é"]`, `{"é":"${key}"}`],
        );
        const pieces = sizes.map((size) => {
          from += size;
          return newPiece(items.slice(from - size, from), 3, 2);
        });
        await sentBatch(store, numbered(1), () => pieces);
        await store.requests.failed(await attempt(store, 'batch', 3), 'unknown', 60);
        let open = [3];
        while (open.length > 0) {
          const next: number[] = [];
          for (const number of open) {
            const before = (await store.batches.requests('batch')).length;
            if (await store.batches.split('batch', number)) next.push(number, before + 3);
          }
          const all = await store.batches.requests('batch');
          for (const { number, length, items: count, ...rest } of all) {
            const held = await itemsOfRequest(store, 'batch', number);
            const texts = held.map(([, text]) => text).join(',\n');
            assert.deepEqual([length, count], [Buffer.byteLength(`[${texts}]`), held.length]);
            assert.deepEqual([rest.stage, rest.header, rest.isPerhapsReceived], [2, '{"stage":2}', true]);
          }
          open = next;
        }
        const requests = await store.batches.requests('batch');
        assert.equal(requests.length, items.length);
        const left = await Promise.all(requests.map(({ number }) => itemsOfRequest(store, 'batch', number)));
        assert.deepEqual(left.flat().sort(), [...items].sort());
      });
    }

    it('of later stages leave out what follows a failed item, also one that nobody keeps any more', async () => {
      const store = stores.open();
      const later: Item[] = [
        ['k0\t["k0"]', '{"x":0}'],
        ['k1\t["k1"]', '{"x":1}'],
        ['z\t["k9","k2"]', '{"x":2}'],
      ];
      const last: Item[] = [
        ['k1\t[]', '{"y":1}'],
        ['z\t["z"]', '{"y":2}'],
      ];
      const id = await sentBatch(store, numbered(3), (items) => [
        newPiece(items),
        newPiece(later.slice(0, 1), 1, 1),
        newPiece(later.slice(1), 1, 1),
        newPiece(last, 2, 2),
      ]);
      assert.equal(await store.batches.withhold('batch', 1, '{"code":"W"}', 60), 3);
      const keys = new Map([
        ['k0', '{"code":"X"}'],
        ['k2', '{"code":"X"}'],
      ]);
      await store.batches.endRequest('batch', 0, { keys }, '{}', 70);
      await store.collections.discardKept(id, 'failed');
      assert.equal(await store.batches.withhold('batch', 1, '{"code":"W"}', 72), 1);
      assert.equal(await store.batches.withhold('batch', 1, '{"code":"W"}', 73), 1, 'and not twice');
      assert.deepEqual(await itemsOfRequest(store, 'batch', 1), [later[1]]);
      const request = await requestOf(store, 1);
      assert.deepEqual([request?.items, request?.length, request?.failed], [1, 9, 2]);
      assert.deepEqual(await keptTexts(store, id), ['{"x":0}', '{"x":2}']);
      await store.batches.endRequest('batch', 1, undefined, '{}', 80);
      assert.equal((await requestOf(store, 1))?.items, 3);
      assert.equal(await store.batches.withhold('batch', 2, '{"code":"W"}', 81), 1);
      assert.equal((await store.batches.failures('batch', 1)).count, 5);
      assert.equal((await store.batches.failures('batch', 1)).first.length, 1);
    });

    it('are gone once they have ended, but for what failed; a second end changes nothing', async () => {
      const store = stores.open();
      const items = numbered(60);
      const id = await sentBatch(store, items, (all) =>
        [0, 20, 40].map((from) => newPiece(all.slice(from, from + 20))),
      );
      const keys = new Map(['k3', 'k25', 'k59', 'unknown'].map((key) => [key, `{"code":"${key}"}`]));
      for (let turn = 0; turn < 2; turn++) {
        await store.batches.endRequest('batch', 0, { keys }, `{"turn":${turn}}`, 70);
        const request = await requestOf(store);
        assert.deepEqual(
          [request?.state, request?.items, request?.failed, request?.outcome],
          ['ended', 60, 3, '{"turn":0}'],
        );
        const kept = await store.collections.kept(id, 'failed', 0, 100);
        assert.deepEqual(
          kept.map(({ key, text, reason, batchId }) => [key, text, reason, batchId]),
          [3, 25, 59].map((n) => [`k${n}`, `{"n":${n}}`, `{"code":"k${n}"}`, 'batch']),
        );
        assert.deepEqual(await itemsOfRequest(store, 'batch', 0), []);
      }
      await assert.rejects(
        store.batches.endRequest('batch', 5, undefined, '{}', 80),
        code('STORE_ENTRY_UNKNOWN'),
      );
    });

    it('broken off in the middle of their end they hold what is left, and none of it twice', async () => {
      const file = stores.newFile();
      const store = stores.open(file);
      const items = numbered(8);
      const id = await sentBatch(store, items, (all) =>
        [0, 2, 4, 6].map((from) => newPiece(all.slice(from, from + 2))),
      );
      await store.close();
      const database = openDatabase({ file, migrations });
      const isMore = operations['batches.letGo'](database, 'batch', 0, '{"code":"X"}', 99, '{}', 1, 70);
      database.close();
      assert.ok(isMore);
      const later = stores.open(file);
      const request = await requestOf(later);
      assert.deepEqual([request?.state, request?.items, request?.failed], ['waiting', 6, 2]);
      const left = await itemsOfRequest(later, 'batch', 0);
      const body = `[${left.map(([, text]) => text).join(',\n')}]`;
      assert.equal(request?.length, Buffer.byteLength(body));
      await later.batches.endRequest('batch', 0, { all: '{"code":"X"}' }, '{}', 71);
      assert.deepEqual(
        await keptTexts(later, id),
        items.map(([, text]) => text),
      );
      const after = await requestOf(later);
      assert.deepEqual([after?.items, after?.failed], [8, 8]);
    });
  });

  describe('outcomes', () => {
    it('are told until that is finished, and are called repeated once a process has ended meanwhile', async () => {
      const file = stores.newFile();
      const store = stores.open(file);
      const id = await sentBatch(store, merged([...numbered(2), ...numbered(1)]));
      await store.batches.endRequest('batch', 0, undefined, '{}', 70);
      await store.batches.end('batch', '{"first":1}', 80);
      await store.batches.end('batch', '{"second":1}', 81);
      const [outcome, ...others] = await store.batches.outcomes(id);
      assert.deepEqual(
        [outcome?.batchId, outcome?.outcome, outcome?.at, others],
        ['batch', '{"first":1}', 80, []],
      );
      assert.deepEqual(await store.batches.claimOutcome(outcome?.id ?? 0), { isRepeated: false });
      assert.deepEqual(await store.batches.claimOutcome(outcome?.id ?? 0), { isRepeated: false });
      await store.close();
      const later = stores.open(file);
      assert.deepEqual(await later.batches.claimOutcome(outcome?.id ?? 0), { isRepeated: true });
      await later.batches.finishOutcome(outcome?.id ?? 0);
      assert.equal(await later.batches.claimOutcome(outcome?.id ?? 0), undefined);
      assert.deepEqual(await later.batches.outcomes(id), []);
    });

    /** What the tables that hang on batches hold, by table. */
    function rowsOf(file: string): Readonly<Record<string, number>> {
      const database = openDatabase({ file, migrations });
      const tables = ['batch', 'batch_partition', 'partition_block', 'batch_request', 'piece', 'failed_key'];
      const others = ['dated_key', 'batch_outcome', 'request', 'request_count', 'run'];
      const counts = [...tables, ...others].map((table) => [
        table,
        database.get<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`)?.rows ?? 0,
      ]);
      database.close();
      return Object.fromEntries(counts.filter(([, rows]) => rows !== 0));
    }

    it('that nobody hears are forgotten in time, with all of their batches but what failed', async () => {
      const file = stores.newFile();
      const store = stores.open(file);
      const id = await sentBatch(store, numbered(3), (items) =>
        items.map((item, index) => newPiece([item], index)),
      );
      for (const request of [0, 1, 2]) {
        await store.requests.accepted(await attempt(store, 'batch', request), `7${request}`, 70);
        await store.jobs.end(scope, `7${request}`, 1, { result: 'succeeded', details: '{}', at: 80 });
        const failure = request === 0 ? undefined : { all: '{"code":"X"}' };
        await store.batches.endRequest('batch', request, failure, '{}', 80);
      }
      await store.batches.end('batch', '{}', 80);
      await store.jobs.prune(80);
      assert.equal((await store.batches.outcomes(id)).length, 1, 'it is not older than that');
      await store.jobs.prune(81);
      assert.deepEqual(await store.batches.outcomes(id), []);
      assert.equal(await store.batches.find('batch'), undefined);
      assert.deepEqual(await keptTexts(store, id), ['{"n":1}', '{"n":2}']);
      // What failed is still older than what is newer, though nothing is known of its batch any more.
      await store.collections.append(id, newBlock([['k1', '{"n":"newer"}']]), unbounded, 90);
      await sealedBatch(store, id, 'newer');
      await takenBatch(store, 'newer');
      await store.batches.endRequest('newer', 0, undefined, '{}', 91);
      await store.batches.end('newer', '{}', 92);
      assert.deepEqual(await store.collections.requeue(id, 93), { requeued: 1, replaced: 1 });
      await store.jobs.prune(hour);
      await store.close();
      assert.deepEqual(rowsOf(file), {});
    });

    it('are forgotten in bounded steps', async () => {
      const file = stores.newFile();
      const store = stores.open(file);
      const id = await collectionWith(store, numbered(1));
      for (const name of ['first', 'second', 'third']) {
        await store.collections.append(id, newBlock(numbered(1)), unbounded, 10);
        await sealedBatch(store, id, name);
        await takenBatch(store, name);
        await store.batches.endRequest(name, 0, undefined, '{}', 70);
        await store.batches.end(name, '{}', 80);
      }
      await store.close();
      const database = openDatabase({ file, migrations });
      const left: (number | boolean)[][] = [];
      for (let isMore = true; isMore; ) {
        isMore = operations['jobs.prune'](database, 81, 1);
        left.push([isMore, operations['batches.outcomes'](database, id).length]);
      }
      database.close();
      assert.deepEqual(left, [
        [true, 2],
        [true, 1],
        [true, 0],
        [false, 0],
      ]);
      assert.deepEqual(rowsOf(file), {});
    });
  });
});

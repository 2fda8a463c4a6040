/**
 * A batch is sealed whole, wherever sealing is broken off: the same requests come out, and each item is in one place.
 */
import assert from 'node:assert/strict';
import { Merger } from '../../../src/accumulator/sealing/merger.ts';
import { type SealSettings, seal } from '../../../src/accumulator/sealing/seal.ts';
import type { ImportName } from '../../../src/contract/index.ts';
import type { PrepareOptions } from '../../../src/prepare/index.ts';
import type { Batch, Store } from '../../../src/store/index.ts';
import { optionsOf, product, stock } from '../../prepare/prepared.ts';
import { Stores } from '../../store/support/stores.ts';
import { assertLawful, assertTrue, blockOf, failedOf, lineOf, readRequests } from './support.ts';

const scope = 'https://acme.example/';
const limit = { maximumItems: 3, maximumBytes: 10_000 };

interface Case {
  readonly name: ImportName;
  readonly lines: readonly string[];
  readonly bounds: { readonly partitionBytes?: number };
}

/** Changes of few records, in several groups and stages, with some that are invalid by now. */
function casesOf(): Case[] {
  const onhands = Array.from({ length: 32 }, (_, index) => {
    const fields = index % 3 === 0 ? { OnhandValue: index } : { OnhandValue: index, IncomingValue: 1 };
    const invalid = index % 13 === 5 ? { NoSuchField: index } : {};
    return lineOf('import-onhands', stock({ ...fields, ...invalid }, `P${index % 17}`));
  });
  const products = Array.from({ length: 24 }, (_, index) => {
    const sku = { PartNo: `P${index % 5}`, ...(index % 2 === 0 ? { IsBuyable: true } : { Status: 1 }) };
    const flags = { ProductFlags: [{ Code: `F${index}`, IsSet: true }] };
    const invalid = index === 9 ? { NoSuchField: 1 } : {};
    return lineOf('import-products', product({ Code: `C${index % 7}`, ...flags, ...invalid }, sku));
  });
  return [
    { name: 'import-onhands', lines: onhands, bounds: { partitionBytes: 900 } },
    { name: 'import-products', lines: products, bounds: {} },
  ];
}

/** What breaks a sealing off, before or after a call has had its effect. */
class Death extends Error {}

class Dying {
  readonly #at: number;
  readonly #after: boolean;
  calls = 0;

  constructor(at: number, after: boolean) {
    this.#at = at;
    this.#after = after;
  }

  call<Values extends unknown[], Result>(
    carryOut: (...values: Values) => Promise<Result>,
  ): (...values: Values) => Promise<Result> {
    return async (...values) => {
      this.calls += 1;
      const dies = this.calls === this.#at;
      if (dies && !this.#after) throw new Death();
      const result = await carryOut(...values);
      if (dies) throw new Death();
      return result;
    };
  }
}

describe('sealing: a batch', function () {
  this.timeout(120_000);
  const stores = new Stores();
  const merger = new Merger();
  after(() => stores.clear());

  function settingsOf({ batches }: Store, dying = new Dying(0, false)): SealSettings {
    return {
      batches: {
        // In small steps.
        distribute: dying.call((id) => batches.distribute(id, 1)),
        partition: dying.call((id, partition) => batches.partition(id, partition)),
        requests: dying.call((id) => batches.requests(id)),
        fill: dying.call((...values) => batches.fill(...values)),
        sealed: dying.call((id) => batches.sealed(id)),
      },
      merger: { inTurn: (work) => merger.inTurn(work), merge: dying.call((job) => merger.merge(job)) },
      now: () => 1000,
    };
  }

  let count = 0;
  async function begun(store: Store, { name, lines, bounds }: Case, changes: Partial<PrepareOptions> = {}) {
    count += 1;
    // In a scope of its own: a lane has one batch at a time.
    const collection = { scope: `${scope}${count}/`, import: name, name: 'all' };
    const { id } = await store.collections.open(collection, '{}');
    for (let at = 0; at < lines.length; at += 8) {
      await store.collections.append(id, blockOf(lines.slice(at, at + 8)), { items: 1e6, bytes: 1e9 }, at);
    }
    const settings = JSON.stringify(optionsOf(name, { ...limit, ...changes }));
    const batch = await store.batches.begin(id, { id: `batch ${count}`, settings, ...bounds }, 500);
    assert.ok(typeof batch === 'object');
    return batch;
  }

  async function contentOf(store: Store, { id, collectionId }: Batch) {
    const kept = await failedOf(store, collectionId);
    const failed = kept.map(({ key, text, reason, at }) => ({ key, text, reason, at }));
    return { requests: await readRequests(store.batches, id), failed };
  }

  for (const each of casesOf()) {
    const { name, lines, bounds } = each;

    describe(name, () => {
      it('every item is in one place, and each request is lawful and true', async () => {
        const store = stores.open();
        const batch = await begun(store, each);
        assert.equal(batch.partitions > 3, bounds.partitionBytes !== undefined);
        const sealed = await seal(batch, settingsOf(store));
        assert.equal(sealed.batch.state, 'sealed');
        const { requests, failed } = await contentOf(store, batch);
        assertLawful(requests, limit);
        assertTrue(name, requests);
        assert.ok(requests.length > 5);
        assert.equal(sealed.rejected, failed.length);
        const invalid = lines.filter((line) => line.includes('NoSuchField'));
        assert.deepEqual(failed.map(({ key, text }) => `${key}\t${text}`).sort(), [...invalid].sort());
        assert.ok(failed.every(({ reason }) => JSON.parse(reason).errors[0].code === 'UNKNOWN_PROPERTY'));
        const keys = (all: readonly string[]) => [...new Set(all)].sort();
        assert.deepEqual(
          keys(requests.flatMap(({ items }) => items.map(({ key }) => key))),
          keys(lines.filter((line) => !invalid.includes(line)).map((line) => line.split('\t')[0] as string)),
        );
        assert.deepEqual(
          await store.batches.distribute(batch.id, 1e6),
          false,
          'nothing is left to be distributed',
        );
        for (let partition = 0; partition < batch.partitions; partition++) {
          assert.equal(await store.batches.partition(batch.id, partition), undefined);
        }
      });

      it('killed at any moment, it ends as if it had not been', async () => {
        const file = stores.newFile();
        let store = stores.open(file);
        const whole = await begun(store, each);
        const counting = new Dying(0, false);
        await seal(whole, settingsOf(store, counting));
        const expected = await contentOf(store, whole);
        assert.ok(counting.calls > 4);
        // After one call is as much as before the next.
        for (let at = 1; at <= counting.calls; at++) {
          const batch = await begun(store, each);
          await assert.rejects(seal(batch, settingsOf(store, new Dying(at, true))), Death);
          if (at % 4 === 0) {
            await store.close();
            store = stores.open(file);
          }
          const [found] = (await store.batches.unfinished()).filter(({ id }) => id === batch.id);
          await seal(found as Batch, settingsOf(store));
          assert.deepEqual(await contentOf(store, batch), expected, `call ${at}`);
        }
      });

      it('killed again and again, and by two at once, it ends so too', async () => {
        const store = stores.open();
        const whole = await begun(store, each);
        await seal(whole, settingsOf(store));
        const expected = await contentOf(store, whole);
        for (const after of [false, true]) {
          const batch = await begun(store, each);
          let attempts = 0;
          for (let isSealed = false; !isSealed; attempts++) {
            const dying = new Dying(attempts + 1, after);
            isSealed = await seal(batch, settingsOf(store, dying)).then(
              () => true,
              (error) => {
                assert.ok(error instanceof Death);
                return false;
              },
            );
            assert.ok(attempts < 200, 'it gets nowhere');
          }
          assert.deepEqual(await contentOf(store, batch), expected);
        }
        const batch = await begun(store, each);
        await Promise.all([seal(batch, settingsOf(store)), seal(batch, settingsOf(store))]);
        assert.deepEqual(await contentOf(store, batch), expected);
      });
    });
  }

  it('errors of the store and of options are thrown, and the batch is being sealed as before', async () => {
    const store = stores.open();
    const [onhands] = casesOf() as [Case];
    const batch = await begun(store, onhands, { accountId: 0.5 });
    await assert.rejects(seal(batch, settingsOf(store)), { code: 'OPTION_INVALID' });
    assert.equal((await store.batches.find(batch.id))?.state, 'sealing');
    await store.close();
    await assert.rejects(seal(batch, settingsOf(store)), { code: 'STORE_CLOSED' });
  });

  it('warnings of all partitions are told together', async () => {
    const store = stores.open();
    const lines = Array.from({ length: 20 }, (_, index) =>
      lineOf('import-supplier-products', { SupplierPartNo: `P${index}`, ProductName: 'N' }),
    );
    const bounds = { partitionBytes: 200 };
    const batch = await begun(store, { name: 'import-supplier-products', lines, bounds });
    const { warnings } = await seal(batch, settingsOf(store));
    assert.ok(batch.partitions > 3);
    assert.ok(warnings.length > 0);
    assert.ok(
      warnings.every(({ code, count: of }) => code === 'NEEDED_FOR_INSERT' && of === 20),
      JSON.stringify(warnings),
    );
  });
});

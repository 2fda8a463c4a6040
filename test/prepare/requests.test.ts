/**
 * Cutting into requests by size, and full feeds, which are whole or not sent.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PreparedRequest } from '../../src/prepare/index.ts';
import { codesOf, onlyRequest, prepared, price, product, stock } from './prepared.ts';

function body({ items }: PreparedRequest): string {
  return `[${items.map(({ text }) => text).join(',')}]`;
}

function partNos(request: PreparedRequest): unknown[] {
  return request.items.map(({ record }) => record.PartNo);
}

describe('prepare: cutting', () => {
  it('keeps to both limits, in order, and tells the exact length of each body', async () => {
    const values = fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { minLength: 1, maxLength: 40 });
    const limits = fc.record({
      maximumItems: fc.integer({ min: 1, max: 12 }),
      maximumBytes: fc.integer({ min: 300, max: 2000 }),
    });
    await fc.assert(
      fc.asyncProperty(values, limits, async (texts, changes) => {
        const items = texts.map((text, index) => ({ Code: `C${index}`, Alias: text }));
        const { requests, rejected } = await prepared('import-products', items, changes);
        assert.deepEqual(rejected, []);
        assert.deepEqual(
          requests.flatMap((request) => JSON.parse(body(request)) as unknown[]),
          items,
        );
        for (const [index, request] of requests.entries()) {
          assert.equal(request.bytes, Buffer.byteLength(body(request)));
          assert.ok(request.bytes <= changes.maximumBytes);
          assert.ok(request.items.length <= changes.maximumItems);
          const next = requests[index + 1]?.items[0];
          // No request is cut short: one item more would break a limit.
          if (next === undefined) continue;
          const isFull = request.items.length === changes.maximumItems;
          assert.ok(isFull || request.bytes + 1 + next.bytes > changes.maximumBytes);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('rejects an item that alone is too large', async () => {
    const item = stock({ OnhandValue: 1 }, 'x'.repeat(40));
    const bytes = Buffer.byteLength(JSON.stringify([item]));
    await onlyRequest('import-onhands', [item], { maximumBytes: bytes });
    assert.deepEqual(await codesOf('import-onhands', item, { maximumBytes: bytes - 1 }), ['ITEM_TOO_LARGE ']);
  });
});

describe('prepare: full feeds', () => {
  const full = { fullFile: true };

  async function refusal(...[name, items, changes]: Parameters<typeof prepared>) {
    const { requests, refusal } = await prepared(name, items, { ...full, ...changes });
    assert.deepEqual(requests, []);
    return refusal?.code;
  }

  it('says so in the header', async () => {
    assert.equal((await onlyRequest('import-onhands', [stock()], full)).header.FullFile, true);
  });

  it('refuses an empty one, and sends nothing of an empty change feed', async () => {
    assert.equal(await refusal('import-onhands', []), 'FULL_FEED_EMPTY');
    assert.deepEqual(await prepared('import-onhands', []), { requests: [], rejected: [], warnings: [] });
  });

  it('refuses one of which an item cannot be sent, and gives the reason of each', async () => {
    const items = [stock(), 5, stock({ OnhandValue: 'x' }, 'B')];
    assert.equal(await refusal('import-onhands', items), 'FULL_FEED_ITEMS_REJECTED');
    const { rejected } = await prepared('import-onhands', items, full);
    assert.deepEqual(
      rejected.map(({ index }) => index),
      [1, 2],
    );
    assert.equal(
      await refusal('import-onhands', [stock(), stock({ OnhandValue: 1 }, 'x'.repeat(60))]),
      'FULL_FEED_ITEMS_REJECTED',
    );
    assert.equal(
      await refusal('import-onhands', [stock()], { maximumBytes: 20 }),
      'FULL_FEED_ITEMS_REJECTED',
    );
  });

  it('refuses one whose items carry different fields', async () => {
    assert.equal(
      await refusal('import-onhands', [stock(), stock({ MinimumValue: 1 }, 'B')]),
      'FULL_FEED_FIELDS_DIFFER',
    );
    const relation = (code: string, fields: object) => ({
      PartNo: 'A',
      RelatedPartNo: code,
      RelationTypeCode: 'R',
      ...fields,
    });
    assert.equal(
      await refusal('import-relations', [relation('B', { SortOrder: 1 }), relation('C', { IsActive: true })]),
      'FULL_FEED_FIELDS_DIFFER',
    );
  });

  it('lets price lists carry different fields, each in a request of its own', async () => {
    const items = [
      price({ PriceSale: 1 }, 'A', 'SEK'),
      price({ IsActive: true }, 'A', 'EUR'),
      price({ PriceSale: 2 }, 'B', 'SEK'),
    ];
    const { requests } = await prepared('import-prices', items, full);
    assert.deepEqual(
      requests.map((request) => [request.header.SkuPriceListFieldsThatAreSet, partNos(request)]),
      [
        [[3], ['A', 'B']],
        [[10], ['A']],
      ],
    );
  });

  it('is never cut inside a scope, whatever the limit', async () => {
    const items = ['SEK', 'EUR', 'NOK'].flatMap((list) =>
      ['A', 'B', 'C'].map((partNo) => price({ PriceSale: 1 }, partNo, list)),
    );
    const { requests } = await prepared('import-prices', items, { ...full, maximumItems: 6 });
    assert.deepEqual(
      requests.map((request) => request.items.length),
      [6, 3],
    );
    const small = await prepared('import-prices', items, { ...full, maximumItems: 1 });
    assert.deepEqual(
      small.requests.map((request) => new Set(request.items.map(({ record }) => record.PriceListCode)).size),
      [1, 1, 1],
    );
    assert.deepEqual(
      small.requests.map((request) => request.items.length),
      [3, 3, 3],
    );
  });

  it('counts codes that differ in letter case as one scope', async () => {
    const items = [price({ PriceSale: 1 }, 'A', 'sek'), price({ PriceSale: 1 }, 'B', 'SEK')];
    assert.equal((await onlyRequest('import-prices', items, { ...full, maximumItems: 1 })).items.length, 2);
  });

  it('cuts stock along warehouse and location', async () => {
    const at = (WarehouseCode: string, LocationCode: string, partNo: string) => ({
      ...stock({ OnhandValue: 1 }, partNo),
      WarehouseCode,
      LocationCode,
    });
    const items = [at('W', '1', 'A'), at('W', '2', 'A'), at('W', '1', 'B'), at('V', '1', 'A')];
    const { requests } = await prepared('import-onhands', items, { ...full, maximumItems: 1 });
    assert.deepEqual(requests.map(partNos), [['A', 'B'], ['A'], ['A']]);
  });

  it('never cuts where the scope is not clear', async () => {
    const relations = ['B', 'C', 'D'].map((code) => ({
      PartNo: 'A',
      RelatedPartNo: code,
      RelationTypeCode: code,
      SortOrder: 1,
    }));
    assert.equal(
      (await onlyRequest('import-relations', relations, { ...full, maximumItems: 1, maximumBytes: 100 }))
        .items.length,
      3,
    );
  });

  it('asks for the code of each product', async () => {
    const { Code: _, ...item } = product({}, { PartNo: 'P', Status: 1 });
    assert.deepEqual(await codesOf('import-products', item, full), ['REQUIRED /Code']);
    await onlyRequest('import-products', [{ ...item, Code: 'C' }], full);
  });

  it('takes a clean-up that clears first for a full feed', async () => {
    const switches = { PriceListFieldsThatAreSet: ['PriceRulesCleanup'] };
    const list = (Code: string, fields: object) => ({ Code, PriceRules: [{ Type: 1, Value: 2 }], ...fields });
    const { header, items } = await onlyRequest('import-price-lists', [list('A', {}), list('B', {})], {
      switches,
      maximumItems: 1,
    });
    assert.equal(items.length, 2);
    assert.deepEqual(header.PriceListFieldsThatAreSet, [18, 19]);
    for (const given of [[], [list('A', {}), list('B', { Name: 'n' })], [list('A', {}), null]]) {
      const result = await prepared('import-price-lists', given, { switches });
      assert.deepEqual(result.requests, []);
      assert.match(result.refusal?.code ?? '', /^FULL_FEED_/);
    }
  });

  it('is refused where two items name parts of a list, of which one would deactivate the other', async () => {
    const at = (LocationCode: string) => ({
      SupplierPartNo: 'S',
      OnHand: [{ WarehouseCode: 'w', LocationCode, Value: 1 }],
    });
    const { refusal, rejected } = await prepared('import-supplier-products', [at('1'), at('2')], full);
    assert.equal(refusal?.code, 'FULL_FEED_ITEMS_REJECTED');
    assert.deepEqual(
      rejected.map(({ index, errors }) => [index, errors[0]?.code]),
      [[1, 'DUPLICATE_NOT_MERGEABLE']],
    );
    assert.match(rejected[0]?.errors[0]?.message ?? '', /has to name all of them in one item/);
    await onlyRequest('import-supplier-products', [at('1'), { ...at('1'), ProductName: 'n' }], full);
    const change = await onlyRequest('import-supplier-products', [at('1'), at('2')]);
    const [item] = JSON.parse(body(change)) as { OnHand: unknown[] }[];
    assert.equal(item?.OnHand.length, 2);
  });
});

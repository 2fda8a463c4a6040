/**
 * Items of one message that are about one record under other keys, and the order of those that are not joined.
 */
import assert from 'node:assert/strict';
import { assertApart, joined } from './joining.ts';
import { onlyRequest, prepared, product, stock } from './prepared.ts';

describe('prepare: duplicates under other keys', () => {
  it('turns away an item that is known by another key of an earlier one', async () => {
    const items = [
      { Type: 1, Code: 'K', EmailAddress: 'e' },
      { Type: 1, EmailAddress: 'e', FirstName: 'F' },
    ];
    await assertApart('import-customers', items, {}, 'DUPLICATE_UNDER_OTHER_KEY');
    await assertApart('import-customers', [...items].reverse(), {}, 'DUPLICATE_UNDER_OTHER_KEY');
  });

  it('turns away a product that holds a SKU of an earlier one', async () => {
    const sku = { PartNo: 'P', Status: 1 };
    await assertApart(
      'import-products',
      [product({}, sku), { Variants: [{ Skus: [sku] }] }],
      {},
      'DUPLICATE_UNDER_OTHER_KEY',
    );
    await assertApart(
      'import-products',
      [product({}, sku), { ...product({}, sku), Code: 'D' }],
      {},
      'DUPLICATE_UNDER_OTHER_KEY',
    );
  });

  it('turns away a company that writes a customer of an earlier one, and lets it point to the same', async () => {
    const company = (Code: string, customer: object) => ({
      ApplicationKey: '5f0c3a52-7f65-4c55-9c0e-6a2d1c6e9b11',
      Code,
      IsCustomerListDelta: true,
      Customers: [{ Code: 'K', ...customer }],
    });
    const written = [company('A', { FirstName: 'F' }), company('B', { FirstName: 'G' })];
    await assertApart('import-companies', written, {}, 'DUPLICATE_UNDER_OTHER_KEY');
    assert.equal(
      (await onlyRequest('import-companies', [company('A', {}), company('B', {})])).items.length,
      2,
    );
  });

  it('warns of keys that differ in letter case only', async () => {
    const { requests, warnings } = await prepared('import-onhands', [
      stock({ OnhandValue: 1 }, 'p1'),
      stock({ OnhandValue: 1 }, 'P1'),
    ]);
    assert.equal(requests[0]?.items.length, 2);
    assert.deepEqual(
      warnings.map(({ code, count }) => [code, count]),
      [['KEYS_DIFFER_IN_CASE', 1]],
    );
  });
});

describe('prepare: order of duplicates', () => {
  it('lets nothing overtake a change that was turned away', async () => {
    const infos = (Value: string) => stock({ Infos: [{ Code: 'a', Value }] });
    const items = [infos('v'), { ...infos('w'), OnhandValue: 1 }, stock({ OnhandValue: 2 })];
    await assertApart('import-onhands', items);
  });

  it('lets nothing overtake one that was turned away under another key', async () => {
    const items = [
      { Type: 1, Code: 'K', EmailAddress: 'e' },
      { Type: 1, EmailAddress: 'e', Title: 'x' },
      { Type: 1, Code: 'K', Title: 'y' },
    ];
    const { requests, rejected } = await prepared('import-customers', items);
    assert.deepEqual(
      requests.flatMap((request) => request.items.flatMap(({ indexes }) => indexes)),
      [0],
    );
    assert.deepEqual(
      rejected.map(({ index }) => index),
      [1, 2],
    );
  });

  it('says which item was rejected, and that one which came later must not overtake it', async () => {
    const infos = (Value: string) => stock({ Infos: [{ Code: 'a', Value }] });
    const items = [stock({ OnhandValue: 1 }, 'B'), infos('v'), infos('w'), stock(), infos('x')];
    const { rejected } = await prepared('import-onhands', items);
    assert.deepEqual(
      rejected.map(({ index }) => index),
      [2, 3, 4],
    );
    assert.match(rejected[0]?.errors[0]?.message ?? '', /cannot be joined at Infos/);
    for (const { errors } of rejected.slice(1)) {
      assert.match(
        errors[0]?.message ?? '',
        /^Item 2 of this message .* was rejected\. .*must not overtake it/,
      );
    }
  });

  it('lets nothing overtake what a rejected item holds inside', async () => {
    const items = [
      product({}, { PartNo: 'P', Status: 1 }),
      { ...product({}, { PartNo: 'P', Status: 1 }, { PartNo: 'Q', Status: 1 }), Code: 'D' },
      { Code: 'E', Variants: [{ Skus: [{ PartNo: 'Q', Status: 2 }] }] },
    ];
    await assertApart('import-products', items, {}, 'DUPLICATE_UNDER_OTHER_KEY');
  });

  it('takes very many changes of one record', async () => {
    const items = Array.from({ length: 20_000 }, (_, OnhandValue) => stock({ OnhandValue }));
    assert.deepEqual(await joined('import-onhands', items), stock({ OnhandValue: 19_999 }));
  });
});

/**
 * Items of one message that are about one record under other keys, and the order of those that are not joined.
 */
import assert from 'node:assert/strict';
import { assertInOrder, joined, stagesOf } from './joining.ts';
import { onlyRequest, prepared, product, stock } from './prepared.ts';

describe('prepare: duplicates under other keys', () => {
  it('lets an item wait that is known by another key of an earlier one', async () => {
    const items = [
      { Type: 1, Code: 'K', EmailAddress: 'e' },
      { Type: 1, EmailAddress: 'e', FirstName: 'F' },
    ];
    await assertInOrder('import-customers', items);
    await assertInOrder('import-customers', [...items].reverse());
  });

  it('lets a product wait that holds a SKU of an earlier one', async () => {
    const sku = { PartNo: 'P', Status: 1 };
    await assertInOrder('import-products', [product({}, sku), { Variants: [{ Skus: [sku] }] }]);
    await assertInOrder('import-products', [product({}, sku), { ...product({}, sku), Code: 'D' }]);
  });

  it('lets a company wait that writes a customer of an earlier one, and lets it point to the same', async () => {
    const company = (Code: string, customer: object) => ({
      ApplicationKey: '5f0c3a52-7f65-4c55-9c0e-6a2d1c6e9b11',
      Code,
      IsCustomerListDelta: true,
      Customers: [{ Code: 'K', ...customer }],
    });
    await assertInOrder('import-companies', [
      company('A', { FirstName: 'F' }),
      company('B', { FirstName: 'G' }),
    ]);
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
  const infos = (Value: string) => stock({ Infos: [{ Code: 'a', Value }] });

  it('joins a change to the last one only', async () => {
    const items = [infos('v'), { ...infos('w'), OnhandValue: 1 }, stock({ OnhandValue: 2 })];
    const result = await prepared('import-onhands', items);
    assert.deepEqual(stagesOf(result), [[0], [1, 2]]);
    assert.deepEqual(result.requests[1]?.items[0]?.record, { ...infos('w'), OnhandValue: 2 });
  });

  it('lets nothing overtake one that waits under another key', async () => {
    const items = [
      { Type: 1, Code: 'K', EmailAddress: 'e' },
      { Type: 1, EmailAddress: 'e', Title: 'x' },
      { Type: 1, Code: 'K', Title: 'y' },
    ];
    await assertInOrder('import-customers', items);
  });

  it('keeps only those apart that are about one record', async () => {
    const items = [
      stock({ OnhandValue: 1 }, 'B'),
      infos('v'),
      infos('w'),
      stock({ OnhandValue: 2 }, 'C'),
      infos('x'),
    ];
    assert.deepEqual(stagesOf(await prepared('import-onhands', items)), [[0, 3, 1], [2], [4]]);
  });

  it('lets nothing overtake what a waiting item holds inside', async () => {
    const items = [
      product({}, { PartNo: 'P', Status: 1 }),
      { ...product({}, { PartNo: 'P', Status: 1 }, { PartNo: 'Q', Status: 1 }), Code: 'D' },
      { Code: 'E', Variants: [{ Skus: [{ PartNo: 'Q', Status: 2 }] }] },
    ];
    await assertInOrder('import-products', items);
  });

  it('waits for all that it brings together', async () => {
    const of = (Code: string, ...partNos: string[]) => ({
      Code,
      Variants: [{ Skus: partNos.map((PartNo) => ({ PartNo, Status: 1 })) }],
    });
    const result = await prepared('import-products', [
      of('A', 'P'),
      of('B', 'Q'),
      of('C', 'P', 'Q'),
      of('A', 'P'),
    ]);
    assert.deepEqual(stagesOf(result), [[0, 1], [2], [3]]);
    assert.deepEqual(
      result.requests[1]?.items[0]?.follows.map(({ indexes }) => indexes),
      [[0], [1]],
    );
  });

  it('gives back what comes after an item that is too large, so that it cannot be undone', async () => {
    const large = (Value: string) => stock({ Infos: [{ Code: 'a', Value: Value.repeat(300) }] });
    const items = [stock({ OnhandValue: 1 }, 'B'), large('v'), infos('w')];
    const { requests, rejected } = await prepared('import-onhands', items, { maximumBytes: 300 });
    assert.deepEqual(
      requests.flatMap((request) => request.items.flatMap(({ indexes }) => indexes)),
      [0],
    );
    assert.deepEqual(
      rejected.map(({ index, errors }) => [index, errors[0]?.code]),
      [
        [1, 'ITEM_TOO_LARGE'],
        [2, 'DUPLICATE_NOT_MERGEABLE'],
      ],
    );
    assert.match(rejected[1]?.errors[0]?.message ?? '', /^Item 1 of this message .* must not overtake it/);
  });

  it('refuses a full feed that says two things of one record', async () => {
    for (const [name, items, code] of [
      ['import-onhands', [infos('v'), infos('w')], 'DUPLICATE_NOT_MERGEABLE'],
      [
        'import-products',
        [product({}, { PartNo: 'P' }), { ...product({}, { PartNo: 'P' }), Code: 'D' }],
        'DUPLICATE_UNDER_OTHER_KEY',
      ],
    ] as const) {
      const { requests, rejected, refusal } = await prepared(name, items, { fullFile: true });
      assert.deepEqual(requests, []);
      assert.equal(refusal?.code, 'FULL_FEED_ITEMS_REJECTED');
      assert.deepEqual(
        rejected.map(({ index, errors }) => [index, errors[0]?.code]),
        [[1, code]],
      );
    }
  });

  it('warns of many stages', async () => {
    const items = Array.from({ length: 12 }, (_, index) => infos(`${index}`));
    const result = await prepared('import-onhands', items);
    assert.equal(stagesOf(result).length, 12);
    assert.deepEqual(
      result.warnings.map(({ code }) => code),
      ['MANY_STAGES'],
    );
  });

  it('takes very many changes of one record', async () => {
    const items = Array.from({ length: 20_000 }, (_, OnhandValue) => stock({ OnhandValue }));
    assert.deepEqual(await joined('import-onhands', items), stock({ OnhandValue: 19_999 }));
  });
});

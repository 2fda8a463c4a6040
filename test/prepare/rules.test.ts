/**
 * Rules of single imports: what would write another record, empty a field, or change nothing.
 */
import assert from 'node:assert/strict';
import type { ImportName } from '../../src/contract/index.ts';
import { codesOf, errorsOf, onlyBody, onlyRequest, prepared, price, product, stock } from './prepared.ts';

describe('prepare: part numbers below a SKU', () => {
  const sku = '/Variants/0/Skus/0';
  const structure = (fields: object, itemPrice?: object) =>
    product(
      {},
      {
        PartNo: 'P',
        StructureItems: [
          {
            StructurePartNo: 'P',
            PartNo: 'part',
            Quantity: 1,
            ...fields,
            ...(itemPrice === undefined
              ? {}
              : {
                  StandardStructureItemPrice: {
                    StructurePartNo: 'P',
                    PartNo: 'part',
                    PriceListCode: 'L',
                    ItemPriceListCode: 'L',
                    PriceSale: 1,
                    ...itemPrice,
                  },
                }),
          },
        ],
      },
    );

  it('are those of the SKU for its price', async () => {
    const item = (partNo: string) => product({}, { PartNo: ' P', StandardPrice: price({}, partNo) });
    await onlyRequest('import-products', [item('P ')]);
    assert.deepEqual(await codesOf('import-products', item('Q')), [
      `PART_NO_DIFFERS ${sku}/StandardPrice/PartNo`,
    ]);
  });

  it('are those of the SKU and the part for its structure', async () => {
    const place = `${sku}/StructureItems/0`;
    await onlyRequest('import-products', [structure({}, {})]);
    assert.deepEqual(await codesOf('import-products', structure({ StructurePartNo: 'Q' })), [
      `PART_NO_DIFFERS ${place}/StructurePartNo`,
    ]);
    for (const name of ['StructurePartNo', 'PartNo']) {
      assert.deepEqual(await codesOf('import-products', structure({}, { [name]: 'Q' })), [
        `PART_NO_DIFFERS ${place}/StandardStructureItemPrice/${name}`,
      ]);
    }
  });
});

describe('prepare: records that would be emptied', () => {
  const removing = { unknownProperties: 'remove' } as const;
  const customer = (InvoiceAddress: object) => ({ Type: 1, Code: 'K', InvoiceAddress });

  it('are not sent for one of which no property is known', async () => {
    assert.deepEqual(await codesOf('import-customers', customer({ town: 'c', City: undefined }), removing), [
      'UNKNOWN_PROPERTY /InvoiceAddress',
    ]);
    assert.deepEqual(
      await onlyBody('import-customers', customer({ town: 'c', City: 'd' }), removing),
      customer({ City: 'd' }),
    );
    assert.deepEqual(await onlyBody('import-customers', customer({}), removing), customer({}));
  });

  it('are not sent for a population without categories under its clean-up', async () => {
    const cleanup = { switches: { PriceListFieldsThatAreSet: ['PopulationCleanup'] } };
    const list = (Population: unknown) => ({ Code: 'L', Population });
    const expected: readonly [unknown, string][] = [
      [{ Type: 1 }, 'FIELDS_INCOMPLETE /Population/Categories'],
      [{ Type: 1, Categories: null }, 'NULL_NOT_ALLOWED /Population/Categories'],
      [null, 'FIELDS_INCOMPLETE /Population'],
    ];
    for (const [population, code] of expected) {
      assert.deepEqual(await codesOf('import-price-lists', list(population), cleanup), [code]);
    }
    await onlyRequest('import-price-lists', [list({ Type: 1, Categories: [] })], cleanup);
    await onlyRequest('import-price-lists', [{ Code: 'L', Name: 'n' }], cleanup);
    await onlyRequest('import-price-lists', [list({ Type: 1 })]);
    const other = { switches: { PriceListFieldsThatAreSet: ['PriceRulesCleanup'] } };
    await onlyRequest('import-price-lists', [list({ Type: 1 })], other);
  });
});

describe('prepare: items that write nothing', () => {
  const relation = { PartNo: 'A', RelatedPartNo: 'B', RelationTypeCode: 'R' };

  it('are sent where their key makes a record', async () => {
    const items: readonly [ImportName, object, string][] = [
      ['import-relations', relation, 'RelationFieldsThatAreSet'],
      ['import-price-lists', { Code: 'L' }, 'PriceListFieldsThatAreSet'],
    ];
    for (const [name, item, list] of items) {
      const { header, items: sent } = await onlyRequest(name, [item]);
      assert.deepEqual(header[list], []);
      assert.equal(sent[0]?.text, JSON.stringify(item));
    }
  });

  it('are sent in a full feed, with a warning that counts them', async () => {
    const items = [stock({}, 'A'), stock({}, 'B')];
    const { requests, warnings, rejected } = await prepared('import-onhands', items, { fullFile: true });
    assert.deepEqual(rejected, []);
    assert.equal(requests[0]?.items.length, 2);
    assert.deepEqual(
      warnings.map(({ code, count }) => [code, count]),
      [['NOTHING_TO_WRITE', 2]],
    );
    const relations = await prepared('import-relations', [relation], { fullFile: true });
    assert.deepEqual(relations.warnings, []);
    assert.equal(relations.requests.length, 1);
  });

  it('are prices of which Connect skips every amount', async () => {
    for (const fields of [{ PriceSale: 0 }, { PriceSale: null, CostUnit: 0 }, { PriceRuleValue: 0 }]) {
      assert.deepEqual(await codesOf('import-prices', price(fields)), ['NOTHING_TO_WRITE ']);
    }
    for (const fields of [{ IsActive: false }, { CurrencyCode: 'SEK' }, { CostUnit: 1 }]) {
      await onlyRequest('import-prices', [price({ PriceSale: 0, ...fields })]);
    }
    const { warnings } = await prepared('import-prices', [price({ PriceSale: 0 })], { fullFile: true });
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['NOTHING_TO_WRITE'],
    );
  });

  it('are none that empty a chosen field', async () => {
    const lists = { SkuOnhandFieldsThatAreSet: ['MinimumValue'] };
    assert.deepEqual(await codesOf('import-onhands', stock({}), { fields: lists }), ['NOTHING_TO_WRITE ']);
    await onlyRequest('import-onhands', [stock({})], { fields: lists, clear: lists });
  });
});

describe('prepare: reasons', () => {
  it('are told once for each place', async () => {
    const variant = (skus: object[]) => ({ Code: 'C', Variants: [{ Skus: skus }] });
    assert.deepEqual(await codesOf('import-products', variant([{ Status: 1 }])), [
      'REQUIRED /Variants/0/Skus/0/PartNo',
    ]);
    assert.deepEqual(await codesOf('import-products', variant([{ PartNo: ' ', Status: 1 }])), [
      'KEY_MISSING /Variants/0/Skus/0',
    ]);
    assert.deepEqual(await codesOf('import-products', variant([{ Status: 1 }, { Status: 1 }])), [
      'REQUIRED /Variants/0/Skus/0/PartNo',
      'REQUIRED /Variants/0/Skus/1/PartNo',
    ]);
    assert.deepEqual(await codesOf('import-products', variant([])), ['KEY_MISSING /Variants/0']);
    const twoVariants = {
      ManufacturerCode: 'M',
      Variants: ['a', 'b'].map((ManufacturerPartNo) => ({ ManufacturerPartNo })),
    };
    assert.deepEqual(await codesOf('import-products', twoVariants, { fullFile: true }), ['REQUIRED /Code']);
  });

  it('of links name the missing key, which no schema asks for', async () => {
    const customer = { Type: 1, Code: 'K', IsCompanyListDelta: true, Companies: [{ IsPrimary: true }] };
    const errors = await errorsOf('import-customers', customer);
    assert.deepEqual(
      errors.map(({ code, path }) => `${code} ${path}`),
      ['KEY_MISSING /Companies/0'],
    );
  });
});

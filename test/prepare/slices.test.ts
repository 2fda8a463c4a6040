/**
 * Items whose records carry different fields: cut into slices that are true, or given back with the reason.
 */
import assert from 'node:assert/strict';
import type { ImportName } from '../../src/contract/index.ts';
import type { PrepareOptions, RequestHeader } from '../../src/prepare/index.ts';
import { errorsOf, onlyRequest, prepared, price, product } from './prepared.ts';

type Changes = Partial<PrepareOptions>;

/** Field lists and body of each slice of one item. */
async function slicesOf(
  name: ImportName,
  item: unknown,
  changes: Changes = {},
): Promise<(readonly [lists: RequestHeader, body: unknown])[]> {
  const { requests, rejected } = await prepared(name, [item], changes);
  assert.deepEqual(rejected, []);
  const whole = requests[0]?.items[0]?.whole;
  for (const [index, { stage, items }] of requests.entries()) {
    assert.equal(stage, index);
    assert.equal(items.length, 1);
    assert.deepEqual(items[0]?.slice, { number: index + 1, of: requests.length });
    assert.deepEqual(items[0]?.follows, index === 0 ? [] : requests[index - 1]?.items);
    assert.deepEqual(items[0]?.whole, whole);
  }
  return requests.map(({ header: { AccountId: _, FullFile: __, SupplierId: ___, ...lists }, items }) => [
    lists,
    JSON.parse(items[0]?.text ?? ''),
  ]);
}

async function reasonOf(name: ImportName, item: unknown, changes: Changes = {}): Promise<string> {
  const errors = await errorsOf(name, item, changes);
  for (const { code } of errors) assert.equal(code, 'NESTED_FIELDS_DIFFER');
  return errors[0]?.message ?? '';
}

const sv = { CultureCode: 'sv-SE' };
const en = { CultureCode: 'en-GB' };
const guid = '5f0c3a52-7f65-4c55-9c0e-6a2d1c6e9b11';

describe('prepare: slices', () => {
  it('send first what all records have in common, then the rest with keys and parents', async () => {
    const item = product(
      {
        Alias: 'a',
        Cultures: [
          { ...sv, Name: 'n', Synonyms: 's' },
          { ...en, Name: 'm' },
        ],
      },
      { PartNo: 'P1', Status: 1, EanCode: 'e', Cultures: [{ ...sv, Comment: 'c' }] },
      { PartNo: 'P2', Status: 1 },
    );
    assert.deepEqual(await slicesOf('import-products', item), [
      [
        {
          ProductFieldsThatAreSet: [0, 2, 3, 4, 5],
          ProductCultureFieldsThatAreSet: [0],
          VariantFieldsThatAreSet: [0, 5],
          SkuFieldsThatAreSet: [1],
          SkuCultureFieldsThatAreSet: [2],
        },
        product(
          {
            Alias: 'a',
            Cultures: [
              { ...sv, Name: 'n' },
              { ...en, Name: 'm' },
            ],
          },
          { PartNo: 'P1', Status: 1, Cultures: [{ ...sv, Comment: 'c' }] },
          { PartNo: 'P2', Status: 1 },
        ),
      ],
      [
        {
          ProductFieldsThatAreSet: [0, 3, 4, 5],
          ProductCultureFieldsThatAreSet: [7],
          VariantFieldsThatAreSet: [0, 5],
          SkuFieldsThatAreSet: [5],
        },
        product({ Cultures: [{ ...sv, Synonyms: 's' }] }, { PartNo: 'P1', EanCode: 'e' }),
      ],
    ]);
  });

  it('do without a first one that would write nothing', async () => {
    const item = {
      Code: 'C',
      Cultures: [
        { ...sv, Name: null },
        { ...en, Title: 't' },
      ],
    };
    assert.deepEqual(
      (await slicesOf('import-products', item)).map(([, body]) => body),
      [
        { Code: 'C', Cultures: [{ ...sv, Name: null }] },
        { Code: 'C', Cultures: [{ ...en, Title: 't' }] },
      ],
    );
  });

  it('hold the SKUs by which Connect finds a variant', async () => {
    const item = {
      Code: 'C',
      Variants: [
        { SortOrderValue: 1, Skus: [{ PartNo: '1', EanCode: 'e' }] },
        { SortOrderValue: 2, IsDangerousGoods: true, Skus: [{ PartNo: '2', EanCode: 'f' }] },
      ],
    };
    const [, second] = await slicesOf('import-products', item);
    assert.deepEqual(second, [
      { ProductFieldsThatAreSet: [3, 4], VariantFieldsThatAreSet: [3, 5] },
      { Code: 'C', Variants: [{ IsDangerousGoods: true, Skus: [{ PartNo: '2' }] }] },
    ]);
  });

  it('send a list that only some records carry whole, with what stands beside its fields once', async () => {
    const item = {
      Code: 'C',
      ManufacturerCode: 'M',
      Variants: [
        {
          ManufacturerPartNo: 'a',
          VariantFlags: [{ Code: 'f', IsSet: true }],
          Cultures: [{ ...sv, Name: 'n' }],
        },
        { ManufacturerPartNo: 'b' },
      ],
    };
    assert.deepEqual(
      (await slicesOf('import-products', item)).map(([, body]) => body),
      [
        {
          ...item,
          Variants: [
            { ManufacturerPartNo: 'a', VariantFlags: [{ Code: 'f', IsSet: true }] },
            { ManufacturerPartNo: 'b' },
          ],
        },
        { ...item, Variants: [{ ManufacturerPartNo: 'a', Cultures: [{ ...sv, Name: 'n' }] }] },
      ],
    );
  });

  it('never list a field that is to be emptied where it was written before', async () => {
    const item = {
      Code: 'C',
      Cultures: [
        { ...sv, Name: 'n', Synonyms: 's', Title: 't' },
        { ...en, Name: 'm' },
      ],
    };
    const fields = { ProductCultureFieldsThatAreSet: ['Name', 'Synonyms', 'Title'] };
    const clear = { ProductCultureFieldsThatAreSet: ['Synonyms'] };
    assert.deepEqual(await slicesOf('import-products', item, { fields, clear }), [
      [
        { ProductFieldsThatAreSet: [3, 5], ProductCultureFieldsThatAreSet: [0, 7] },
        {
          Code: 'C',
          Cultures: [
            { ...sv, Name: 'n', Synonyms: 's' },
            { ...en, Name: 'm', Synonyms: null },
          ],
        },
      ],
      [
        { ProductFieldsThatAreSet: [3, 5], ProductCultureFieldsThatAreSet: [8] },
        { Code: 'C', Cultures: [{ ...sv, Title: 't' }] },
      ],
    ]);
    await onlyRequest('import-products', [item], {
      fields,
      clear: { ProductCultureFieldsThatAreSet: ['Synonyms', 'Title'] },
    });
  });

  it('never cut a price, so that its mandatory fields and its rule stay together', async () => {
    const sale = price({ PriceSale: 5, IsActive: false }, '1');
    const cost = price({ CostUnit: 2 }, '2');
    const item = product({}, { PartNo: '1', StandardPrice: sale }, { PartNo: '2', StandardPrice: cost });
    const switches = { IgnoreSkuPriceListFieldsWhenEmpty: ['PriceSale'] };
    const slices = await slicesOf('import-products', item, { switches });
    assert.deepEqual(
      slices.map(([lists]) => [lists.SkuPriceListFieldsThatAreSet, lists.IgnoreSkuPriceListFieldsWhenEmpty]),
      [
        [undefined, undefined],
        [[3, 10], [3]],
        [[3, 5], [3]],
      ],
    );
    assert.deepEqual(
      slices.map(([, body]) => body),
      [
        product({}, { PartNo: '1' }, { PartNo: '2' }),
        product({}, { PartNo: '1', StandardPrice: sale }),
        product({}, { PartNo: '2', StandardPrice: cost }),
      ],
    );
  });

  it('keep to a clean-up only in the request that holds the whole list', async () => {
    const image = { FileTypeName: 't', ExternalCode: 'x', Url: 'u' };
    const variants = [
      { ManufacturerPartNo: 'a', AdditionalImages: [image] },
      { ManufacturerPartNo: 'b', SortOrderValue: 1 },
    ];
    const item = { Code: 'C', ManufacturerCode: 'M', Variants: variants };
    const switches = { VariantFieldsThatAreSet: ['AdditionalImagesCleanup'] };
    const slices = await slicesOf('import-products', item, { switches });
    assert.deepEqual(
      slices.map(([lists]) => lists.VariantFieldsThatAreSet),
      [[0], [0, 7, 14], [0, 1]],
    );
  });

  it('take the switch of a list along, and cut only a list that adds', async () => {
    const company = (isDelta: boolean) => ({
      ApplicationKey: guid,
      Code: 'A',
      IsCustomerListDelta: isDelta,
      Customers: [{ Code: 'K', FirstName: 'F' }, { Code: 'L' }],
    });
    assert.deepEqual(
      (await slicesOf('import-companies', company(true))).map(([, body]) => body),
      [
        { ...company(true), Customers: [{ Code: 'K' }, { Code: 'L' }] },
        { ...company(true), Customers: [{ Code: 'K', FirstName: 'F' }] },
      ],
    );
    assert.match(await reasonOf('import-companies', company(false)), /written as a whole/);
  });

  it('go with those of other items, and stand for the item as a whole', async () => {
    const item = (Code: string) => ({
      Code,
      Cultures: [
        { ...sv, Name: 'n', Title: 't' },
        { ...en, Name: 'm' },
      ],
    });
    const { requests } = await prepared('import-products', [item('A'), { Code: 'B', Alias: 'b' }, item('C')]);
    assert.deepEqual(
      requests.map(({ stage, items }) => [stage, items.flatMap(({ indexes }) => indexes)]),
      [
        [0, [0, 2]],
        [0, [1]],
        [1, [0, 2]],
      ],
    );
    assert.deepEqual(requests[2]?.items[0]?.whole, item('A'));
    assert.equal(requests[2]?.items[0]?.indexes, requests[0]?.items[0]?.indexes);
    assert.equal(requests[1]?.items[0]?.slice, undefined);
  });

  it('come before later changes of the record', async () => {
    const item = {
      Code: 'C',
      Cultures: [
        { ...sv, Name: 'n', Title: 't' },
        { ...en, Name: 'm' },
      ],
    };
    const category = (Code: string) => ({ Code: 'C', Categories: [{ Code, SortOrder: 1 }] });
    const { requests } = await prepared('import-products', [{ ...item, ...category('x') }, category('y')]);
    assert.deepEqual(
      requests.map(({ stage, items }) => [stage, items.flatMap(({ indexes }) => indexes)]),
      [
        [0, [0]],
        [1, [0]],
        [2, [1]],
      ],
    );
  });

  it('join two changes of a record where that takes fewer requests', async () => {
    const item = (Title: string) => ({
      Code: 'C',
      Cultures: [
        { ...sv, Name: 'n', Title },
        { ...en, Name: 'm' },
      ],
    });
    const { requests } = await prepared('import-products', [item('t'), item('u')]);
    assert.deepEqual(
      requests.map(({ items }) => items[0]?.indexes),
      [
        [0, 1],
        [0, 1],
      ],
    );
    assert.deepEqual(requests[0]?.items[0]?.whole, item('u'));
  });
});

describe('prepare: items that cannot be cut', () => {
  it('because only the first slice could create a record', async () => {
    const item = product({}, { PartNo: '1', Status: 1, Type: 1 }, { PartNo: '2', Type: 1 });
    assert.match(await reasonOf('import-products', item), /cannot be cut .* Status of SkuFieldsThatAreSet/);
  });

  it('because only the first slice could write what is written on create only', async () => {
    const item = {
      Code: 'C',
      Cultures: [
        { ...sv, Name: 'n', Title: 't' },
        { ...en, Title: 'u' },
      ],
    };
    const fields = { ProductCultureFieldsThatAreSet: ['NameCreateOnly', 'Title'] };
    assert.match(await reasonOf('import-products', item, { fields }), /write NameCreateOnly|write Name/);
    const titles = {
      ...item,
      Cultures: [
        { ...sv, Name: 'n', Title: 't' },
        { ...en, Name: 'm' },
      ],
    };
    assert.deepEqual(
      (await slicesOf('import-products', titles, { fields })).map(
        ([lists]) => lists.ProductCultureFieldsThatAreSet,
      ),
      [[1], [8]],
    );
  });

  it('because a whole list that others lack would come after its holder was created', async () => {
    const variants = [
      { ManufacturerPartNo: 'a', Cultures: [{ ...sv, Name: 'n' }] },
      { ManufacturerPartNo: 'b', SortOrderValue: 1 },
    ];
    const item = { Code: 'C', ManufacturerCode: 'M', Variants: variants };
    const fields = {
      VariantCultureFieldsThatAreSet: ['NameCreateOnly'],
      VariantFieldsThatAreSet: ['SortOrderValue'],
    };
    assert.match(await reasonOf('import-products', item, { fields }), /only a new record takes/);
  });

  it('because the list is replaced whole, or its elements have no stated key', async () => {
    const warehouse = (Code: string, fields: object) => ({
      Code,
      Locations: [{ Code: '1', Name: 'n' }],
      ...fields,
    });
    const lists = [
      { Warehouses: [warehouse('v', { Name: 'n', Type: 1 }), warehouse('w', { Name: 'n' })] },
      {
        PriceRules: [
          { Type: 1, Value: 2, ManufacturerCode: 'a' },
          { Type: 1, ManufacturerCode: 'b' },
        ],
      },
    ];
    for (const list of lists) {
      assert.match(await reasonOf('import-price-lists', { Code: 'L', ...list }), /written as a whole/);
    }
  });

  it('points only at records that lack a field, not at those that empty it', async () => {
    const rules = [
      { Type: 1, ManufacturerCode: 'a', Value: null },
      { Type: 1, ManufacturerCode: 'b' },
    ];
    const errors = await errorsOf('import-price-lists', { Code: 'L', PriceRules: rules });
    assert.deepEqual(
      errors.map(({ path }) => path),
      ['/PriceRules/1'],
    );
  });
});

describe('prepare: full feeds whose items differ', () => {
  const full = { fullFile: true };

  async function requestsOf(name: ImportName, items: readonly unknown[], changes: Changes = {}) {
    const { requests, refusal } = await prepared(name, items, { ...full, ...changes });
    assert.equal(refusal, undefined);
    return requests.map(({ header, stage, items: sent }) => ({
      stage,
      isFull: header.FullFile,
      lists:
        header.SkuPriceListFieldsThatAreSet ?? header.FieldsThatAreSet ?? header.SkuOnhandFieldsThatAreSet,
      bodies: sent.map(({ record }) => record),
    }));
  }

  it('are cut scope by scope, and only where they differ', async () => {
    const at = (PartNo: string, WarehouseCode: string, fields: object) => ({
      PartNo,
      WarehouseCode,
      LocationCode: 'L',
      ...fields,
    });
    const items = [
      at('A', 'v', { OnhandValue: 1 }),
      at('A', 'w', { OnhandValue: 1, MinimumValue: 2 }),
      at('B', 'v', { OnhandValue: 3, LeadTimeDayCount: 4 }),
      at('B', 'w', { OnhandValue: 5, MinimumValue: null }),
    ];
    assert.deepEqual(await requestsOf('import-onhands', items), [
      { stage: 0, isFull: true, lists: [3], bodies: [items[0], at('B', 'v', { OnhandValue: 3 })] },
      { stage: 0, isFull: true, lists: [3, 8], bodies: [items[1], items[3]] },
      { stage: 1, isFull: false, lists: [6], bodies: [at('B', 'v', { LeadTimeDayCount: 4 })] },
    ]);
  });

  it('send a price again as a whole, because its fields depend on each other, and reset nothing', async () => {
    const items = [price({ PriceSale: 5, IsActive: true }, 'A'), price({ PriceSale: 6, CostUnit: 1 }, 'B')];
    const switches = { SkuPriceListFieldsThatAreSet: ['FullfileResetInheritance'] };
    assert.deepEqual(await requestsOf('import-prices', items, { switches }), [
      { stage: 0, isFull: true, lists: [3, 5, 13], bodies: [price({ PriceSale: 5 }, 'A'), items[1]] },
      { stage: 1, isFull: false, lists: [3, 10], bodies: [items[0]] },
    ]);
  });

  it('never part an amount from its currency', async () => {
    const euro = { CurrencyCode: 'EUR' };
    const items = [
      price({ PriceSale: 5, ...euro, IsActive: true }, 'A'),
      price({ PriceSale: 6, ...euro }, 'B'),
    ];
    const [, rest] = await requestsOf('import-prices', items);
    assert.deepEqual(rest?.bodies, [items[0]]);
    const cost = (PriceListCode: string, fields: object) => ({
      PriceListCode,
      QtyBreak: 1,
      ...euro,
      ...fields,
    });
    const supplied = (...PriceList: object[]) => ({ SupplierPartNo: 'S', PriceList });
    const slices = await slicesOf(
      'import-supplier-products',
      supplied(cost('1', { CostPurchase: 5, PriceMax: 7 }), cost('2', { CostPurchase: 6 })),
    );
    assert.deepEqual(slices[1]?.[1], supplied(cost('1', { PriceMax: 7 })));
  });

  it('give back the whole item from what follows', async () => {
    const items = [price({ PriceSale: 5, IsActive: true }, 'A'), price({ PriceSale: 6 }, 'B')];
    const { requests } = await prepared('import-prices', items, full);
    assert.deepEqual(requests[1]?.items[0]?.whole, items[0]);
    assert.deepEqual(requests[1]?.items[0]?.indexes, [0]);
    assert.deepEqual(requests[1]?.items[0]?.follows, [requests[0]?.items[0]]);
  });

  it('are refused where what bounds the feed, or creates a record, is not common', async () => {
    const supplied = (SupplierPartNo: string, fields: object) => ({
      SupplierPartNo,
      ProductName: 'n',
      ...fields,
    });
    const feeds: readonly [ImportName, readonly unknown[], RegExp][] = [
      ['import-supplier-products', [supplied('A', { CategoryCode: 'c' }), supplied('B', {})], /CategoryCode/],
      ['import-supplier-products', [supplied('A', { Manufacturer: 'm' }), supplied('B', {})], /Manufacturer/],
      ['import-products', [product({ Alias: 'a' }, { PartNo: 'P' }), { Code: 'D', Alias: 'b' }], /Variants/],
      [
        'import-prices',
        [price({ IsActive: true }, 'A'), price({ IsPriceDiscountable: true }, 'B')],
        /in common/,
      ],
      [
        'import-prices',
        [price({ PriceSale: 5, IsActive: false }, 'A'), price({ PriceSale: 6 }, 'B')],
        /IsActive .* would be active/,
      ],
    ];
    for (const [name, items, reason] of feeds) {
      const { requests, refusal } = await prepared(name, items, full);
      assert.deepEqual(requests, []);
      assert.equal(refusal?.code, 'FULL_FEED_FIELDS_DIFFER');
      assert.match(refusal?.message ?? '', reason);
    }
  });

  it('hold nested records that differ', async () => {
    const item = (SupplierPartNo: string, ...onHand: object[]) => ({
      SupplierPartNo,
      ProductName: 'n',
      OnHand: onHand.map((fields, index) => ({ WarehouseCode: 'w', LocationCode: `${index}`, ...fields })),
    });
    const items = [item('A', { Value: 1, IsActive: true }, { Value: 2 }), item('B', { Value: 3 })];
    const { requests } = await prepared('import-supplier-products', items, full);
    assert.deepEqual(
      requests.map(({ stage, header, items: sent }) => [
        stage,
        header.OnhandFieldsThatAreSet,
        sent.map(({ record }) => record),
      ]),
      [
        [0, [0], [item('A', { Value: 1 }, { Value: 2 }), items[1]]],
        [
          1,
          [9],
          [{ SupplierPartNo: 'A', OnHand: [{ WarehouseCode: 'w', LocationCode: '0', IsActive: true }] }],
        ],
      ],
    );
  });
});

/**
 * Single items: names, keys, values, and the reasons for which an item is not sent.
 */
import assert from 'node:assert/strict';
import { codesOf, errorsOf, onlyBody, onlyRequest, prepared, price, product, stock } from './prepared.ts';

describe('prepare: names', () => {
  it('takes names in any letter case, at every level', async () => {
    const item = {
      code: 'C',
      manufacturercode: 'M',
      VARIANTS: [{ manufacturerPartNo: 'V', skus: [{ partno: 'P', ISBUYABLE: true }] }],
    };
    assert.deepEqual(await onlyBody('import-products', item), {
      Code: 'C',
      ManufacturerCode: 'M',
      Variants: [{ ManufacturerPartNo: 'V', Skus: [{ PartNo: 'P', IsBuyable: true }] }],
    });
  });

  it('refuses one property in two spellings', async () => {
    assert.deepEqual(await codesOf('import-onhands', { ...stock(), onhandvalue: 5 }), [
      'DUPLICATE_PROPERTY /onhandvalue',
    ]);
  });

  it('counts undefined as left out', async () => {
    const { header } = await onlyRequest('import-onhands', [
      stock({ OnhandValue: 1, MinimumValue: undefined }),
    ]);
    assert.deepEqual(header.SkuOnhandFieldsThatAreSet, [3]);
  });

  it('rejects an unknown property and names the nearest known one', async () => {
    const [error] = await errorsOf('import-onhands', { ...stock(), OnhandValu: 5 });
    assert.equal(error?.code, 'UNKNOWN_PROPERTY');
    assert.equal(error?.path, '/OnhandValu');
    assert.match(error?.message ?? '', /OnhandValue/);
    const [far] = await errorsOf('import-onhands', { ...stock(), xyzzyplughquux: 5 });
    assert.doesNotMatch(far?.message ?? '', /meant/);
  });

  it('leaves unknown properties out, or sends them, where the author says so', async () => {
    const item = product({ extra: 1 }, { PartNo: 'P', Status: 1, more: { deep: [1] } });
    const removed = (await onlyBody('import-products', item, { unknownProperties: 'remove' })) as typeof item;
    assert.deepEqual(removed, product({}, { PartNo: 'P', Status: 1 }));
    assert.deepEqual(await onlyBody('import-products', item, { unknownProperties: 'send' }), item);
  });

  it('never sends names that could reach into a prototype', async () => {
    for (const unknownProperties of ['reject', 'remove', 'send'] as const) {
      const item = JSON.parse(
        '{"PartNo":"P","WarehouseCode":"W","LocationCode":"L","OnhandValue":1,"__proto__":{"a":1},"constructor":2}',
      );
      assert.deepEqual(await codesOf('import-onhands', item, { unknownProperties }), [
        'FORBIDDEN_PROPERTY /__proto__',
        'FORBIDDEN_PROPERTY /constructor',
      ]);
      assert.equal(({} as { a?: number }).a, undefined);
    }
  });

  it('tells of few of very many unknown properties', async () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`unknown ${index}`, 1]));
    assert.equal((await errorsOf('import-onhands', { ...stock(), ...many })).length, 20);
  });
});

describe('prepare: keys', () => {
  it('trims keys and nothing else', async () => {
    assert.deepEqual(
      await onlyBody('import-relations', {
        PartNo: ' A ',
        RelatedPartNo: 'B\t',
        RelationTypeCode: 'R',
        DefaultName: ' n ',
      }),
      {
        PartNo: 'A',
        RelatedPartNo: 'B',
        RelationTypeCode: 'R',
        DefaultName: ' n ',
      },
    );
  });

  it('rejects items without a key', async () => {
    assert.deepEqual(await codesOf('import-customers', { Type: 1, FirstName: 'F' }), ['KEY_MISSING ']);
    assert.deepEqual(await codesOf('import-onhands', stock({ OnhandValue: 1 }, '  ')), ['KEY_MISSING ']);
    assert.deepEqual(await codesOf('import-products', { Alias: 'a' }), ['KEY_MISSING ']);
    assert.deepEqual(await codesOf('import-price-lists', { Name: 'n' }), ['REQUIRED /Code']);
    assert.deepEqual(await codesOf('import-onhands', { PartNo: 'P', OnhandValue: 1 }), [
      'REQUIRED /LocationCode',
      'REQUIRED /WarehouseCode',
    ]);
  });

  it('rejects nested records without a key', async () => {
    const item = {
      SupplierPartNo: 'S',
      OnHand: [{ Value: 1 }, { WarehouseCode: 'w', Value: 1 }, { Name: 'n', Value: 2 }],
    };
    assert.deepEqual(await codesOf('import-supplier-products', item), [
      'KEY_MISSING /OnHand/0',
      'KEY_MISSING /OnHand/1',
    ]);
  });

  it('knows a variant by its SKUs, or by its number and the manufacturer', async () => {
    const variant = { ManufacturerPartNo: 'V', SortOrderValue: 1 };
    assert.deepEqual(await codesOf('import-products', { Code: 'C', Variants: [variant] }), [
      'KEY_MISSING /Variants/0',
    ]);
    await onlyRequest('import-products', [{ Code: 'C', ManufacturerCode: 'M', Variants: [variant] }]);
    await onlyRequest('import-products', [
      { Code: 'C', Variants: [{ ...variant, Skus: [{ PartNo: 'P' }] }] },
    ]);
  });

  it('asks for a code where a product has several variants', async () => {
    const variants = ['a', 'b'].map((number) => ({
      ManufacturerPartNo: number,
      Skus: [{ PartNo: number, Status: 1 }],
    }));
    assert.deepEqual(await codesOf('import-products', { ManufacturerCode: 'M', Variants: variants }), [
      'REQUIRED /Code',
    ]);
    await onlyRequest('import-products', [{ ManufacturerCode: 'M', Variants: variants.slice(1) }]);
  });

  it('counts a missing quantity break as 0, or 1 with suppliers', async () => {
    const { items } = await onlyRequest('import-prices', [price(), price({ QuantityBreak: 0, CostUnit: 2 })]);
    assert.equal(items.length, 1);
    const prices = [
      { PriceListCode: 'p', CostPurchase: 1 },
      { PriceListCode: 'p', QtyBreak: 1, CostPurchase: 2 },
    ];
    assert.deepEqual(await codesOf('import-supplier-products', { SupplierPartNo: 'S', PriceList: prices }), [
      'DUPLICATE_KEY /PriceList/1',
    ]);
  });

  it('rejects an item that has nothing but its key', async () => {
    assert.deepEqual(await codesOf('import-onhands', stock({})), ['NOTHING_TO_WRITE ']);
    assert.deepEqual(await codesOf('import-prices', price({ PriceSale: null })), ['NOTHING_TO_WRITE ']);
  });

  it('rejects a SKU that stands in an item twice', async () => {
    const variants = ['a', 'b'].map((number) => ({ ManufacturerPartNo: number, Skus: [{ PartNo: 'P' }] }));
    const item = { Code: 'C', ManufacturerCode: 'M', Variants: variants };
    assert.deepEqual(await codesOf('import-products', item), ['DUPLICATE_KEY /Variants/1/Skus/0']);
  });

  it('joins equal elements of a list, and rejects different ones of one key', async () => {
    const images = (...urls: string[]) =>
      product(
        { AdditionalImages: urls.map((Url) => ({ FileTypeName: 't', ExternalCode: 'x', Url })) },
        { PartNo: 'P' },
      );
    const body = (await onlyBody('import-products', images('u', 'u'))) as { AdditionalImages: unknown[] };
    assert.equal(body.AdditionalImages.length, 1);
    assert.deepEqual(await codesOf('import-products', images('u', 'v')), [
      'DUPLICATE_KEY /AdditionalImages/1',
    ]);
  });
});

describe('prepare: keys with parts left out', () => {
  it('finds elements that have the same parts of a key', async () => {
    const rule = (fields: object) => ({ Type: 1, ManufacturerCode: 'M', ...fields });
    const list = (...rules: object[]) => ({ Code: 'L', PriceRules: rules });
    assert.deepEqual(await codesOf('import-price-lists', list(rule({ Value: 1 }), rule({ Value: 2 }))), [
      'DUPLICATE_KEY /PriceRules/1',
    ]);
    await onlyRequest('import-price-lists', [list(rule({ Value: 1 }), rule({ Value: 2, MinValue: 10 }))]);
    const discount = (DiscountPercentage: number) => ({ Type: 1, ValueCode: 'a', DiscountPercentage });
    const company = { ApplicationKey: '5f0c3a52-7f65-4c55-9c0e-6a2d1c6e9b11', Code: 'C' };
    assert.deepEqual(
      await codesOf('import-companies', { ...company, Discounts: [discount(1), discount(2)] }),
      ['DUPLICATE_KEY /Discounts/1'],
    );
  });
});

describe('prepare: values', () => {
  it('sends enumerations as Connect shows them, given by number or name in any case', async () => {
    const sku = {
      PartNo: 'P',
      Status: 'active',
      Type: ' standard ',
      VatRates: [{ SalesArea: 'norway', Rate: 25 }],
    };
    const body = (await onlyBody('import-products', product({}, sku))) as { Variants: { Skus: unknown[] }[] };
    assert.deepEqual(body.Variants[0]?.Skus, [
      { PartNo: 'P', Status: 1, Type: 14, VatRates: [{ SalesArea: 2, Rate: 25 }] },
    ]);
    const competitor = {
      PartNo: 'P',
      Source: 's',
      CompetitorCode: 'c',
      CompetitorPartNo: 'x',
      CurrencyCode: 'SEK',
      PriceSale: 1,
    };
    const rest = { PriceSaleInclFreight: 1, IsPricesInclVat: true, SalesArea: 1, IsInStock: false };
    assert.deepEqual(await onlyBody('import-competitor-skus', { ...competitor, ...rest }), {
      ...competitor,
      ...rest,
      SalesArea: 'Sweden',
    });
  });

  it('sends a Date as text', async () => {
    const item = stock({ NextDeliveryDate: new Date('2026-02-03T04:05:06Z') });
    assert.deepEqual(await onlyBody('import-onhands', item), {
      ...item,
      NextDeliveryDate: '2026-02-03T04:05:06.000Z',
    });
    assert.deepEqual(await codesOf('import-onhands', stock({ NextDeliveryDate: new Date(Number.NaN) })), [
      'WRONG_TYPE /NextDeliveryDate',
    ]);
  });

  it('warns of SKU types that are outdated, and of fields that only a new record needs', async () => {
    const { warnings } = await prepared('import-products', [product({}, { PartNo: 'P', Type: 29 })]);
    assert.deepEqual(
      warnings.map(({ code, count }) => [code, count]),
      [
        ['NEEDED_FOR_INSERT', 1],
        ['SKU_TYPE_UNUSUAL', 1],
      ],
    );
    assert.match(warnings[0]?.message ?? '', /^Variants\[\]\.Skus\[\]\.Status /);
  });

  const wrong: readonly [object, string][] = [
    [{ OnhandValue: null }, 'NULL_NOT_ALLOWED /OnhandValue'],
    [{ OnhandValue: '5' }, 'WRONG_TYPE /OnhandValue'],
    [{ OnhandValue: Number.NaN }, 'WRONG_TYPE /OnhandValue'],
    [{ OnhandValue: Number.POSITIVE_INFINITY }, 'WRONG_TYPE /OnhandValue'],
    [{ OnhandValue: 1e29 }, 'OUT_OF_RANGE /OnhandValue'],
    [{ OnhandValue: 5n }, 'WRONG_TYPE /OnhandValue'],
    [{ OnhandValue: Symbol('five') }, 'WRONG_TYPE /OnhandValue'],
    [{ OnhandValue: () => 5 }, 'WRONG_TYPE /OnhandValue'],
    [{ LeadTimeDayCount: 1.5 }, 'WRONG_TYPE /LeadTimeDayCount'],
    [{ LeadTimeDayCount: 2 ** 31 }, 'OUT_OF_RANGE /LeadTimeDayCount'],
    [{ NextDeliveryDate: '2026-02-30' }, 'DATE_INVALID /NextDeliveryDate'],
    [{ IsActive: 1 }, 'WRONG_TYPE /IsActive'],
    [{ Infos: null }, 'NULL_NOT_ALLOWED /Infos'],
    [{ Infos: {} }, 'WRONG_TYPE /Infos'],
    [{ Infos: [null] }, 'NULL_NOT_ALLOWED /Infos/0'],
    [{ Infos: ['x'] }, 'WRONG_TYPE /Infos/0'],
    [{ Infos: [{ Code: 'a' }] }, 'REQUIRED /Infos/0/Value'],
    [{ Infos: [{ Code: 'a', 'b/c~d': 1, Value: 'v' }] }, 'UNKNOWN_PROPERTY /Infos/0/b~1c~0d'],
  ];
  for (const [fields, expected] of wrong) {
    it(`says ${expected}`, async () =>
      assert.deepEqual(await codesOf('import-onhands', stock(fields)), [expected]));
  }

  it('counts lengths as Connect does', async () => {
    await onlyRequest('import-onhands', [stock({ OnhandValue: 1 }, 'x'.repeat(50))]);
    assert.deepEqual(await codesOf('import-onhands', stock({ OnhandValue: 1 }, 'x'.repeat(51))), [
      'TOO_LONG /PartNo',
    ]);
    assert.deepEqual(await codesOf('import-onhands', stock({ OnhandValue: 1 }, '😀'.repeat(26))), [
      'TOO_LONG /PartNo',
    ]);
  });

  it('says which values an enumeration and a GUID may have', async () => {
    assert.deepEqual(await codesOf('import-products', product({}, { PartNo: 'P', Status: 9 })), [
      'NOT_IN_LIST /Variants/0/Skus/0/Status',
    ]);
    const company = { ApplicationKey: 'none', Code: 'C', Name: 'n' };
    assert.deepEqual(await codesOf('import-companies', company), ['GUID_INVALID /ApplicationKey']);
  });

  it('requires what Connect writes with its record in any case', async () => {
    assert.deepEqual(await codesOf('import-customers', { Code: 'K', FirstName: 'F' }), ['REQUIRED /Type']);
    const structure = { StructurePartNo: 'P', PartNo: 'Q' };
    assert.deepEqual(
      await codesOf('import-products', product({}, { PartNo: 'P', StructureItems: [structure] })),
      ['REQUIRED /Variants/0/Skus/0/StructureItems/0/Quantity'],
    );
  });

  it('sends 0, false and empty lists', async () => {
    const item = stock({ OnhandValue: 0, IsActive: false, Infos: [] });
    assert.deepEqual(await onlyBody('import-onhands', item), item);
  });
});

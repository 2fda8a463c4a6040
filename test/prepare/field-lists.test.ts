/**
 * Field lists by what the items carry: each list true for every record of its request, and no request too many.
 */
import assert from 'node:assert/strict';
import { codesOf, onlyRequest, prepared, price, product, stock } from './prepared.ts';

const address = { AddressLine1: 'Street 1' };
const account = { ApplicationKey: '5f0c3a52-7f65-4c55-9c0e-6a2d1c6e9b11', LoginName: 'me', Status: 1 };
const competitor = {
  PartNo: 'P1',
  Source: 's',
  CompetitorCode: 'c',
  CompetitorPartNo: 'x',
  CurrencyCode: 'SEK',
  PriceSale: 1,
  PriceSaleInclFreight: 2,
  IsPricesInclVat: true,
  SalesArea: 'Sweden',
  IsInStock: true,
};

describe('prepare: field lists', () => {
  it('names what a stock record carries, and nothing of its key', async () => {
    const { header } = await onlyRequest('import-onhands', [
      stock({ OnhandValue: 0, NextDeliveryDate: null }),
    ]);
    assert.deepEqual(header, { AccountId: 1, FullFile: false, SkuOnhandFieldsThatAreSet: [3, 5] });
  });

  it('names what a price record carries', async () => {
    const { header } = await onlyRequest('import-prices', [
      price({ PriceSale: 5, IsActive: true, CurrencyCode: 'SEK' }),
    ]);
    assert.deepEqual(header, { AccountId: 1, FullFile: false, SkuPriceListFieldsThatAreSet: [3, 10] });
  });

  it('names what a price list, its warehouses and its rules carry', async () => {
    const { header } = await onlyRequest('import-price-lists', [
      {
        Code: 'L',
        Name: 'List',
        Warehouses: [{ Code: 'W', Type: 1, Locations: [{ Code: '1', Name: 'one' }] }],
        PriceRules: [{ Type: 1, Value: 2 }],
      },
    ]);
    assert.deepEqual(header, {
      AccountId: 1,
      PriceListFieldsThatAreSet: [0, 7, 18],
      WarehouseFieldsThatAreSet: [0],
      WarehouseLocationFieldsThatAreSet: [0],
      PriceListPriceRuleFieldsThatAreSet: [0, 1],
    });
  });

  it('names what a relation and its texts carry', async () => {
    const relation = { PartNo: 'A', RelatedPartNo: 'B', RelationTypeCode: 'R', IsActive: true };
    const { header } = await onlyRequest('import-relations', [
      { ...relation, Cultures: [{ CultureCode: 'sv-SE', Name: 'n', Description: null }] },
    ]);
    assert.deepEqual(header, {
      AccountId: 1,
      FullFile: false,
      RelationFieldsThatAreSet: [1, 11],
      RelationCultureFieldsThatAreSet: [1, 6],
    });
  });

  it('names nothing of a competitor price that no list governs', async () => {
    const { header } = await onlyRequest('import-competitor-skus', [{ ...competitor, VatRate: 25 }]);
    assert.deepEqual(header, { AccountId: 1, FullFile: false, CompetitorSkuFieldsThatAreSet: [2] });
  });

  it('sends a competitor price of which nothing stands in a list', async () => {
    const { header } = await onlyRequest('import-competitor-skus', [competitor]);
    assert.deepEqual(header, { AccountId: 1, FullFile: false, CompetitorSkuFieldsThatAreSet: [] });
  });

  it('names the keys of a customer that have an entry', async () => {
    const { header } = await onlyRequest('import-customers', [
      { Type: 1, Code: 'K', FirstName: 'F', InvoiceAddress: address, Accounts: [account] },
    ]);
    assert.deepEqual(header, {
      AccountId: 1,
      CustomerFieldsThatAreSet: [2, 6, 12, 14],
      AccountFieldsThatAreSet: [1],
    });
  });

  it('names what a company and its customers carry', async () => {
    const { header } = await onlyRequest('import-companies', [
      {
        ApplicationKey: account.ApplicationKey,
        Id: 5,
        VatNo: null,
        IsCustomerListDelta: true,
        Customers: [{ Code: 'K' }],
      },
    ]);
    assert.deepEqual(header, {
      AccountId: 1,
      CompanyFieldsThatAreSet: [0, 1, 14, 21],
      CustomerFieldsThatAreSet: [2],
    });
  });

  it('names what a supplier product carries, under the supplier', async () => {
    const { header } = await onlyRequest('import-supplier-products', [
      {
        SupplierPartNo: 'S1',
        OnHand: [{ WarehouseCode: 'w', LocationCode: 'l', Value: 0 }],
        PriceList: [{ PriceListCode: 'p', CostPurchase: 3 }],
        ContentList: [{ CultureCode: 'sv-SE', Name: 'n' }],
      },
    ]);
    assert.deepEqual(header, {
      AccountId: 1,
      FullFile: false,
      SupplierId: 7,
      FieldsThatAreSet: [0],
      OnhandFieldsThatAreSet: [0],
      PriceFieldsThatAreSet: [0],
      ContentFieldsThatAreSet: [0],
    });
  });

  it('names what a product carries at each of its levels', async () => {
    const sku = {
      PartNo: 'P1',
      Status: 1,
      IsBuyable: false,
      Cultures: [{ CultureCode: 'sv-SE', Comment: 'c' }],
      StandardPrice: price({ PriceSale: 5 }),
      VatRates: [{ SalesArea: 'Sweden', Rate: 25 }],
      StructureItems: [{ StructurePartNo: 'P1', PartNo: 'P2', Quantity: 1, SortOrder: 3 }],
    };
    const item = product(
      { Cultures: [{ CultureCode: 'sv-SE', Name: 'n' }], AssortmentCode: 'A', MainImage: null },
      sku,
    );
    const { header } = await onlyRequest('import-products', [item]);
    assert.deepEqual(header, {
      AccountId: 1,
      FullFile: false,
      ProductFieldsThatAreSet: [0, 3, 4, 5, 7, 14],
      ProductCultureFieldsThatAreSet: [0],
      VariantFieldsThatAreSet: [0, 5],
      SkuFieldsThatAreSet: [1, 10, 20, 21, 25],
      SkuCultureFieldsThatAreSet: [2],
      SkuPriceListFieldsThatAreSet: [3],
      SkuStructureItemFieldsThatAreSet: [0],
    });
  });
});

describe('prepare: groups', () => {
  it('keeps items apart that carry different fields', async () => {
    const { requests } = await prepared('import-onhands', [
      stock({ OnhandValue: 1 }, 'A'),
      stock({ OnhandValue: 1, LeadTimeDayCount: 2 }, 'B'),
      stock({ OnhandValue: 3 }, 'C'),
    ]);
    assert.deepEqual(
      requests.map(({ header, items }) => [
        header.SkuOnhandFieldsThatAreSet,
        items.flatMap(({ indexes }) => indexes),
      ]),
      [
        [[3], [0, 2]],
        [[3, 6], [1]],
      ],
    );
  });

  it('puts an item without nested records to those that have some', async () => {
    const { header, items } = await onlyRequest('import-relations', [
      { PartNo: 'A', RelatedPartNo: 'B', RelationTypeCode: 'R', Cultures: [] },
      {
        PartNo: 'A',
        RelatedPartNo: 'C',
        RelationTypeCode: 'R',
        Cultures: [{ CultureCode: 'sv-SE', Name: 'n' }],
      },
    ]);
    assert.equal(items.length, 2);
    assert.deepEqual(header.RelationCultureFieldsThatAreSet, [1]);
  });

  it('never lets an item join two that contradict each other', async () => {
    const relation = (code: string, culture?: object) => ({
      PartNo: 'A',
      RelatedPartNo: code,
      RelationTypeCode: 'R',
      Cultures: culture === undefined ? [] : [{ CultureCode: 'sv-SE', ...culture }],
    });
    const { requests } = await prepared('import-relations', [
      relation('B'),
      relation('C', { Name: 'n' }),
      relation('D', { Description: 'd' }),
      relation('E', { Name: 'm' }),
    ]);
    assert.deepEqual(
      requests.map(({ header }) => header.RelationCultureFieldsThatAreSet),
      [[1], [6]],
    );
  });

  it('tells a nested record without fields from no nested record', async () => {
    const { requests } = await prepared('import-supplier-products', [
      { SupplierPartNo: 'A', OnHand: [{ WarehouseCode: 'w', LocationCode: 'l' }] },
      { SupplierPartNo: 'B', OnHand: [{ WarehouseCode: 'w', LocationCode: 'l', Value: 4 }] },
    ]);
    assert.deepEqual(
      requests.map(({ header }) => header.OnhandFieldsThatAreSet),
      [undefined, [0]],
    );
  });

  it('never splits by the price amounts that Connect skips', async () => {
    const { header, items } = await onlyRequest('import-prices', [
      price({ PriceSale: 5 }, 'A'),
      price({ CostPurchase: 3, PriceSale: 0 }, 'B'),
      price({ PriceRule: 3, PriceRuleValue: 10 }, 'C'),
      price({ PriceRecommended: null, PriceCatalog: 2 }, 'D'),
    ]);
    assert.deepEqual(header.SkuPriceListFieldsThatAreSet, [3, 4, 8, 12]);
    assert.equal(items[3]?.text, '{"PartNo":"D","PriceListCode":"SEK","PriceCatalog":2}');
  });

  it('splits prices by what Connect does not skip', async () => {
    const { requests } = await prepared('import-prices', [
      price({ PriceSale: 5 }, 'A'),
      price({ PriceSale: 5, IsActive: false }, 'B'),
      price({ PriceSale: 5, IsPriceDiscountable: true }, 'C'),
    ]);
    assert.deepEqual(
      requests.map(({ header }) => header.SkuPriceListFieldsThatAreSet),
      [[3], [3, 10], [3, 9]],
    );
  });

  it('warns of many requests, and names the fields that split most', async () => {
    const fields = ['OnhandValue', 'IncomingValue', 'LeadTimeDayCount', 'MinimumValue', 'MaximumValue'];
    const items = Array.from({ length: 31 }, (_, subset) =>
      stock(
        Object.fromEntries(fields.filter((_, bit) => (subset + 1) & (1 << bit)).map((name) => [name, 1])),
        `P${subset}`,
      ),
    );
    const all = await prepared('import-onhands', items);
    assert.equal(all.requests.length, 31);
    assert.equal(all.warnings[0]?.code, 'MANY_REQUESTS');
    assert.match(all.warnings[0]?.message ?? '', /31 requests.*SkuOnhandFieldsThatAreSet: OnhandValue/);
    assert.deepEqual((await prepared('import-onhands', items.slice(0, 25))).warnings, []);
  });
});

describe('prepare: records of one item that differ', () => {
  it('rejects the item and points at each record that lacks a field', async () => {
    const item = product(
      {
        Cultures: [
          { CultureCode: 'sv-SE', Name: 'n', Synonyms: 's' },
          { CultureCode: 'en-GB', Name: 'n' },
        ],
      },
      { PartNo: 'P1', Status: 1 },
      { PartNo: 'P2' },
    );
    assert.deepEqual(await codesOf('import-products', item), [
      'NESTED_FIELDS_DIFFER /Cultures/1',
      'NESTED_FIELDS_DIFFER /Variants/0/Skus/1',
    ]);
  });

  it('counts null as carried', async () => {
    const cultures = [
      { CultureCode: 'sv-SE', Name: 'n', Synonyms: 's' },
      { CultureCode: 'en-GB', Name: null, Synonyms: null },
    ];
    await onlyRequest('import-products', [product({ Cultures: cultures }, { PartNo: 'P1' })]);
  });

  it('compares records of one list wherever they stand', async () => {
    const variant = (number: string, sku: object) => ({ ManufacturerPartNo: number, Skus: [sku] });
    const item = {
      Code: 'C',
      ManufacturerCode: 'M',
      Variants: [variant('a', { PartNo: '1', Type: 1 }), variant('b', { PartNo: '2' })],
    };
    assert.deepEqual(await codesOf('import-products', item), ['NESTED_FIELDS_DIFFER /Variants/1/Skus/0']);
  });

  it('lets price amounts of nested prices differ', async () => {
    const skus = [
      { PartNo: '1', StandardPrice: price({ PriceSale: 1 }, '1') },
      { PartNo: '2', StandardPrice: price({ CostUnit: 1 }, '2') },
    ];
    const { header } = await onlyRequest('import-products', [product({}, ...skus)]);
    assert.deepEqual(header.SkuPriceListFieldsThatAreSet, [3, 5]);
  });

  it('asks for warehouse and location fields together', async () => {
    const list = (warehouse: object) => ({
      Code: 'L',
      Warehouses: [{ Code: 'W', Locations: [{ Code: '1' }], ...warehouse }],
    });
    assert.deepEqual(await codesOf('import-price-lists', list({ Name: 'n' })), ['FIELDS_INCOMPLETE ']);
    assert.deepEqual(await codesOf('import-price-lists', list({ Locations: [{ Code: '1', Name: 'n' }] })), [
      'FIELDS_INCOMPLETE ',
    ]);
    await onlyRequest('import-price-lists', [list({ Name: 'n', Locations: [{ Code: '1', Name: 'n' }] })]);
    await onlyRequest('import-price-lists', [list({})]);
  });

  it('asks for both fields of a value that writes two', async () => {
    const rule = { Code: 'L', DefaultPriceRule: 3 };
    assert.deepEqual(await codesOf('import-price-lists', rule), ['FIELDS_BELONG_TOGETHER ']);
    await onlyRequest('import-price-lists', [{ ...rule, DefaultPriceRuleValue: null }]);
  });

  it('asks for the switch of a list that disconnects what it leaves out', async () => {
    const customer = { Type: 1, Code: 'K', Companies: [{ Code: 'C' }] };
    assert.deepEqual(await codesOf('import-customers', customer), ['SWITCH_MISSING /IsCompanyListDelta']);
    await onlyRequest('import-customers', [{ ...customer, IsCompanyListDelta: false }]);
  });
});

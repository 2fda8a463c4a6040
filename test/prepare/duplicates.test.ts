/**
 * Items of one message that are about one record: joined where that changes nothing, apart where not.
 */
import assert from 'node:assert/strict';
import { type Prepared, preparation, prepare } from '../../src/prepare/index.ts';
import { assertInOrder, joined, type Plain } from './joining.ts';
import { onlyRequest, optionsOf, prepared, price, product, stock } from './prepared.ts';

const texts = (...cultures: object[]) => ({ Code: 'C', Cultures: cultures });
const swedish = texts({ CultureCode: 'sv-SE', Name: 'a' });
const english = texts({ CultureCode: 'en-GB', Title: 'b' });

describe('prepare: duplicates', () => {
  it('joins fields, the later value first', async () => {
    const items = [
      stock({ OnhandValue: 1, MinimumValue: 2 }),
      stock({ OnhandValue: 3, MaximumValue: null }),
      stock({ OnhandValue: 4 }),
    ];
    assert.deepEqual(
      await joined('import-onhands', items),
      stock({ OnhandValue: 4, MinimumValue: 2, MaximumValue: null }),
    );
  });

  it('lists what the joint item carries', async () => {
    const { header } = await onlyRequest('import-onhands', [
      stock({ OnhandValue: 1 }),
      stock({ MinimumValue: 2 }),
    ]);
    assert.deepEqual(header.SkuOnhandFieldsThatAreSet, [3, 8]);
  });

  it('never lets a price that Connect skips cover one that waits', async () => {
    const items = [
      price({ PriceSale: 5, CostUnit: 2 }),
      price({ PriceSale: 0, CostUnit: null, PriceCatalog: 3 }),
    ];
    assert.deepEqual(
      await joined('import-prices', items),
      price({ PriceSale: 5, CostUnit: 2, PriceCatalog: 3 }),
    );
    assert.deepEqual(
      await joined('import-prices', [price({ PriceSale: 0, CostUnit: 2 }), price({ PriceSale: 5 })]),
      price({ PriceSale: 5, CostUnit: 2 }),
    );
  });

  it('keeps a sale price apart from a later price rule or deactivation', async () => {
    const later: readonly object[] = [
      { PriceRule: 3, PriceRuleValue: 10 },
      { PriceRuleValue: 10 },
      { IsActive: false },
      { PriceSale: 0, IsActive: false },
    ];
    for (const change of later)
      await assertInOrder('import-prices', [price({ PriceSale: 5 }), price(change)]);
    await joined('import-prices', [price({ IsActive: false }), price({ PriceSale: 5 })]);
    await joined('import-prices', [price({ PriceSale: 5 }), price({ IsActive: true })]);
  });

  it('keeps amounts apart that are given in different currencies, or in none', async () => {
    const euro = { CurrencyCode: 'EUR' };
    const sale = price({ PriceSale: 5, ...euro });
    assert.deepEqual(await joined('import-prices', [sale, price({ CostUnit: 3, ...euro })]), {
      ...sale,
      CostUnit: 3,
    });
    await assertInOrder('import-prices', [sale, price({ CostUnit: 3, CurrencyCode: 'SEK' })]);
    await assertInOrder('import-prices', [sale, price({ CostUnit: 3 })]);
  });

  it('drops a later price that Connect would leave out, and only then', async () => {
    const switches = { IgnoreSkuPriceListFieldsWhenEmpty: ['PriceSale'] };
    const items = [price({ PriceSale: 5 }), price({ PriceSale: 0, CostUnit: 9 })];
    assert.deepEqual(await joined('import-prices', items, { switches }), price({ PriceSale: 5 }));
    const active = { IgnoreSkuPriceListFieldsWhenEmpty: ['IsActive'] };
    const deactivation = [price({ IsActive: true, CostUnit: 1 }), price({ IsActive: false })];
    assert.deepEqual(
      await joined('import-prices', deactivation, { switches: active }),
      price({ IsActive: false, CostUnit: 1 }),
    );
  });

  it('keeps the first value of what is written on create only', async () => {
    const relation = { PartNo: 'A', RelatedPartNo: 'B', RelationTypeCode: 'R' };
    const items = [
      { ...relation, IsVariantUnique: true, SortOrder: 1 },
      { ...relation, IsVariantUnique: false, SortOrder: 2 },
    ];
    const fields = { RelationFieldsThatAreSet: ['IsVariantUniqueCreateOnly', 'SortOrder'] };
    assert.deepEqual(await joined('import-relations', items, { fields }), {
      ...relation,
      IsVariantUnique: true,
      SortOrder: 2,
    });
  });

  it('joins texts by language', async () => {
    const texts = (...cultures: object[]) => ({ Code: 'C', Cultures: cultures });
    const items = [
      texts({ CultureCode: 'sv-SE', Name: 'a' }),
      texts({ CultureCode: 'en-GB', Name: 'b' }, { CultureCode: 'sv-SE', Name: 'c' }),
    ];
    assert.deepEqual(
      await joined('import-products', items),
      texts({ CultureCode: 'sv-SE', Name: 'c' }, { CultureCode: 'en-GB', Name: 'b' }),
    );
  });

  it('keeps apart what together would differ', async () => {
    await assertInOrder('import-products', [swedish, english]);
    const { requests, rejected } = await prepared('import-products', [swedish, english], { fullFile: true });
    assert.deepEqual(requests, []);
    assert.deepEqual(
      rejected.map(({ index, errors }) => [index, errors[0]?.code]),
      [[1, 'DUPLICATE_NOT_MERGEABLE']],
    );
  });

  it('joins what has come back where it takes no more stages: what is replaced is not sent again', async () => {
    const come = (...items: readonly object[]) =>
      prepare(items, preparation(optionsOf('import-products')), true);
    const sent = ({ requests }: Prepared) =>
      requests.map(({ items }) => items.map(({ indexes, text }) => [indexes, JSON.parse(text)]));
    assert.deepEqual(
      sent(await come(swedish, english)),
      [swedish, english].map((item) => [[[0, 1], item]]),
    );
    const whole = texts(
      { CultureCode: 'sv-SE', Name: 'c', Title: 'd' },
      { CultureCode: 'en-GB', Name: 'e', Title: 'f' },
    );
    assert.deepEqual(sent(await come(swedish, english, whole)), [[[[0, 1, 2], whole]]]);
  });

  it('keeps apart what together would be too large for a request', async () => {
    const texts600 = (CultureCode: string) => texts({ CultureCode, Description: 'x'.repeat(600) });
    await assertInOrder('import-products', [texts600('sv-SE'), texts600('en-GB')], { maximumBytes: 1000 });
    await joined('import-products', [texts600('sv-SE'), texts600('en-GB')], { maximumBytes: 2000 });
  });

  it('empties what a later item lacks, where the author wants that', async () => {
    const fields = { SkuOnhandFieldsThatAreSet: ['OnhandValue', 'MinimumValue', 'MaximumValue'] };
    const clear = { SkuOnhandFieldsThatAreSet: ['MinimumValue'] };
    const items = [
      stock({ OnhandValue: 1, MinimumValue: 2, MaximumValue: 3 }),
      stock({ OnhandValue: 4, MaximumValue: 3 }),
    ];
    assert.deepEqual(await joined('import-onhands', items, { fields, clear }), items[1]);
    assert.deepEqual(await joined('import-onhands', items, { fields }), {
      ...items[0],
      OnhandValue: 4,
    });
    const cultures = { ProductCultureFieldsThatAreSet: ['Name', 'Title'] };
    const swedishTitle = texts({ CultureCode: 'sv-SE', Title: 'b' });
    assert.deepEqual(
      await joined('import-products', [swedish, swedishTitle], { fields: cultures, clear: cultures }),
      swedishTitle,
    );
  });

  it('joins variants and SKUs, but no different SKUs of one variant', async () => {
    const items = [
      product({ Alias: 'a' }, { PartNo: 'P', Status: 1 }),
      product({}, { PartNo: 'P', Status: 2 }),
    ];
    assert.deepEqual(
      await joined('import-products', items),
      product({ Alias: 'a' }, { PartNo: 'P', Status: 2 }),
    );
    await assertInOrder('import-products', [
      product({}, { PartNo: 'P', Status: 1 }),
      product({}, { PartNo: 'Q', Status: 2 }),
    ]);
  });

  it('knows a product by its SKUs in whatever order they stand', async () => {
    const known = (...partNos: string[]) => ({
      Variants: [{ Skus: partNos.map((PartNo) => ({ PartNo, Status: 1 })) }],
    });
    assert.deepEqual(await joined('import-products', [known('P', 'Q'), known('Q', 'P')]), known('P', 'Q'));
  });

  it('never puts one SKU under two variants of a joint product', async () => {
    const under = (number: string) => ({
      Code: 'C',
      ManufacturerCode: 'M',
      Variants: [{ ManufacturerPartNo: number, Skus: [{ PartNo: 'P', Status: 1 }] }],
    });
    await assertInOrder('import-products', [under('a'), under('b')]);
  });

  it('keeps lists apart of which the documents do not say enough, unless they are equal', async () => {
    const infos = (Value: string) => stock({ Infos: [{ Code: 'a', Value }] });
    await assertInOrder('import-onhands', [infos('v'), infos('w')]);
    assert.deepEqual(await joined('import-onhands', [infos('v'), { ...infos('v'), OnhandValue: 2 }]), {
      ...infos('v'),
      OnhandValue: 2,
    });
  });

  it('keeps values apart when the later leaves out a part of the earlier', async () => {
    const customer = (InvoiceAddress: unknown) => ({ Type: 1, Code: 'K', InvoiceAddress });
    await assertInOrder('import-customers', [customer({ City: 'c', ZipCode: 'z' }), customer({ City: 'd' })]);
    await joined('import-customers', [customer({ City: 'c' }), customer({ City: 'd', ZipCode: 'z' })]);
    assert.deepEqual(
      await joined('import-customers', [customer({ City: 'c' }), customer(null)]),
      customer(null),
    );
  });

  it('keeps a price below a SKU apart from null, and from another price', async () => {
    const sku = (StandardPrice: unknown) => product({}, { PartNo: 'P', StandardPrice });
    await assertInOrder('import-products', [sku(price({ PriceSale: 5 }, 'P')), sku(null)]);
    await assertInOrder('import-products', [
      sku(price({ PriceSale: 5 }, 'P')),
      sku(price({ PriceSale: 6 }, 'P', 'EUR')),
    ]);
    await joined('import-products', [sku(price({ PriceSale: 5 }, 'P')), sku(price({ CostUnit: 6 }, 'P'))]);
  });
});

describe('prepare: duplicates under switches', () => {
  const image = (ExternalCode: string) => ({ FileTypeName: 't', ExternalCode, Url: 'u' });
  const codes = (images: unknown) => (images as Plain[]).map(({ ExternalCode }) => ExternalCode);

  it('joins images, or takes the later list where a clean-up makes it complete', async () => {
    const items = ['x', 'y'].map((code) => ({ Code: 'C', AdditionalImages: [image(code)] }));
    assert.deepEqual(codes((await joined('import-products', items)).AdditionalImages), ['x', 'y']);
    for (const cleanup of ['AdditionalImagesCleanup', 'ImagesAndFilesCleanup']) {
      const switches = { ProductFieldsThatAreSet: [cleanup] };
      assert.deepEqual(codes((await joined('import-products', items, { switches })).AdditionalImages), ['y']);
    }
  });

  it('reads a clean-up of products for products only', async () => {
    const items = ['x', 'y'].map((code) => ({
      Code: 'C',
      ManufacturerCode: 'M',
      Variants: [{ ManufacturerPartNo: 'V', AdditionalImages: [image(code)] }],
    }));
    const images = async (list: string) => {
      const { Variants: variants } = await joined('import-products', items, {
        switches: { [list]: ['AdditionalImagesCleanup'] },
      });
      return codes((variants as Plain[])[0]?.AdditionalImages);
    };
    assert.deepEqual(await images('ProductFieldsThatAreSet'), ['x', 'y']);
    assert.deepEqual(await images('VariantFieldsThatAreSet'), ['y']);
  });

  it('takes the later flags of a customer, or joins them where flags are kept', async () => {
    const flags = (...list: object[]) => ({ Type: 1, Code: 'K', Flags: list });
    const on = { Code: 'a', IsActive: true };
    const off = { Code: 'b', IsActive: false };
    assert.deepEqual(await joined('import-customers', [flags(on), flags(off)]), flags(off));
    const preserve = (list: string) => ({ switches: { [list]: ['PreserveFlags'] } });
    const kept = preserve('CustomerFieldsThatAreSet');
    assert.deepEqual(await joined('import-customers', [flags(on), flags(off)], kept), flags(on, off));
    assert.deepEqual(
      await joined('import-customers', [flags(on), flags(off)], preserve('CompanyFieldsThatAreSet')),
      flags(off),
    );
    await assertInOrder('import-customers', [flags(on), flags({ Code: 'b', IsActive: true })], kept);
  });

  it('keeps flags apart that are written on condition', async () => {
    const flags = (flag: object) => ({ Code: 'C', ProductFlags: [{ Code: 'a', ...flag }] });
    await assertInOrder('import-products', [
      flags({ IsSet: true }),
      flags({ IsSet: false, IsCreateOnly: true }),
    ]);
    await assertInOrder('import-products', [
      flags({ IsSet: true, IsCreateOnly: true }),
      flags({ IsSet: false, IsCreateOnly: true }),
    ]);
    await assertInOrder('import-products', [
      flags({ IsSet: true }),
      flags({ IsSet: false, IsLimitedUpdate: true }),
    ]);
    await joined('import-products', [
      flags({ IsSet: true, IsLimitedUpdate: true }),
      flags({ IsSet: false, IsLimitedUpdate: true }),
    ]);
    await joined('import-products', [flags({ IsSet: true }), flags({ IsSet: false, IsCreateOnly: false })]);
  });

  it('loses nothing that a list writes of other records when a later one takes its place', async () => {
    const customer = (...Companies: object[]) => ({
      Code: 'K',
      Type: 1,
      IsCompanyListDelta: false,
      Companies,
    });
    const [named, pointed, other] = [{ Code: 'A', Name: 'n' }, { Code: 'A' }, { Code: 'B' }];
    await assertInOrder('import-customers', [customer(named), customer(other)]);
    assert.deepEqual(await joined('import-customers', [customer(pointed), customer(other)]), customer(other));
  });

  it('joins connections as their switches say', async () => {
    const links = (delta: boolean, ...list: string[]) => ({
      Type: 1,
      Code: 'K',
      IsCompanyListDelta: delta,
      Companies: list.map((Code) => ({ Code })),
    });
    const join = (earlier: Plain, later: Plain) => joined('import-customers', [earlier, later]);
    assert.deepEqual(await join(links(true, 'a'), links(true, 'b')), links(true, 'a', 'b'));
    assert.deepEqual(await join(links(false, 'a'), links(true, 'b')), links(false, 'a', 'b'));
    assert.deepEqual(await join(links(true, 'a'), links(false, 'b')), links(false, 'b'));
    assert.deepEqual(
      await join(links(false, 'a'), { Type: 1, Code: 'K', IsCompanyListDelta: true }),
      links(false, 'a'),
    );
    const primary = (code: string) => ({ ...links(true), Companies: [{ Code: code, IsPrimary: true }] });
    await assertInOrder('import-customers', [primary('a'), primary('b')]);
  });
});

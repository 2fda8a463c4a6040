/**
 * Fields that the author chose: what is left out of the body, what stays, and what is listed.
 */
import assert from 'node:assert/strict';
import { type PrepareOptions, preparation } from '../../src/prepare/index.ts';
import { codesOf, onlyBody, onlyRequest, optionsOf, prepared, price, product, stock } from './prepared.ts';

function refusal(code: string) {
  return { name: 'ConnectError', code };
}

describe('prepare: chosen fields', () => {
  it('leaves everything else out, and keeps the key', async () => {
    const changes = { fields: { SkuOnhandFieldsThatAreSet: ['OnhandValue'] } };
    const request = await onlyRequest(
      'import-onhands',
      [stock({ OnhandValue: 1, MinimumValue: 2, Infos: [] })],
      changes,
    );
    assert.deepEqual(request.header.SkuOnhandFieldsThatAreSet, [3]);
    assert.equal(request.items[0]?.text, JSON.stringify(stock()));
  });

  it('takes names in any case, and numbers', async () => {
    const changes = { fields: { SkuOnhandFieldsThatAreSet: ['onhandvalue', 6] } };
    const { header } = await onlyRequest(
      'import-onhands',
      [stock({ OnhandValue: 1, LeadTimeDayCount: 2 })],
      changes,
    );
    assert.deepEqual(header.SkuOnhandFieldsThatAreSet, [3, 6]);
  });

  it('writes a variant of a field in its place', async () => {
    const item = product(
      { Cultures: [{ CultureCode: 'sv-SE', Name: 'n', Title: 't' }] },
      { PartNo: 'P', Status: 1 },
    );
    const fields = {
      ProductCultureFieldsThatAreSet: ['NameLimitedUpdate'],
      SkuFieldsThatAreSet: ['StatusCreateOnly'],
    };
    const { header } = await onlyRequest('import-products', [item], { fields });
    assert.deepEqual(header.ProductCultureFieldsThatAreSet, [12]);
    assert.deepEqual(header.SkuFieldsThatAreSet, [22]);
    assert.deepEqual(header.ProductFieldsThatAreSet, [4, 5]);
    assert.deepEqual(header.VariantFieldsThatAreSet, [5]);
  });

  it('lists a field that an item lacks only where it is to be emptied', async () => {
    const items = [stock({ OnhandValue: 1, MinimumValue: 2 }, 'A'), stock({ OnhandValue: 3 }, 'B')];
    const fields = { SkuOnhandFieldsThatAreSet: ['OnhandValue', 'MinimumValue'] };
    const apart = await prepared('import-onhands', items, { fields });
    assert.deepEqual(
      apart.requests.map(({ header }) => header.SkuOnhandFieldsThatAreSet),
      [[3, 8], [3]],
    );
    const { header } = await onlyRequest('import-onhands', items, {
      fields,
      clear: { SkuOnhandFieldsThatAreSet: ['MinimumValue'] },
    });
    assert.deepEqual(header.SkuOnhandFieldsThatAreSet, [3, 8]);
  });

  it('empties a field in nested records that differ, where the author says so', async () => {
    const cultures = [
      { CultureCode: 'sv-SE', Name: 'n', Synonyms: 's' },
      { CultureCode: 'en-GB', Name: 'n' },
    ];
    const item = product({ Cultures: cultures }, { PartNo: 'P', Status: 1 });
    const fields = { ProductCultureFieldsThatAreSet: ['Name', 'Synonyms'] };
    const cut = await prepared('import-products', [item], { fields });
    assert.deepEqual(
      cut.requests.map(({ header }) => header.ProductCultureFieldsThatAreSet),
      [[0], [7]],
    );
    const clear = { ProductCultureFieldsThatAreSet: ['Synonyms'] };
    const { header } = await onlyRequest('import-products', [item], { fields, clear });
    assert.deepEqual(header.ProductCultureFieldsThatAreSet, [0, 7]);
  });

  const whole = product(
    { Alias: 'a', Cultures: [{ CultureCode: 'sv-SE', Name: 'n' }] },
    { PartNo: 'P', Status: 1, IsBuyable: true },
  );
  const bodies: readonly [string, PrepareOptions['fields'], unknown][] = [
    ['a product field', { ProductFieldsThatAreSet: ['Alias'] }, { Code: 'C', Alias: 'a' }],
    [
      'a text',
      { ProductCultureFieldsThatAreSet: ['Name'] },
      { Code: 'C', Cultures: [{ CultureCode: 'sv-SE', Name: 'n' }] },
    ],
    [
      'a SKU field',
      { SkuFieldsThatAreSet: ['IsBuyable'] },
      { Variants: [{ Skus: [{ PartNo: 'P', IsBuyable: true }] }] },
    ],
    [
      'a variant field',
      { VariantFieldsThatAreSet: ['SortOrderValue'] },
      { Code: 'C', ManufacturerCode: 'M', Variants: [{ ManufacturerPartNo: 'V' }] },
    ],
  ];
  for (const [what, fields, body] of bodies) {
    it(`keeps a key by which Connect finds the record of ${what}`, async () => {
      assert.deepEqual(await onlyBody('import-products', whole, { fields }), body);
    });
  }

  it('finds a product by its SKUs where it has no other key', async () => {
    const item = { Alias: 'a', Variants: [{ Skus: [{ PartNo: 'P', Status: 1 }] }] };
    const fields = { ProductFieldsThatAreSet: ['Alias'] };
    assert.deepEqual(await onlyBody('import-products', item, { fields }), {
      Alias: 'a',
      Variants: [{ Skus: [{ PartNo: 'P' }] }],
    });
  });

  it('keeps the code of a product with several variants', async () => {
    const variants = ['a', 'b'].map((PartNo) => ({
      ManufacturerPartNo: PartNo,
      Skus: [{ PartNo, Status: 1 }],
    }));
    const fields = { SkuFieldsThatAreSet: ['Status'] };
    const body = await onlyBody(
      'import-products',
      { Code: 'C', ManufacturerCode: 'M', Variants: variants },
      { fields },
    );
    assert.deepEqual(body, { Code: 'C', Variants: variants.map(({ Skus }) => ({ Skus })) });
  });

  it('leaves out other keys of the same record', async () => {
    const customer = { Type: 1, Code: 'K', EmailAddress: 'e', FirstName: 'F' };
    const { header, items } = await onlyRequest('import-customers', [customer], {
      fields: { CustomerFieldsThatAreSet: ['FirstName'] },
    });
    assert.equal(items[0]?.text, '{"Type":1,"Code":"K","FirstName":"F"}');
    assert.deepEqual(header.CustomerFieldsThatAreSet, [2, 6]);
  });

  it('leaves out fields without a list entry unless they are chosen too', async () => {
    const item = price({ PriceSale: 1, CurrencyCode: 'SEK' });
    const fields = { SkuPriceListFieldsThatAreSet: ['PriceSale'] };
    assert.deepEqual(await onlyBody('import-prices', item, { fields }), price());
    const more = { ...fields, WithoutListEntry: ['product.skupricelist.currencycode'] };
    assert.deepEqual(await onlyBody('import-prices', item, { fields: more }), item);
  });

  const refused: readonly [string, Partial<PrepareOptions>][] = [
    ['FIELD_UNKNOWN', { fields: { SkuOnhandFieldsThatAreSet: ['Nothing'] } }],
    ['FIELD_UNKNOWN', { fields: { NoList: [] } }],
    ['FIELD_UNKNOWN', { fields: { WithoutListEntry: ['Product.SkuOnhand.OnhandValue'] } }],
    ['FIELD_UNKNOWN', { switches: { SkuOnhandFieldsThatAreSet: ['OnhandValue'] } }],
    [
      'FIELD_NOT_CLEARABLE',
      { fields: { SkuOnhandFieldsThatAreSet: [3] }, clear: { SkuOnhandFieldsThatAreSet: ['OnhandValue'] } },
    ],
    [
      'FIELD_NOT_CLEARABLE',
      { fields: { SkuOnhandFieldsThatAreSet: [11] }, clear: { SkuOnhandFieldsThatAreSet: ['Infos'] } },
    ],
    ['OPTION_INVALID', { fields: { SkuOnhandFieldsThatAreSet: 'OnhandValue' as unknown as string[] } }],
    ['OPTION_INVALID', { accountId: 1.5 }],
    ['OPTION_INVALID', { accountId: 2 ** 31 }],
  ];
  for (const [code, changes] of refused) {
    it(`refuses ${JSON.stringify(changes)} with ${code}`, () => {
      assert.throws(() => preparation(optionsOf('import-onhands', changes)), refusal(code));
    });
  }

  it('empties nothing that the import cannot carry', () => {
    const lists = { CompanyFieldsThatAreSet: ['VatNo'] };
    assert.throws(
      () => preparation(optionsOf('import-customers', { fields: lists, clear: lists })),
      refusal('FIELD_NOT_CLEARABLE'),
    );
  });

  it('refuses two variants of a field, a supplier that is missing, and full feeds that do not exist', () => {
    const twice = { fields: { RelationCultureFieldsThatAreSet: ['Name', 'NameCreateOnly'] } };
    assert.throws(() => preparation(optionsOf('import-relations', twice)), refusal('FIELD_CHOSEN_TWICE'));
    const { supplierId: _, ...options } = optionsOf('import-supplier-products');
    assert.throws(() => preparation(options), refusal('SUPPLIER_ID_MISSING'));
    assert.throws(
      () => preparation(optionsOf('import-customers', { fullFile: true })),
      refusal('FULL_FILE_NOT_SUPPORTED'),
    );
  });
});

describe('prepare: switches', () => {
  it('puts a clean-up only where each item carries the list that it cleans', async () => {
    const images = [{ FileTypeName: 't', ExternalCode: 'x', Url: 'u' }];
    const items = [
      { Code: 'A', AdditionalImages: images },
      { Code: 'B', Alias: 'b' },
      { Code: 'C', AdditionalImages: [] },
    ];
    const { requests } = await prepared('import-products', items, {
      switches: { ProductFieldsThatAreSet: ['AdditionalImagesCleanup'] },
    });
    assert.deepEqual(
      requests.map(({ header, items }) => [header.ProductFieldsThatAreSet, items.length]),
      [
        [[3, 8, 17], 2],
        [[2, 3], 1],
      ],
    );
  });

  it('lists mandatory price fields, and says that they are mandatory', async () => {
    const switches = { IgnoreSkuPriceListFieldsWhenEmpty: ['PriceSale', 'IsActive'] };
    const { header } = await onlyRequest('import-prices', [price({ CostUnit: 1 })], { switches });
    assert.deepEqual(header.SkuPriceListFieldsThatAreSet, [3, 5, 10]);
    assert.deepEqual(header.IgnoreSkuPriceListFieldsWhenEmpty, [3, 10]);
    const plain = await onlyRequest('import-products', [{ Code: 'C', Alias: 'a' }], { switches });
    assert.equal(plain.header.IgnoreSkuPriceListFieldsWhenEmpty, undefined);
  });

  it('refuses a mandatory price field that the choice leaves out', async () => {
    const switches = { IgnoreSkuPriceListFieldsWhenEmpty: ['PriceSale', 'CostUnit'] };
    const choose = (...names: string[]) => ({ switches, fields: { SkuPriceListFieldsThatAreSet: names } });
    for (const name of ['import-prices', 'import-products'] as const) {
      assert.throws(
        () => preparation(optionsOf(name, choose('PriceSale'))),
        (thrown: Error & { code?: string }) =>
          thrown.code === 'FIELD_NOT_CHOSEN' && /CostUnit is not among/.test(thrown.message),
      );
      preparation(optionsOf(name, choose('CostUnit', 'PriceSale')));
    }
    const holder = { switches, fields: { SkuFieldsThatAreSet: ['StandardPrice'] } };
    assert.throws(() => preparation(optionsOf('import-products', holder)), refusal('FIELD_NOT_CHOSEN'));
    // No price is sent, so none is skipped.
    preparation(optionsOf('import-products', { switches, fields: { ProductFieldsThatAreSet: ['Alias'] } }));
  });

  it('finds by Code alone where the author says so', async () => {
    const changes = { switches: { CustomerFieldsThatAreSet: ['SearchOnlyByCode'] } };
    const customer = { Type: 1, Id: 5, EmailAddress: 'e', FirstName: 'F' };
    assert.deepEqual(await codesOf('import-customers', customer, changes), ['KEY_MISSING ']);
    const { header, items } = await onlyRequest('import-customers', [{ ...customer, Code: 'K' }], changes);
    assert.deepEqual(header.CustomerFieldsThatAreSet, [1, 2, 3, 6, 18]);
    assert.equal(items[0]?.key, 'Code=["K"]');
  });

  it('resets inheritance in full feeds only', async () => {
    const switches = { SkuPriceListFieldsThatAreSet: ['FullfileResetInheritance'] };
    const change = await onlyRequest('import-prices', [price()], { switches });
    assert.deepEqual(change.header.SkuPriceListFieldsThatAreSet, [3]);
    const full = await onlyRequest('import-prices', [price()], { switches, fullFile: true });
    assert.deepEqual(full.header.SkuPriceListFieldsThatAreSet, [3, 13]);
  });
});

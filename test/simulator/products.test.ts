/**
 * ImportProducts: identity, inserts, nested field lists, create only, limited updates, clean-up.
 */
import assert from 'node:assert/strict';
import type { PlainRecord, Readings, Simulator } from '../../src/simulator/index.ts';
import { Caller, startQuick } from './caller.ts';

const path = '/Product/ImportProducts';
const everything = {
  ProductFieldsThatAreSet: ['ManufacturerCode', 'Variants', 'Cultures', 'Categories', 'AdditionalImages'],
  ProductCultureFieldsThatAreSet: ['Name', 'Description'],
  VariantFieldsThatAreSet: ['ManufacturerPartNo', 'SortOrderValue', 'Skus'],
  SkuFieldsThatAreSet: ['Status', 'Type', 'IsBuyable', 'EanCode'],
};

function product(partNo: string, more: object = {}, sku: object = {}, manufacturerCode = 'M'): PlainRecord {
  return {
    ManufacturerCode: manufacturerCode,
    Variants: [
      {
        ManufacturerPartNo: `m${partNo}`,
        Skus: [{ PartNo: partNo, Status: 1, Type: 1, ...sku }],
      },
    ],
    ...more,
  };
}

describe('simulator: products', () => {
  let simulator: Simulator;
  let caller: Caller;

  async function start(readings: Partial<Readings> = {}): Promise<void> {
    simulator = await startQuick({ readings });
    caller = new Caller(simulator);
  }

  afterEach(() => simulator.close());

  const stored = () => simulator.catalogue.get('products', 'M', 'm1') ?? {};
  const codes = (field: string) =>
    (stored()[field] as PlainRecord[]).map((record) => record.Code ?? record.ExternalCode);
  const byPartNo = (more: object) => ({ Variants: [{ Skus: [{ PartNo: '1' }] }], ...more });

  it('needs for an insert what the documents say, and writes nothing of an item that fails', async () => {
    await start();
    const incomplete: PlainRecord[] = [
      { ...product('1'), ManufacturerCode: null },
      { ManufacturerCode: 'M', Cultures: [{ CultureCode: 'sv-SE', Name: 'n' }] },
      { ManufacturerCode: 'M', Variants: [{ Skus: [{ PartNo: '1', Status: 1, Type: 1 }] }] },
      { ManufacturerCode: 'M', Variants: [{ ManufacturerPartNo: 'm1', Skus: [] }] },
      product('1', {}, { PartNo: null }),
      product('1', {}, { Status: null }),
      product('1', {}, { Type: null }),
    ];
    const job = await caller.import(path, everything, incomplete);
    assert.deepEqual([job.totals, job.failures, job.status], [7, 7, 3]);
    assert.equal(job.log.filter((row) => row.SeverityId === 3).length, 7);
    const unlisted = { ...everything, SkuFieldsThatAreSet: ['Type'] };
    assert.equal((await caller.import(path, unlisted, [product('1')])).failures, 1);
    for (const kind of ['products', 'variants', 'skus'] as const)
      assert.equal(simulator.catalogue.count(kind), 0);
    assert.equal((await caller.import(path, everything, [product('1')])).status, 2);
    assert.equal(simulator.catalogue.get('skus', '1')?.Status, 1);
  });

  it('finds a product by PartNo, by manufacturer and part number, and by code', async () => {
    await start();
    const names = { ProductFieldsThatAreSet: ['Alias'] };
    await caller.import(path, everything, [product('1')]);
    await caller.import(path, names, [byPartNo({ Alias: 'a' })]);
    assert.equal(stored().Alias, 'a');
    await caller.import(path, names, [
      { ManufacturerCode: 'M', Variants: [{ ManufacturerPartNo: 'm1' }], Alias: 'b' },
    ]);
    assert.equal(stored().Alias, 'b');
    await caller.import(path, { ProductFieldsThatAreSet: ['Code'] }, [byPartNo({ Code: 'K' })]);
    await caller.import(path, names, [{ Code: 'K', Alias: 'c' }]);
    assert.equal(stored().Alias, 'c');
    assert.equal((await caller.import(path, names, [{ Code: 'L', Alias: 'd' }])).failures, 1);
    assert.equal(simulator.catalogue.count('products'), 1);
  });

  it('groups variants by code and moves them between clusters', async () => {
    await start();
    const header = {
      ...everything,
      ProductFieldsThatAreSet: [...everything.ProductFieldsThatAreSet, 'Code'],
    };
    await caller.import(path, header, [product('1', { Code: 'K' }), product('2', { Code: 'K' })]);
    assert.equal(simulator.catalogue.count('products'), 1);
    await caller.import(path, header, [product('2', { Code: 'L' })]);
    assert.deepEqual(simulator.catalogue.get('products', 'K')?.Variants, [{ ManufacturerPartNo: 'm1' }]);
    assert.deepEqual(simulator.catalogue.get('products', 'L')?.Variants, [{ ManufacturerPartNo: 'm2' }]);
    await caller.import(path, header, [product('1', { Code: 'L' })]);
    assert.equal(simulator.catalogue.count('products'), 1);
    assert.equal(simulator.catalogue.get('products', 'K'), undefined);
  });

  it('writes zeros below, and nothing below a field that is not listed', async () => {
    await start();
    await caller.import(path, everything, [product('1', {}, { IsBuyable: true, EanCode: 'e' })]);
    const sku = () => simulator.catalogue.get('skus', '1');
    await caller.import(path, { ...everything, ProductFieldsThatAreSet: ['Alias'] }, [product('1')]);
    await caller.import(path, { ...everything, VariantFieldsThatAreSet: [] }, [product('1')]);
    assert.deepEqual([sku()?.IsBuyable, sku()?.EanCode], [true, 'e']);
    await caller.import(path, everything, [product('1')]);
    assert.deepEqual([sku()?.IsBuyable, sku()?.EanCode], [false, null]);
  });

  it('keeps languages, and clears a listed text that one of them lacks', async () => {
    await start();
    const sv = { CultureCode: 'sv-SE', Name: 'n', Description: 'd' };
    const nb = { CultureCode: 'nb-NO', Name: 'n', Description: 'd' };
    await caller.import(path, everything, [product('1', { Cultures: [sv, nb] })]);
    await caller.import(path, everything, [
      product('1', { Cultures: [{ CultureCode: 'sv-SE', Name: 'x' }] }),
    ]);
    assert.deepEqual(
      (stored().Cultures as PlainRecord[]).map(({ Name, Description }) => [Name, Description]),
      [
        ['n', 'd'],
        ['x', null],
      ],
    );
  });

  for (const [readings, left] of [
    [{}, ['b']],
    [{ unstatedReplaceLists: 'keep' }, ['a', 'b']],
  ] as const) {
    it(`treats a shorter list of categories by the reading ${JSON.stringify(readings)}`, async () => {
      await start(readings);
      await caller.import(path, everything, [product('1', { Categories: [{ Code: 'a' }, { Code: 'b' }] })]);
      await caller.import(path, everything, [product('1', { Categories: [{ Code: 'b', SortOrder: 2 }] })]);
      await caller.import(path, everything, [product('1')]);
      assert.deepEqual(codes('Categories'), left);
    });
  }

  it('removes images only with a clean-up, and then all that are not sent', async () => {
    await start();
    const cleanup = {
      ...everything,
      ProductFieldsThatAreSet: ['AdditionalImages', 'AdditionalImagesCleanup'],
    };
    const images = (...names: string[]) => ({
      AdditionalImages: names.map((ExternalCode) => ({ ExternalCode })),
    });
    await caller.import(path, everything, [product('1', images('a', 'b'))]);
    await caller.import(path, everything, [product('1', images('c'))]);
    assert.deepEqual(codes('AdditionalImages'), ['a', 'b', 'c']);
    await caller.import(path, cleanup, [byPartNo(images('b'))]);
    assert.deepEqual(codes('AdditionalImages'), ['b']);
    await caller.import(path, cleanup, [byPartNo({})]);
    assert.deepEqual(codes('AdditionalImages'), []);
  });

  for (const [reading, name] of [
    ['created', null],
    ['empty', 'second'],
  ] as const) {
    it(`writes create only fields when ${reading}`, async () => {
      await start({ createOnly: reading });
      const culture = (Name: string | null) => ({ Cultures: [{ CultureCode: 'sv-SE', Name }] });
      const header = { ...everything, ProductCultureFieldsThatAreSet: ['NameCreateOnly'] };
      await caller.import(path, header, [product('1', culture('first')), product('2', culture(null))]);
      await caller.import(path, header, [product('1', culture('second')), product('2', culture('second'))]);
      const nameOf = (partNo: string) =>
        (simulator.catalogue.get('products', 'M', partNo)?.Cultures as PlainRecord[] | undefined)?.[0]?.Name;
      assert.equal(nameOf('m1'), 'first');
      assert.equal(nameOf('m2'), name);
    });
  }

  it('respects in a limited update what a person or another account wrote', async () => {
    await start();
    const header = (AccountId: number) => ({
      AccountId,
      ProductFieldsThatAreSet: ['Cultures', 'CategoriesLimitedUpdate'],
      ProductCultureFieldsThatAreSet: ['NameLimitedUpdate'],
    });
    const change = (name: string) =>
      byPartNo({ Cultures: [{ CultureCode: 'sv-SE', Name: name }], Categories: [{ Code: name }] });
    const values = () => [(stored().Cultures as PlainRecord[])[0]?.Name, ...codes('Categories')];
    await caller.import(path, everything, [product('1')]);
    await caller.import(path, header(1), [change('one')]);
    assert.deepEqual(values(), ['one', 'one']);
    await caller.import(path, header(2), [change('two')]);
    assert.deepEqual(values(), ['one', 'one']);
    await caller.import(path, header(1), [change('three')]);
    assert.deepEqual(values(), ['three', 'three']);
    simulator.catalogue.changeByHand('products', ['M', 'm1'], {
      Cultures: [{ CultureCode: 'sv-SE', Name: 'hand' }],
    });
    await caller.import(path, header(1), [change('four')]);
    assert.deepEqual(values(), ['hand', 'four']);
  });

  it('switches flags one by one, by their own rules', async () => {
    await start();
    simulator.catalogue.declareFlagGroup(['red', 'green']);
    const header = (AccountId: number) => ({ AccountId, ProductFieldsThatAreSet: [] });
    const flag = (Code: string, IsSet: boolean, more: object = {}) =>
      byPartNo({ ProductFlags: [{ Code, IsSet, ...more }] });
    const flags = () =>
      Object.fromEntries((stored().ProductFlags as PlainRecord[]).map(({ Code, IsSet }) => [Code, IsSet]));
    await caller.import(path, everything, [product('1')]);
    await caller.import(path, header(1), [flag('new', true)]);
    await caller.import(path, header(1), [flag('red', true)]);
    assert.deepEqual(flags(), { new: true, red: true });
    await caller.import(path, header(1), [flag('green', true)]);
    assert.deepEqual(flags(), { green: true, new: true, red: false });
    await caller.import(path, header(1), [flag('new', false, { IsCreateOnly: true })]);
    await caller.import(path, header(2), [flag('new', false, { IsLimitedUpdate: true })]);
    assert.equal(flags().new, true);
    await caller.import(path, header(1), [flag('new', false, { IsLimitedUpdate: true })]);
    assert.equal(flags().new, false);
  });

  it('passes over categories, families and manufacturers that it was told do not exist', async () => {
    await start();
    simulator.catalogue.declareKnown('categories', ['known']);
    simulator.catalogue.declareKnown('families', []);
    simulator.catalogue.declareKnown('manufacturers', ['M']);
    const header = {
      ...everything,
      ProductFieldsThatAreSet: [...everything.ProductFieldsThatAreSet, 'Family', 'ManufacturerName'],
    };
    const job = await caller.import(path, header, [
      product('1', { Categories: [{ Code: 'known' }, { Code: 'unknown' }], Family: { Code: 'f' } }),
      product('2', {}, {}, 'N'),
      product('3', { ManufacturerName: 'Oh' }, {}, 'O'),
    ]);
    assert.deepEqual([job.status, job.failures], [2, 1]);
    assert.deepEqual(
      job.log.map((row) => row.SeverityId),
      [1, 2, 2, 3, 1],
    );
    assert.deepEqual(codes('Categories'), ['known']);
    assert.equal(stored().Family, null);
    assert.equal(simulator.catalogue.count('products'), 2);
  });

  it('sends the standard price to the prices', async () => {
    await start();
    simulator.catalogue.addPriceList('SE');
    const header = {
      ...everything,
      SkuFieldsThatAreSet: ['Status', 'Type', 'StandardPrice'],
      SkuPriceListFieldsThatAreSet: ['PriceSale'],
    };
    const price = { PriceListCode: 'SE', QuantityBreak: 1, PriceSale: 7 };
    await caller.import(path, header, [product('1', {}, { StandardPrice: price })]);
    assert.equal(simulator.catalogue.get('prices', '1', 'SE', 1)?.PriceSale, 7);
    await caller.import(path, everything, [product('1', {}, { StandardPrice: { ...price, PriceSale: 9 } })]);
    assert.equal(simulator.catalogue.get('prices', '1', 'SE', 1)?.PriceSale, 7);
  });

  it('keeps the value of a parametric that is not carried, and replaces its multiple values', async () => {
    await start();
    const header = { ProductFieldsThatAreSet: ['ProductParametrics'] };
    const parametric = (value: object) =>
      byPartNo({ ProductParametrics: [{ ParametricCode: 'p', ...value }] });
    await caller.import(path, everything, [product('1')]);
    await caller.import(path, header, [
      parametric({ ValueInteger: 4, MultipleValueList: [{ Code: 'a' }, { Code: 'b' }] }),
    ]);
    await caller.import(path, header, [parametric({ MultipleValueList: [{ Code: 'b' }] })]);
    assert.deepEqual(stored().ProductParametrics, [
      { ParametricCode: 'p', ValueInteger: 4, MultipleValueList: [{ Code: 'b' }] },
    ]);
  });

  it('writes a quantity of 0 into a structure whose item carries none', async () => {
    await start();
    const header = {
      ...everything,
      SkuFieldsThatAreSet: ['Status', 'Type', 'StructureItems'],
      SkuStructureItemFieldsThatAreSet: ['SortOrder'],
    };
    const items = (...parts: object[]) => ({
      StructureItems: parts.map((part) => ({ StructurePartNo: '1', ...part })),
    });
    const structure = () =>
      (simulator.catalogue.all('skus')[0]?.StructureItems as PlainRecord[] | undefined)?.map(
        ({ PartNo, Quantity, SortOrder }) => [PartNo, Quantity, SortOrder],
      );
    await caller.import(path, header, [
      product('1', {}, items({ PartNo: 'a', Quantity: 2, SortOrder: 1 }, { PartNo: 'b', Quantity: 1 })),
    ]);
    await caller.import(path, { ...header, SkuStructureItemFieldsThatAreSet: [] }, [
      product('1', {}, items({ PartNo: 'a' })),
    ]);
    assert.deepEqual(structure(), [['a', 0, 1]]);
  });
});

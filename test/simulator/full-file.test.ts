/**
 * FullFile: what it deactivates, and what it must leave alone, import by import and reading by reading.
 */
import assert from 'node:assert/strict';
import type { Readings, Simulator } from '../../src/simulator/index.ts';
import { Caller, startQuick } from './caller.ts';

describe('simulator: full files', () => {
  let simulator: Simulator;
  let caller: Caller;

  async function start(readings: Partial<Readings> = {}): Promise<void> {
    simulator = await startQuick({ readings });
    caller = new Caller(simulator);
    for (const partNo of ['A', 'B', 'C']) simulator.catalogue.addSku(partNo);
    for (const code of ['SE', 'NO']) simulator.catalogue.addPriceList(code);
  }

  afterEach(() => simulator.close());

  const active = (kind: Parameters<Simulator['catalogue']['all']>[0], ...names: string[]) =>
    simulator.catalogue
      .all(kind)
      .filter((record) => record.IsActive === true)
      .map((record) => names.map((name) => record[name]).join(' '));

  it('deactivates stock on the places of the file only', async () => {
    await start();
    const path = '/Product/ImportOnhands';
    const header = { SkuOnhandFieldsThatAreSet: ['OnhandValue'] };
    const onhand = (place: string) => {
      const [PartNo, WarehouseCode, LocationCode] = place.split(' ');
      return { PartNo, WarehouseCode, LocationCode, OnhandValue: 1 };
    };
    const places = ['A W 1', 'B W 1', 'A W 2', 'A V 1'];
    await caller.import(path, header, places.map(onhand));
    await caller.import(path, { ...header, FullFile: false }, [onhand('A W 1')]);
    assert.equal(active('onhands', 'PartNo').length, 4);
    await caller.import(path, { ...header, FullFile: true }, [onhand('A W 1')]);
    assert.deepEqual(active('onhands', 'PartNo', 'WarehouseCode', 'LocationCode'), [
      'A V 1',
      'A W 1',
      'A W 2',
    ]);
    await caller.import(path, { ...header, FullFile: true }, []);
    assert.equal(active('onhands', 'PartNo').length, 3);
  });

  it('deactivates prices on the lists of the file only, and resets their rules on demand', async () => {
    await start();
    const path = '/Product/ImportSkuPriceLists';
    const price = (key: string) => {
      const [PartNo, PriceListCode] = key.split(' ');
      return { PartNo, PriceListCode, QuantityBreak: 1, PriceRule: 4 };
    };
    const header = { SkuPriceListFieldsThatAreSet: ['PriceRule'] };
    await caller.import(path, header, ['A SE', 'B SE', 'A NO'].map(price));
    await caller.import(path, { ...header, FullFile: true }, [price('A SE')]);
    assert.deepEqual(active('prices', 'PartNo', 'PriceListCode'), ['A NO', 'A SE']);
    assert.equal(simulator.catalogue.get('prices', 'B', 'SE', 1)?.PriceRule, 4);
    const reset = { SkuPriceListFieldsThatAreSet: ['PriceRule', 'FullfileResetInheritance'], FullFile: true };
    await caller.import(path, reset, [price('A SE')]);
    assert.equal(simulator.catalogue.get('prices', 'B', 'SE', 1)?.PriceRule, null);
    assert.equal(simulator.catalogue.get('prices', 'A', 'SE', 1)?.PriceRule, 4);
    assert.equal(simulator.catalogue.get('prices', 'A', 'NO', 1)?.PriceRule, 4);
  });

  const relations: readonly [Partial<Readings>, string[]][] = [
    [{}, ['A t']],
    [{ relationFullFile: 'relationType' }, ['A t', 'C u']],
  ];
  for (const [readings, left] of relations) {
    it(`deactivates relations, reading ${JSON.stringify(readings)}`, async () => {
      await start(readings);
      const header = { RelationFieldsThatAreSet: ['SortOrder'] };
      const relation = (key: string) => {
        const [PartNo, RelationTypeCode] = key.split(' ');
        return { PartNo, RelatedPartNo: 'B', RelationTypeCode, SortOrder: 1 };
      };
      const path = '/Product/ImportRelations';
      await caller.import(path, header, ['A t', 'C t', 'C u'].map(relation));
      await caller.import(path, { ...header, FullFile: true }, [relation('A t')]);
      assert.deepEqual(active('relations', 'PartNo', 'RelationTypeCode'), left);
    });
  }

  const competitors: readonly [Partial<Readings>, string[]][] = [
    [{}, ['A c', 'A d']],
    [{ competitorFullFile: 'absentFromFile' }, ['A c', 'B c']],
  ];
  for (const [readings, left] of competitors) {
    it(`deactivates competitor prices, reading ${JSON.stringify(readings)}`, async () => {
      await start(readings);
      const header = { CompetitorSkuFieldsThatAreSet: [] };
      const price = (key: string) => {
        const [PartNo, CompetitorCode] = key.split(' ');
        return { PartNo, CompetitorCode, Source: 's', CompetitorPartNo: 'p', PriceSale: 1 };
      };
      const path = '/Product/ImportCompetitorSkus';
      await caller.import(path, header, ['A c', 'B c', 'A d'].map(price));
      await caller.import(path, { ...header, FullFile: true }, [price('A c')]);
      assert.deepEqual(active('competitorSkus', 'PartNo', 'CompetitorCode'), left);
    });
  }

  const productHeader = {
    ProductFieldsThatAreSet: ['ManufacturerCode', 'Code', 'Variants'],
    VariantFieldsThatAreSet: ['ManufacturerPartNo', 'Skus'],
    SkuFieldsThatAreSet: ['Status', 'Type'],
  };
  const product = (Code: string | undefined, ...partNos: string[]) => ({
    ManufacturerCode: 'M',
    ...(Code === undefined ? {} : { Code }),
    Variants: partNos.map((PartNo) => ({
      ManufacturerPartNo: PartNo,
      Skus: [{ PartNo, Status: 1, Type: 1 }],
    })),
  });
  const productReadings: readonly [Partial<Readings>, number[]][] = [
    [{}, [1, 1, 1]],
    [{ productFullFile: 'everything' }, [1, 5, 5]],
  ];
  for (const [readings, statuses] of productReadings) {
    it(`takes missing variants out of their cluster, reading ${JSON.stringify(readings)}`, async () => {
      await start(readings);
      const path = '/Product/ImportProducts';
      await caller.import(path, productHeader, [product('K', 'k1', 'k2'), product('O', 'o1')]);
      await caller.import(path, productHeader, [product('K', 'k1')]);
      assert.equal((simulator.catalogue.get('products', 'K')?.Variants as unknown[] | undefined)?.length, 2);
      const job = await caller.import(path, { ...productHeader, FullFile: true }, [
        product('K', 'k1'),
        product(undefined, 'o1'),
      ]);
      assert.equal(job.failures, 1);
      assert.deepEqual(simulator.catalogue.get('products', 'K')?.Variants, [{ ManufacturerPartNo: 'k1' }]);
      assert.equal(simulator.catalogue.get('variants', 'M', 'k2')?.ProductCode, null);
      assert.deepEqual(simulator.catalogue.get('products', 'M', 'k2')?.Code, null);
      const left = ['k1', 'k2', 'A'].map((partNo) => simulator.catalogue.get('skus', partNo)?.Status);
      assert.deepEqual(left, statuses);
    });
  }

  it('deactivates a supplier its categories, and stock and prices article by article', async () => {
    await start();
    const path = '/Supplier/ImportProducts';
    const header = {
      SupplierId: 7,
      FieldsThatAreSet: ['CategoryCode', 'Manufacturer', 'ManufacturerPartNo'],
      OnhandFieldsThatAreSet: ['Value'],
      PriceFieldsThatAreSet: ['CostPurchase'],
    };
    const article = (SupplierPartNo: string, CategoryCode: string, places: string[], lists: string[]) => ({
      SupplierPartNo,
      CategoryCode,
      Manufacturer: 'M',
      ManufacturerPartNo: SupplierPartNo,
      OnHand: places.map((WarehouseCode) => ({ WarehouseCode, LocationCode: 'L', Value: 3 })),
      PriceList: lists.map((PriceListCode) => ({ PriceListCode, CostPurchase: 4 })),
    });
    const everything = [article('1', 'x', ['V', 'W'], ['P']), article('2', 'y', ['V', 'W'], ['P', 'Q'])];
    await caller.import(path, header, everything);
    await caller.import(path, { ...header, SupplierId: 8 }, everything);
    await caller.import(path, { ...header, FullFile: true }, [article('1', 'x', ['V'], ['P'])]);
    const records = (supplier: number, partNo: string, field: string) => {
      const stored = simulator.catalogue.get('supplierProducts', supplier, partNo)?.[field] ?? [];
      return (stored as Record<string, unknown>[])
        .filter((record) => record.IsActive)
        .map((record) => record.WarehouseCode ?? record.PriceListCode);
    };
    assert.deepEqual(records(7, '1', 'OnHand'), ['V', 'W']);
    assert.deepEqual(records(7, '2', 'OnHand'), ['W']);
    assert.deepEqual(records(7, '1', 'PriceList'), ['P']);
    assert.deepEqual(records(7, '2', 'PriceList'), ['Q']);
    assert.deepEqual(records(8, '2', 'OnHand'), ['V', 'W']);
    assert.deepEqual(active('supplierCategories', 'SupplierId', 'CategoryCode'), ['7 x', '8 x', '8 y']);
  });
});

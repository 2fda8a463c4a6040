/**
 * The heart of Connect: a listed field is written for every record, carried or not.
 */
import assert from 'node:assert/strict';
import type { Simulator } from '../../src/simulator/index.ts';
import { Caller, startQuick } from './caller.ts';

describe('simulator: field lists', () => {
  let simulator: Simulator;
  let caller: Caller;

  beforeEach(async () => {
    simulator = await startQuick();
    caller = new Caller(simulator);
    for (const partNo of ['A', 'B', 'C']) simulator.catalogue.addSku(partNo);
    simulator.catalogue.addPriceList('SE');
  });

  afterEach(() => simulator.close());

  it('writes zeros and nothings over stock that an item does not carry', async () => {
    const path = '/Product/ImportOnhands';
    const key = { PartNo: 'A', WarehouseCode: 'W', LocationCode: 'L' };
    const full = { ...key, OnhandValue: 5, IncomingValue: 7, LeadTimeDayCount: 2, IsActive: true };
    const names = ['OnhandValue', 'IncomingValue', 'LeadTimeDayCount', 'IsActive'];
    await caller.import(path, { SkuOnhandFieldsThatAreSet: names }, [full]);
    await caller.import(path, { SkuOnhandFieldsThatAreSet: ['IncomingValue'] }, [
      { ...key, OnhandValue: 99 },
    ]);
    const stored = () => simulator.catalogue.get('onhands', 'A', 'W', 'L');
    assert.equal(stored()?.OnhandValue, 5);
    assert.equal(stored()?.IncomingValue, null);
    assert.equal(stored()?.LeadTimeDayCount, 2);
    await caller.import(path, { SkuOnhandFieldsThatAreSet: names }, [key]);
    assert.equal(stored()?.OnhandValue, 0);
    assert.equal(stored()?.LeadTimeDayCount, null);
  });

  it('keeps info fields that a later list leaves out', async () => {
    const path = '/Product/ImportOnhands';
    const list = { SkuOnhandFieldsThatAreSet: ['Infos'] };
    const key = { PartNo: 'A', WarehouseCode: 'W', LocationCode: 'L' };
    await caller.import(path, list, [
      {
        ...key,
        Infos: [
          { Code: 'b', Value: '1' },
          { Code: 'a', Value: '1' },
        ],
      },
    ]);
    await caller.import(path, list, [{ ...key, Infos: [{ Code: 'b', Value: '2' }] }]);
    await caller.import(path, list, [key]);
    assert.deepEqual(simulator.catalogue.get('onhands', 'A', 'W', 'L')?.Infos, [
      { Code: 'a', Value: '1' },
      { Code: 'b', Value: '2' },
    ]);
  });

  it('ignores stock, prices and relations of what it does not know', async () => {
    const jobs = [
      await caller.import('/Product/ImportOnhands', { SkuOnhandFieldsThatAreSet: [3] }, [
        { PartNo: 'X', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 1 },
      ]),
      await caller.import('/Product/ImportSkuPriceLists', { SkuPriceListFieldsThatAreSet: [3] }, [
        { PartNo: 'X', PriceListCode: 'SE', QuantityBreak: 1, PriceSale: 1 },
        { PartNo: 'A', PriceListCode: 'NO', QuantityBreak: 1, PriceSale: 1 },
      ]),
      await caller.import('/Product/ImportRelations', { RelationFieldsThatAreSet: [1] }, [
        { PartNo: 'A', RelatedPartNo: 'X', RelationTypeCode: 't', IsActive: true },
      ]),
    ];
    assert.deepEqual(
      jobs.map((job) => [job.status, job.failures, job.log.length]),
      [
        [2, 0, 2],
        [2, 0, 2],
        [2, 0, 2],
      ],
    );
    for (const kind of ['onhands', 'prices', 'relations'] as const) {
      assert.equal(simulator.catalogue.count(kind), 0, kind);
    }
  });

  describe('prices', () => {
    const path = '/Product/ImportSkuPriceLists';
    const key = { PartNo: 'A', PriceListCode: 'SE', QuantityBreak: 1 };
    const stored = () => simulator.catalogue.get('prices', 'A', 'SE', 1) ?? {};
    const write = (names: unknown[], item: object, more: object = {}) =>
      caller.import(path, { SkuPriceListFieldsThatAreSet: names, ...more }, [{ ...key, ...item }]);

    it('leaves amounts that are absent, null or 0 as they are', async () => {
      await write(['PriceSale', 'PriceCatalog', 'CostUnit'], {
        PriceSale: 10,
        PriceCatalog: 12,
        CostUnit: 3,
      });
      await write(['PriceSale', 'PriceCatalog', 'CostUnit'], { PriceSale: 0, PriceCatalog: null });
      assert.equal(stored().PriceSale, 10);
      assert.equal(stored().PriceCatalog, 12);
      assert.equal(stored().CostUnit, 3);
    });

    it('makes a listed but absent IsActive true and IsPriceDiscountable false', async () => {
      await write(['IsPriceDiscountable', 'IsActive'], { IsPriceDiscountable: true, IsActive: false });
      assert.equal(stored().IsActive, false);
      await write(['IsPriceDiscountable', 'IsActive'], {});
      assert.equal(stored().IsActive, true);
      assert.equal(stored().IsPriceDiscountable, false);
    });

    it('lets a sale price override rule and switch of the same record', async () => {
      await write(['PriceRule', 'IsActive'], { PriceRule: 7, PriceRuleValue: 10, IsActive: false });
      assert.deepEqual([stored().PriceRule, stored().PriceRuleValue, stored().IsActive], [7, 10, false]);
      await write(['PriceSale', 'PriceRule', 'IsActive'], { PriceSale: 9, PriceRule: 7, IsActive: false });
      assert.deepEqual([stored().PriceSale, stored().PriceRule, stored().IsActive], [9, 2, true]);
      await write(['IsActive'], { PriceSale: 8, IsActive: false });
      assert.deepEqual([stored().PriceSale, stored().IsActive], [9, false]);
    });

    it('skips a record in which a mandatory price is empty', async () => {
      const mandatory = { IgnoreSkuPriceListFieldsWhenEmpty: ['PriceSale'] };
      await write(['PriceSale', 'PriceCatalog'], { PriceSale: 0, PriceCatalog: 5 }, mandatory);
      assert.deepEqual(stored(), {});
      await write(['PriceSale', 'PriceCatalog'], { PriceSale: 4, PriceCatalog: 5 }, mandatory);
      assert.equal(stored().PriceCatalog, 5);
    });

    it('keeps quantity breaks apart', async () => {
      await write(['PriceSale'], { PriceSale: 10 });
      await write(['PriceSale'], { PriceSale: 8, QuantityBreak: 10 });
      assert.equal(stored().PriceSale, 10);
      assert.equal(simulator.catalogue.get('prices', 'A|SE|10')?.PriceSale, 8);
    });
  });

  it('clears relation texts that are listed and absent, and keeps other cultures', async () => {
    const path = '/Product/ImportRelations';
    const key = { PartNo: 'A', RelatedPartNo: 'B', RelationTypeCode: 't' };
    const header = {
      RelationFieldsThatAreSet: ['IsActive', 'Cultures'],
      RelationCultureFieldsThatAreSet: ['Name', 'Description'],
    };
    const sv = { CultureCode: 'sv-SE', Name: 'Passar', Description: 'Bra' };
    const nb = { CultureCode: 'nb-NO', Name: 'Passer' };
    await caller.import(path, header, [{ ...key, IsActive: true, Cultures: [sv, nb] }]);
    await caller.import(path, header, [{ ...key, Cultures: [{ CultureCode: 'sv-SE', Name: 'Ny' }] }]);
    const relation = simulator.catalogue.get('relations', 'A', 'B', 't');
    assert.equal(relation?.IsActive, false);
    const cultures = relation?.Cultures as Record<string, unknown>[];
    assert.deepEqual(
      cultures.map(({ CultureCode, Name, Description }) => [CultureCode, Name, Description]),
      [
        ['nb-NO', 'Passer', null],
        ['sv-SE', 'Ny', null],
      ],
    );
    await caller.import(path, { ...header, RelationFieldsThatAreSet: ['IsActive'] }, [
      { ...key, IsActive: true, Cultures: [{ CultureCode: 'nb-NO', Name: 'ignored' }] },
    ]);
    const after = simulator.catalogue.get('relations', 'A', 'B', 't')?.Cultures as Record<string, unknown>[];
    assert.equal(after[0]?.Name, 'Passer');
  });

  it('writes the fields of competitor prices that no list governs', async () => {
    const path = '/Product/ImportCompetitorSkus';
    const key = { PartNo: 'A', Source: 's', CompetitorCode: 'c', CompetitorPartNo: 'p' };
    const header = { CompetitorSkuFieldsThatAreSet: ['ProductName'] };
    await caller.import(path, header, [
      { ...key, PriceSale: 9, IsInStock: true, SalesArea: 'Norway', ProductName: 'n', CompetitorName: 'no' },
    ]);
    const stored = () => simulator.catalogue.get('competitorSkus', 'A', 'c', 's');
    assert.equal(stored()?.PriceSale, 9);
    assert.equal(stored()?.SalesArea, 2);
    assert.equal(stored()?.CompetitorName, null);
    await caller.import(path, header, [key]);
    assert.deepEqual([stored()?.PriceSale, stored()?.IsInStock, stored()?.ProductName], [0, false, null]);
  });
});

/**
 * The main job in Node-RED: items in, jobs out, for each of the nine imports.
 */
import assert from 'node:assert/strict';
import { type ImportName, importNames, imports } from '../../src/contract/index.ts';
import { type Kind, Simulator } from '../../src/simulator/index.ts';
import { helper, importFlow, importNode, load, unload } from '../support/flow.ts';

/** One item that each import takes, and a field that its record must then hold. */
const samples: Record<ImportName, { item: object; kind: Kind; expected: object }> = {
  'import-products': {
    item: {
      ManufacturerCode: 'FJALL',
      Cultures: [{ CultureCode: 'sv-SE', Name: 'Skaljacka' }],
      Variants: [
        { ManufacturerPartNo: 'SK-1', Skus: [{ PartNo: 'P1', Status: 1, Type: 1, IsBuyable: true }] },
      ],
    },
    kind: 'skus',
    expected: { PartNo: 'P1', IsBuyable: true },
  },
  'import-prices': {
    item: { PartNo: 'KNOWN', PriceListCode: 'SEK', QuantityBreak: 1, PriceSale: 99.5 },
    kind: 'prices',
    expected: { PriceSale: 99.5 },
  },
  'import-price-lists': {
    item: { Code: 'B2B', Name: 'Företag', CurrencyCode: 'SEK' },
    kind: 'priceLists',
    expected: { Code: 'B2B', Name: 'Företag' },
  },
  'import-onhands': {
    item: { PartNo: 'KNOWN', WarehouseCode: 'CL1', LocationCode: 'A', OnhandValue: 7 },
    kind: 'onhands',
    expected: { OnhandValue: 7 },
  },
  'import-customers': {
    item: { Type: 1, Code: 'K1', EmailAddress: 'k1@example.se', FirstName: 'Åsa', LastName: 'Öberg' },
    kind: 'customers',
    expected: { Code: 'K1', FirstName: 'Åsa' },
  },
  'import-companies': {
    item: {
      ApplicationKey: '3f0c2b7e-5d1a-4a55-9b1e-0c6d3a7f2e11',
      Code: 'F1',
      Name: 'Verkstaden AB',
      OrganizationNo: '556000-0001',
    },
    kind: 'companies',
    expected: { Code: 'F1', Name: 'Verkstaden AB' },
  },
  'import-relations': {
    item: {
      PartNo: 'KNOWN',
      RelatedPartNo: 'OTHER',
      RelationTypeCode: 'accessory',
      IsActive: true,
      SortOrder: 3,
    },
    kind: 'relations',
    expected: { SortOrder: 3 },
  },
  'import-competitor-skus': {
    item: {
      PartNo: 'KNOWN',
      Source: 'scan',
      CompetitorCode: 'B',
      CompetitorPartNo: 'B-1',
      CurrencyCode: 'SEK',
      PriceSale: 10,
      PriceSaleInclFreight: 12,
      IsPricesInclVat: true,
      SalesArea: 'Sweden',
      IsInStock: false,
      CompetitorName: 'Butik B',
    },
    kind: 'competitorSkus',
    expected: { CompetitorName: 'Butik B', PriceSale: 10 },
  },
  'import-supplier-products': {
    item: {
      SupplierPartNo: 'L1',
      ProductName: 'Mugg',
      Manufacturer: 'EM',
      ManufacturerPartNo: 'EM-1',
      OnHand: [{ WarehouseCode: 'LEV', LocationCode: 'H', Value: 4, IsActive: true }],
    },
    kind: 'supplierProducts',
    expected: { SupplierPartNo: 'L1', ProductName: 'Mugg' },
  },
};

describe('import nodes', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await Simulator.start({
      mood: 'kind',
      timeScale: 100,
      requestLimit: Number.POSITIVE_INFINITY,
    });
    await helper.startServer();
  });
  after(async () => {
    await helper.stopServer();
    await simulator.close();
  });
  beforeEach(async () => {
    await simulator.reset();
    simulator.catalogue.addSku('KNOWN');
    simulator.catalogue.addSku('OTHER');
    simulator.catalogue.addPriceList('SEK');
  });
  afterEach(unload);

  for (const name of importNames) {
    it(`${name} sends items and gives the JobId of what Connect made of them`, async () => {
      const { item, kind, expected } = samples[name];
      const supplier = name === 'import-supplier-products' ? { supplierId: '101' } : {};
      const got = await load(importFlow(name, simulator, supplier));
      importNode().receive({ payload: [item], topic: 'kept' });
      await got.ended();
      assert.deepEqual(
        got.of('caught').map((message) => message.error?.message),
        [],
      );
      assert.deepEqual(
        got.of('rejected').map((message) => message.norce),
        [],
      );
      const [message, ...more] = got.of('accepted');
      assert.equal(more.length, 0);
      assert.equal(message?.topic, 'kept');
      assert.deepEqual(message?.payload, [item]);
      assert.equal(message?.norce.import, name);
      assert.equal(message?.norce.items, 1);
      assert.equal(message?.norce.header?.AccountId, 10000);
      const [request] = simulator.requests;
      assert.equal(request?.path, `/commerce/connect/4.0${imports[name].path}`);
      assert.equal(String(request?.jobId), message?.norce.jobId);
      await simulator.settled();
      const records = simulator.catalogue.all(kind) as Record<string, unknown>[];
      const found = records.find((record) =>
        Object.entries(expected).every(([field, value]) => record[field] === value),
      );
      assert.ok(found, `${JSON.stringify(expected)} is not in ${JSON.stringify(records)}`);
    });
  }

  it('cuts a message to the size limit, gives a message per request and each item once', async () => {
    const flow = importFlow('import-onhands', simulator);
    Object.assign(flow[1] as object, { maximumItems: '40' });
    const got = await load(flow);
    const items = Array.from({ length: 100 }, (_, index) => ({
      PartNo: `P${index}`,
      WarehouseCode: 'W',
      LocationCode: 'L',
      OnhandValue: index,
    }));
    importNode().receive({ payload: items, parts: { id: 'x' } });
    await got.ended();
    assert.deepEqual(
      got
        .of('accepted')
        .map((message) => message.norce.items)
        .sort(),
      [20, 40, 40],
    );
    const sent = got.of('accepted').flatMap((message) => message.payload as typeof items);
    assert.deepEqual(
      sent.map((item) => item.OnhandValue).sort((a, b) => a - b),
      items.map((item) => item.OnhandValue),
    );
    assert.equal(new Set(got.of('accepted').map((message) => message.norce.jobId)).size, 3);
  });

  it('lets the message choose account, supplier and fields, and names each mistake', async () => {
    const got = await load(importFlow('import-onhands', simulator));
    const item = { PartNo: 'KNOWN', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 1, IncomingValue: 2 };
    importNode().receive({
      payload: [item],
      norce: { accountId: 10002, fields: { SkuOnhandFieldsThatAreSet: ['onhandvalue'] } },
    });
    await got.ended();
    assert.deepEqual(got.of('accepted')[0]?.norce.header, {
      AccountId: 10002,
      FullFile: false,
      SkuOnhandFieldsThatAreSet: [3],
    });
    const wrong: [object, string][] = [
      [{ accountId: 'ERP' }, 'OPTION_INVALID'],
      [{ accountId: -1 }, 'OPTION_INVALID'],
      [{ fullFile: 'yes' }, 'OPTION_INVALID'],
      [{ fullFile: true }, 'FULL_FILE_NOT_ALLOWED'],
      [{ fields: { NoSuchList: [1] } }, 'FIELD_UNKNOWN'],
      [{ fields: { SkuOnhandFieldsThatAreSet: ['Onhand'] } }, 'FIELD_UNKNOWN'],
      [{ fields: { SkuOnhandFieldsThatAreSet: 'OnhandValue' } }, 'OPTION_INVALID'],
      [{ fields: 7 }, 'OPTION_INVALID'],
    ];
    for (const [norce] of wrong) importNode().receive({ payload: [item], norce });
    await got.ended(1 + wrong.length);
    assert.deepEqual(
      got.of('caught').map((message) => message.error?.code),
      wrong.map(([, code]) => code),
    );
    assert.equal(simulator.requests.length, 1);
  });

  it('sends what is right and gives the rest with reasons by the second port', async () => {
    const got = await load(importFlow('import-onhands', simulator));
    const right = { PartNo: 'KNOWN', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 1 };
    const wrong = [{ ...right, PartNo: '' }, { ...right, PartNo: 'X', OnhandValue: '1' }, null, 'text'];
    importNode().receive({ payload: [wrong[0], right, ...wrong.slice(1)] });
    await got.ended();
    assert.deepEqual(got.of('caught'), []);
    assert.deepEqual(got.of('accepted')[0]?.payload, [right]);
    const [message] = got.of('rejected');
    assert.deepEqual(message?.payload, wrong);
    assert.equal(message?.norce.code, 'ITEMS_REJECTED');
    assert.deepEqual(
      message?.norce.rejected?.map(({ index, errors }) => [index, errors[0]?.path, errors[0]?.code]),
      [
        [0, '', 'KEY_MISSING'],
        [2, '/OnhandValue', 'WRONG_TYPE'],
        [3, '', 'ITEM_NOT_OBJECT'],
        [4, '', 'ITEM_NOT_OBJECT'],
      ],
    );
  });

  it('refuses a full feed that is empty, not whole or not allowed, and sends one that is', async () => {
    const got = await load(importFlow('import-onhands', simulator, { fullFile: 'message' }));
    const item = { PartNo: 'KNOWN', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 1 };
    importNode().receive({ payload: [], norce: { fullFile: true } });
    importNode().receive({ payload: [item, { ...item, PartNo: 5 }], norce: { fullFile: true } });
    await got.ended(2);
    assert.deepEqual(
      got.of('caught').map((message) => message.error?.code),
      ['FULL_FEED_EMPTY', 'FULL_FEED_ITEMS_REJECTED'],
    );
    assert.equal(simulator.requests.length, 0);
    importNode().receive({ payload: [item], norce: { fullFile: true } });
    await got.ended(3);
    assert.equal(got.of('accepted')[0]?.norce.header?.FullFile, true);
  });

  it('asks for a tick before it sends products as a full feed', async () => {
    const got = await load(importFlow('import-products', simulator, { fullFile: 'yes' }));
    importNode().receive({ payload: [samples['import-products'].item] });
    await got.ended();
    assert.equal(got.of('caught')[0]?.error?.code, 'CONFIG_INVALID');
    assert.equal(simulator.requests.length, 0);
  });

  it('says what is wrong with a connection, on each message', async () => {
    const flow = importFlow('import-onhands', {
      connectUrl: 'http://example.com/connect',
      tokenUrl: 'https://example.com/t',
    });
    const got = await load(flow);
    importNode().receive({ payload: [] });
    await got.ended();
    assert.equal(got.of('caught').at(-1)?.error?.code, 'ADDRESS_NOT_HTTPS');
  });

  it('needs a connection', async () => {
    const got = await load(importFlow('import-onhands', simulator, { connection: 'gone' }));
    importNode().receive({ payload: [] });
    await got.ended();
    assert.equal(got.of('caught')[0]?.error?.code, 'CONNECTION_MISSING');
  });

  it('gives a request that Connect refuses by the second port and to the Catch node', async () => {
    const small = await Simulator.start({ bodyLimit: 50 });
    const got = await load(importFlow('import-onhands', small));
    const item = { PartNo: 'KNOWN', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 1 };
    importNode().receive({ payload: [item] });
    await got.ended();
    await small.close();
    const [message] = got.of('rejected');
    assert.equal(message?.norce.code, 'TOO_LARGE');
    assert.equal(message?.norce.outcome, 'not sent');
    assert.deepEqual(message?.payload, [item]);
    assert.equal(got.of('caught')[0]?.error?.code, 'TOO_LARGE');
    assert.equal(got.of('accepted').length, 0);
  });
});

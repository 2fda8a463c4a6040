/**
 * Bad input ends in a clear error with a code or by the second port; Node-RED goes on, nothing is half sent.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Simulator } from '../../src/simulator/index.ts';
import { helper, importFlow, importNode, load, unload } from '../support/flow.ts';

const right = { PartNo: 'P', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 1 };

function cyclic(): object {
  const item: Record<string, unknown> = { ...right };
  item.Infos = [{ Code: 'x', Value: 'y', Self: item }];
  return item;
}

describe('bad input', () => {
  let simulator: Simulator;
  const strays: unknown[] = [];
  const stray = (thrown: unknown): void => void strays.push(thrown);

  before(async () => {
    simulator = await Simulator.start({
      mood: 'kind',
      timeScale: 100,
      requestLimit: Number.POSITIVE_INFINITY,
    });
    process.on('unhandledRejection', stray);
    await helper.startServer();
  });
  after(async () => {
    process.off('unhandledRejection', stray);
    await helper.stopServer();
    await simulator.close();
  });
  beforeEach(() => simulator.reset());
  afterEach(async () => {
    await unload();
    assert.deepEqual(strays, []);
  });

  const payloads: [string, unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['a number', 5],
    ['a text', 'PartNo;OnhandValue'],
    ['an object', right],
    ['50 MB of text', 'x'.repeat(50_000_000)],
    ['a Buffer', Buffer.from('[]')],
    ['a cyclic object', cyclic()],
  ];
  for (const [what, payload] of payloads) {
    it(`${what} instead of an array goes to the Catch node`, async () => {
      const got = await load(importFlow('import-onhands', simulator));
      importNode().receive({ payload });
      await got.ended();
      assert.equal(got.of('caught')[0]?.error?.code, 'PAYLOAD_NOT_ARRAY');
      assert.equal(got.of('rejected').length + got.of('accepted').length, 0);
      assert.equal(simulator.requests.length, 0);
    });
  }

  const items: [string, unknown, string][] = [
    ['null', null, 'ITEM_NOT_OBJECT'],
    ['a number', 3, 'ITEM_NOT_OBJECT'],
    ['a text', 'x', 'ITEM_NOT_OBJECT'],
    ['an array', [right], 'ITEM_NOT_OBJECT'],
    ['a date', new Date(), 'ITEM_NOT_OBJECT'],
    ['a wrong type', { ...right, OnhandValue: '1' }, 'WRONG_TYPE'],
    ['NaN', { ...right, OnhandValue: Number.NaN }, 'WRONG_TYPE'],
    ['infinity', { ...right, OnhandValue: Number.POSITIVE_INFINITY }, 'WRONG_TYPE'],
    ['a BigInt', { ...right, OnhandValue: 1n }, 'WRONG_TYPE'],
    ['an unknown property', { ...right, Onhand: 1 }, 'UNKNOWN_PROPERTY'],
    ['a missing key', { PartNo: 'P', WarehouseCode: 'W', OnhandValue: 1 }, 'REQUIRED'],
    ['a blank key', { ...right, PartNo: '  ' }, 'KEY_MISSING'],
    [
      '__proto__',
      JSON.parse('{"PartNo":"P","WarehouseCode":"W","LocationCode":"L","__proto__":{"a":1}}'),
      'FORBIDDEN_PROPERTY',
    ],
    ['constructor', { ...right, constructor: { prototype: { a: 1 } } }, 'FORBIDDEN_PROPERTY'],
    ['a day that does not exist', { ...right, NextDeliveryDate: '2026-02-30' }, 'DATE_INVALID'],
    ['an invalid date', { ...right, NextDeliveryDate: new Date('x') }, 'WRONG_TYPE'],
    ['null for a number that cannot be empty', { ...right, OnhandValue: null }, 'NULL_NOT_ALLOWED'],
    ['a cycle', cyclic(), 'UNKNOWN_PROPERTY'],
    [
      'a text beyond the size of a request',
      { ...right, Infos: [{ Code: 'x', Value: 'y'.repeat(11_000_000) }] },
      'ITEM_TOO_LARGE',
    ],
  ];
  for (const [what, item, code] of items) {
    it(`an item with ${what} leaves by the second port, the others are sent`, async () => {
      const got = await load(importFlow('import-onhands', simulator));
      importNode().receive({ payload: [item, { ...right, PartNo: 'OTHER' }] });
      await got.ended();
      assert.deepEqual(got.of('caught'), []);
      const [rejected] = got.of('rejected')[0]?.norce.rejected ?? [];
      assert.equal(rejected?.errors[0]?.code, code, JSON.stringify(rejected));
      assert.ok((rejected?.errors[0]?.message.length ?? 0) > 10);
      assert.equal(got.of('accepted')[0]?.norce.items, 1);
      assert.equal(({} as { a?: number }).a, undefined);
    });
  }

  it('an item that throws when it is read is given back, even where Node-RED itself cannot copy the message', async () => {
    const got = await load(importFlow('import-onhands', simulator));
    const item = {
      ...right,
      get IsActive(): boolean {
        throw new Error('not to be read');
      },
    };
    importNode().receive({ payload: [item, { ...right, PartNo: 'OTHER' }] });
    await got.until(() => got.of('accepted').length + got.of('rejected').length === 2);
    assert.equal(got.of('rejected')[0]?.norce.rejected?.[0]?.errors[0]?.code, 'NOT_JSON');
    assert.equal(got.of('accepted')[0]?.norce.items, 1);
  });

  it('two different items with one key: joined where that is safe, else the later one follows the job of the first', async () => {
    const got = await load(importFlow('import-prices', simulator));
    const price = { PartNo: 'P', PriceListCode: 'SEK', QuantityBreak: 1 };
    importNode().receive({
      payload: [
        { ...price, PriceSale: 10 },
        { ...price, CostPurchase: 4 },
        { ...price, IsActive: false },
      ],
    });
    await got.ended();
    assert.deepEqual(got.of('accepted')[0]?.payload, [{ ...price, PriceSale: 10, CostPurchase: 4 }]);
    assert.deepEqual(got.of('accepted')[1]?.payload, [{ ...price, IsActive: false }]);
    assert.deepEqual(got.of('rejected'), []);
  });

  it('anything at all: each message ends, each item is accepted or given back', async () => {
    const got = await load(importFlow('import-onhands', simulator));
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSparseArray: true,
      withTypedArray: true,
    });
    const nearItem = fc.record(
      {
        PartNo: fc.oneof(fc.string(), fc.constant('P'), anything),
        WarehouseCode: fc.oneof(fc.constant('W'), anything),
        LocationCode: fc.constant('L'),
        OnhandValue: fc.oneof(fc.double(), anything),
        NextDeliveryDate: anything,
        Infos: anything,
      },
      { requiredKeys: [] },
    );
    const payloads = fc.oneof(anything, fc.array(fc.oneof(nearItem, anything), { maxLength: 5 }));
    const norces = fc.option(
      fc.oneof(
        anything,
        fc.record({ accountId: anything, fields: anything, fullFile: anything }, { requiredKeys: [] }),
      ),
      { nil: undefined },
    );
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        payloads,
        fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, norces),
        async (payload, norce) => {
          const before = {
            accepted: got.of('accepted').length,
            rejected: got.of('rejected').length,
            caught: got.of('caught').length,
          };
          importNode().receive(norce === undefined ? { payload } : { payload, norce });
          count++;
          await got.ended(count);
          const caught = got.of('caught').slice(before.caught);
          if (caught.length > 0) {
            assert.match(String(caught[0]?.error?.code), /^[A-Z_]+$/);
            return;
          }
          const items = (id: string, from: number) =>
            got
              .of(id)
              .slice(from)
              .reduce((sum, message) => sum + message.norce.items, 0);
          const sent = items('accepted', before.accepted);
          const back = items('rejected', before.rejected);
          const length = (payload as unknown[]).length;
          assert.ok(
            sent + back <= length && (length === 0 || sent + back > 0),
            `${sent} sent and ${back} back of ${length}`,
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});

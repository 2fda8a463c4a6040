/**
 * A flow that goes on with its payload while it is being prepared: what was checked is what is sent.
 */
import assert from 'node:assert/strict';
import { type Prepared, preparation, prepare } from '../../src/prepare/index.ts';
import { optionsOf, price, stock } from './prepared.ts';

const count = 60_000;

/** Prepares items, and spoils all of them in the first turn in which others are let in. */
async function meddled(
  items: Record<string, unknown>[],
  options: Parameters<typeof optionsOf>,
  spoil: (item: Record<string, unknown>) => void,
): Promise<Prepared> {
  const hand = setImmediate(() => {
    for (const item of items) spoil(item);
    items.length = 1;
  });
  try {
    return await prepare(items, preparation(optionsOf(...options)));
  } finally {
    clearImmediate(hand);
  }
}

describe('prepare: a payload that changes meanwhile', () => {
  it('is sent as it was checked, field lists included', async () => {
    const items = Array.from({ length: count }, (_, index) => stock({ OnhandValue: index }, `P${index}`));
    const { requests, rejected } = await meddled(items, ['import-onhands'], (item) => {
      delete item.OnhandValue;
      item.MinimumValue = 7;
    });
    assert.deepEqual(rejected, []);
    const sent = requests.flatMap(({ header, items }) =>
      items.map((item) => ({ lists: header.SkuOnhandFieldsThatAreSet, item })),
    );
    assert.equal(sent.length, count);
    const kinds = new Map<string, number>();
    for (const { lists, item } of sent) {
      const body = JSON.parse(item.text) as Record<string, unknown>;
      const index = item.indexes[0] as number;
      const checkedBefore = stock({ OnhandValue: index }, `P${index}`);
      const checkedAfter = stock({ MinimumValue: 7 }, `P${index}`);
      const isBefore = 'OnhandValue' in body;
      assert.deepEqual(body, isBefore ? checkedBefore : checkedAfter);
      assert.deepEqual(lists, isBefore ? [3] : [8]);
      assert.deepEqual(item.record, body);
      const kind = isBefore ? 'before' : 'after';
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    // Else nothing was changed between two turns, and the test says nothing.
    assert.ok((kinds.get('before') ?? 0) > 0 && (kinds.get('after') ?? 0) > 0);
  });

  it('is joined as it was checked', async () => {
    const first = stock({ OnhandValue: 1 }, 'P0');
    const filler = Array.from({ length: count }, (_, index) => stock({ OnhandValue: 1 }, `filler ${index}`));
    const items = [first, ...filler, stock({ MinimumValue: 2 }, 'P0')];
    const { requests } = await meddled(items, ['import-onhands'], (item) => {
      if (item === first) item.OnhandValue = 'spoilt';
    });
    const joint = requests.flatMap(({ items }) => items).find(({ indexes }) => indexes.length === 2);
    assert.deepEqual(JSON.parse(joint?.text ?? ''), stock({ OnhandValue: 1, MinimumValue: 2 }, 'P0'));
  });

  it('is cut along the scopes that it had', async () => {
    const items = Array.from({ length: count }, (_, index) =>
      price({ PriceSale: 1 }, `P${index}`, index % 2 === 0 ? 'SEK' : 'EUR'),
    );
    const spoil = (item: Record<string, unknown>): void => {
      item.PriceListCode = 'NOK';
    };
    // No two scopes go together, however few items of one were checked in the first turn.
    const full = { fullFile: true, maximumItems: 1 };
    const { requests, refusal } = await meddled(items, ['import-prices', full], spoil);
    assert.equal(refusal, undefined);
    const scopes = requests.map(
      (request) =>
        new Set(
          request.items.map(({ text }) => (JSON.parse(text) as { PriceListCode: string }).PriceListCode),
        ),
    );
    for (const scope of scopes) assert.equal(scope.size, 1);
    assert.deepEqual(scopes.flatMap((scope) => [...scope]).sort(), ['EUR', 'NOK', 'SEK']);
  });
});

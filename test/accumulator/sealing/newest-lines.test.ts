/**
 * Where something came back or is rejected, the merge says which line is the newest that each item of its keys holds;
 * of all others it says nothing.
 */
import assert from 'node:assert/strict';
import { type Merged, merge } from '../../../src/accumulator/sealing/merge.ts';
import { keysOfItem, type PrepareOptions } from '../../../src/prepare/index.ts';
import { optionsOf, product, stock } from '../../prepare/prepared.ts';
import { bytesOf } from '../../support/bytes.ts';
import { lineOf } from './support.ts';

const onhands = 'import-onhands';

function mergedOf(
  items: readonly Record<string, unknown>[],
  returned: number,
  changes: Partial<PrepareOptions> = {},
): Promise<Merged> {
  const lines = bytesOf(items.map((item) => lineOf(onhands, item)).join('\n'));
  return merge({ options: optionsOf(onhands, changes), lines, returned, open: { requests: [], next: 0 } });
}

const value = (OnhandValue: number, part = 'A', more: object = {}) => stock({ OnhandValue, ...more }, part);
/** Two of them cannot be joined. */
const infos = (Value: string, part = 'A') => stock({ Infos: [{ Code: 'a', Value }] }, part);
const invalid = (part = 'A') => value(0, part, { NoSuchField: 1 });
const key = (part: string) => keysOfItem(onhands, value(1, part))[0] as string;

describe('sealing: the newest line of each item', () => {
  it('is not told where nothing came back and nothing is rejected', async () => {
    const { newest, pieces } = await mergedOf([value(1), infos('v'), infos('w'), value(2, 'B')], 0);
    assert.deepEqual(newest, []);
    assert.deepEqual(new Set(pieces.map(({ stage }) => stage)), new Set([0, 1]));
  });

  it('is told of keys of which a line came back: that which was joined last, in each stage', async () => {
    const items = [value(1), value(2, 'B'), value(3, 'C'), infos('v'), infos('w'), value(4), value(5, 'D')];
    const { newest } = await mergedOf(items, 2);
    assert.deepEqual(newest, [
      { key: key('A'), stage: 0, line: 3 },
      { key: key('B'), stage: 0, line: 1 },
      { key: key('A'), stage: 1, line: 5 },
    ]);
  });

  it('is told of keys of which a line is rejected, and that says which it was', async () => {
    const items = [value(1, 'B'), infos('v'), invalid(), value(1), infos('w'), invalid('C'), value(1, 'D')];
    const { newest, rejected } = await mergedOf(items, 0);
    assert.deepEqual(
      rejected.map(({ key: own, line }) => [own, line]),
      [
        [key('A'), 2],
        [key('C'), 5],
      ],
    );
    assert.deepEqual(newest, [
      { key: key('A'), stage: 0, line: 3 },
      { key: key('A'), stage: 1, line: 4 },
    ]);
  });

  it('is told of all where items of other keys may write what a rejected line would have written', async () => {
    const list = (Code: string, Name: string, more: object = {}) => ({
      Code,
      Warehouses: [{ Code: 'W', Name, Locations: [{ Code: 'L', Name }] }],
      ...more,
    });
    const items = [list('A', 'old'), list('B', 'new', { NoSuchField: 1 }), list('C', 'old')];
    const lines = bytesOf(items.map((item) => lineOf('import-price-lists', item)).join('\n'));
    const open = { requests: [], next: 0 };
    const options = optionsOf('import-price-lists');
    const { newest, rejected } = await merge({ options, lines, returned: 0, open });
    assert.deepEqual(
      rejected.map(({ line }) => line),
      [1],
    );
    assert.deepEqual(
      newest.map(({ line }) => line),
      [0, 2],
    );
  });

  it('is told under the key by which the item goes now, where that was another when its line was written', async () => {
    const customer = (FirstName: string) => ({ Type: 1, Id: 7, Code: 'K', FirstName });
    const items = [customer('old'), customer('new')];
    const lines = bytesOf(items.map((item) => `Id=["7"]\t${JSON.stringify(item)}`).join('\n'));
    const options = optionsOf('import-customers', { identity: 'Code' });
    const open = { requests: [], next: 0 };
    for (const [returned, newest] of [
      [1, [{ key: 'Code=["K"]', stage: 0, line: 1 }]],
      [0, []],
    ] as const) {
      assert.deepEqual((await merge({ options, lines, returned, open })).newest, newest);
    }
  });

  it('is the same for all slices of an item', async () => {
    const [swedish, english] = [
      { CultureCode: 'sv-SE', Name: 'N' },
      { CultureCode: 'en-GB', Name: 'N', Synonyms: 'S' },
    ];
    const items = [product({ Cultures: [swedish] }), product({ Cultures: [swedish, english] })];
    const lines = bytesOf(items.map((item) => lineOf('import-products', item)).join('\n'));
    const open = { requests: [], next: 0 };
    const { newest } = await merge({ options: optionsOf('import-products'), lines, returned: 2, open });
    assert.deepEqual(
      newest.map(({ stage, line }) => [stage, line]),
      [
        [0, 1],
        [1, 1],
      ],
    );
  });
});

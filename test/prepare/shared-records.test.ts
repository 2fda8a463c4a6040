/**
 * Records that several items of one message write: allowed where all write the same, kept in order where not.
 */
import assert from 'node:assert/strict';
import { onlyRequest, prepared } from './prepared.ts';

type Plain = Record<string, unknown>;

const one = { Code: '1' };

function warehouse(fields: object, ...locations: object[]): Plain {
  return { Code: 'W', ...fields, Locations: locations.length === 0 ? [one] : locations };
}

function list(Code: string, ...warehouses: object[]): Plain {
  return { Code, Name: 'n', Warehouses: warehouses };
}

async function assertRejected(items: readonly Plain[], indexes: readonly number[], message = /./) {
  const { rejected } = await prepared('import-price-lists', items);
  assert.deepEqual(
    rejected.map(({ index }) => index),
    indexes,
  );
  for (const { errors } of rejected) {
    assert.equal(errors[0]?.code, 'DUPLICATE_UNDER_OTHER_KEY');
    assert.match(errors[0]?.message ?? '', message);
  }
}

describe('prepare: warehouses of several price lists', () => {
  const named = (Name: string, Location = 'l') => warehouse({ Name }, { ...one, Name: Location });

  it('go together where each list writes the same', async () => {
    const lists = ['A', 'B', 'C'].map((code) => list(code, named('n')));
    assert.equal((await onlyRequest('import-price-lists', lists)).items.length, 3);
  });

  it('are apart where two lists write different fields of one warehouse', async () => {
    await assertRejected([list('A', named('n')), list('B', named('m'))], [1], /Warehouse "W"/);
  });

  it('are apart where two lists write different fields of one location', async () => {
    await assertRejected([list('A', named('n', 'k')), list('B', named('n', 'l'))], [1], /Location "1" of/);
  });

  it('are apart where two lists name different locations', async () => {
    await assertRejected(
      [list('A', warehouse({})), list('B', warehouse({}, one, { Code: '2' }))],
      [1],
      /Locations of/,
    );
  });

  it('go together where a list only points to what another one writes', async () => {
    const { rejected, requests } = await prepared('import-price-lists', [
      list('A', named('n')),
      list('B', warehouse({})),
    ]);
    assert.deepEqual(rejected, []);
    assert.equal(requests.length, 2);
  });

  it('tell locations of one code by their warehouse', async () => {
    const other = { ...named('m', 'k'), Code: 'V' };
    assert.equal(
      (await onlyRequest('import-price-lists', [list('A', named('n')), list('B', other)])).items.length,
      2,
    );
  });

  it('let nothing overtake a list that was turned away', async () => {
    await assertRejected([list('A', named('n')), list('B', named('m')), list('C', named('n'))], [1, 2]);
  });
});

describe('prepare: customers of several companies', () => {
  const company = (Code: string, customer: object) => ({
    ApplicationKey: '5f0c3a52-7f65-4c55-9c0e-6a2d1c6e9b11',
    Code,
    IsCustomerListDelta: true,
    Customers: [{ Code: 'K', ...customer }],
  });

  it('go together where each company writes the same', async () => {
    const items = ['A', 'B'].map((code) => company(code, { FirstName: 'F' }));
    assert.equal((await onlyRequest('import-companies', items)).items.length, 2);
  });

  it('are apart where the joint change of one company writes something else', async () => {
    const items = [
      company('A', { FirstName: 'F' }),
      company('B', { FirstName: 'F' }),
      company('A', { FirstName: 'G' }),
    ];
    const { rejected } = await prepared('import-companies', items);
    assert.deepEqual(
      rejected.map(({ index, errors }) => [index, errors[0]?.code]),
      [[2, 'DUPLICATE_UNDER_OTHER_KEY']],
    );
  });

  it('compare what a company writes in all of its items', async () => {
    const items = [
      company('A', { FirstName: 'F' }),
      company('A', { FirstName: 'G' }),
      company('B', { FirstName: 'F' }),
      company('C', { FirstName: 'G' }),
    ];
    const { rejected } = await prepared('import-companies', items.toSpliced(2, 1));
    assert.deepEqual(rejected, []);
    const other = await prepared('import-companies', items);
    assert.deepEqual(
      other.rejected.map(({ index }) => index),
      [2, 3],
    );
  });
});

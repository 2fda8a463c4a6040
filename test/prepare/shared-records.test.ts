/**
 * Records that several items of one message write: allowed where all write the same, kept in order where not.
 */
import assert from 'node:assert/strict';
import { stagesOf } from './joining.ts';
import { onlyRequest, prepared } from './prepared.ts';

type Plain = Record<string, unknown>;

const one = { Code: '1' };

function warehouse(fields: object, ...locations: object[]): Plain {
  return { Code: 'W', ...fields, Locations: locations.length === 0 ? [one] : locations };
}

function list(Code: string, ...warehouses: object[]): Plain {
  return { Code, Name: 'n', Warehouses: warehouses };
}

async function assertStages(items: readonly Plain[], stages: readonly (readonly number[])[]) {
  assert.deepEqual(stagesOf(await prepared('import-price-lists', items)), stages);
}

describe('prepare: warehouses of several price lists', () => {
  const named = (Name: string, Location = 'l') => warehouse({ Name }, { ...one, Name: Location });

  it('go together where each list writes the same', async () => {
    const lists = ['A', 'B', 'C'].map((code) => list(code, named('n')));
    assert.equal((await onlyRequest('import-price-lists', lists)).items.length, 3);
  });

  it('are apart where two lists write different fields of one warehouse', async () => {
    await assertStages([list('A', named('n')), list('B', named('m'))], [[0], [1]]);
  });

  it('are apart where two lists write different fields of one location', async () => {
    await assertStages([list('A', named('n', 'k')), list('B', named('n', 'l'))], [[0], [1]]);
  });

  it('are apart where two lists name different locations', async () => {
    await assertStages([list('A', warehouse({})), list('B', warehouse({}, one, { Code: '2' }))], [[0], [1]]);
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

  it('let nothing overtake a list that waits', async () => {
    await assertStages(
      [list('A', named('n')), list('B', named('m')), list('C', named('n'))],
      [[0], [1], [2]],
    );
  });

  it('go side by side after the same one', async () => {
    const lists = ['A', 'B', 'C', 'D'].map((code, index) => list(code, named(index < 2 ? 'n' : 'm')));
    await assertStages(lists, [
      [0, 1],
      [2, 3],
    ]);
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
    assert.deepEqual(stagesOf(await prepared('import-companies', items)), [[0, 1], [2]]);
  });

  it('compare what a company writes in all of its items', async () => {
    const items = [
      company('A', { FirstName: 'F' }),
      company('A', { FirstName: 'G' }),
      company('B', { FirstName: 'F' }),
      company('C', { FirstName: 'G' }),
    ];
    assert.deepEqual(stagesOf(await prepared('import-companies', items.toSpliced(2, 1))), [[0, 1, 2]]);
    assert.deepEqual(stagesOf(await prepared('import-companies', items)), [[0, 1], [2], [3]]);
  });

  it('know a customer by each of its keys', async () => {
    const items = [
      company('A', { EmailAddress: 'e', FirstName: 'F' }),
      { ...company('B', {}), Customers: [{ EmailAddress: 'e', FirstName: 'G' }] },
      company('C', { FirstName: 'H' }),
    ];
    assert.deepEqual(stagesOf(await prepared('import-companies', items)), [[0], [1], [2]]);
  });
});

describe('prepare: what several items write of records that they point to', () => {
  const customer = (Code: string, ...Companies: object[]) => ({
    Code,
    Type: 1,
    IsCompanyListDelta: true,
    Companies,
  });
  const stages = async (...items: Plain[]) => stagesOf(await prepared('import-customers', items));

  it('keeps its order where two customers give one company different names', async () => {
    const items = [
      { ...customer('K', { Code: 'A', Name: 'old' }), FirstName: 'F' },
      customer('L', { Code: 'A', Name: 'new' }),
    ];
    assert.deepEqual(await stages(...items), [[0], [1]]);
  });

  it('goes together where all write the same, or only point', async () => {
    const link = (IsPrimary: boolean) => ({ Code: 'A', Name: 'n', IsPrimary });
    assert.deepEqual(await stages(customer('K', link(true)), customer('L', link(false))), [[0, 1]]);
    assert.deepEqual(await stages(customer('K', { Code: 'A' }), customer('L', { Code: 'A' })), [[0, 1]]);
  });

  it('keeps its order where another key is written', async () => {
    const numbered = (OrganizationNo: string) => ({ Code: 'A', OrganizationNo });
    assert.deepEqual(await stages(customer('K', numbered('1')), customer('L', numbered('2'))), [[0], [1]]);
    const company = (Code: string, EmailAddress: string) => ({
      ApplicationKey: '5f0c3a52-7f65-4c55-9c0e-6a2d1c6e9b11',
      Code,
      IsCustomerListDelta: true,
      Customers: [{ Code: 'K', EmailAddress }],
    });
    const companies = [company('A', 'old'), company('B', 'new')];
    assert.deepEqual(stagesOf(await prepared('import-companies', companies)), [[0], [1]]);
  });
});

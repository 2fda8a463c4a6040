/**
 * Customers and companies: how they are found, what is written, who is connected to whom.
 */
import assert from 'node:assert/strict';
import type { PlainRecord, Readings, Simulator } from '../../src/simulator/index.ts';
import { Caller, startQuick } from './caller.ts';

const customers = '/Customer/ImportCustomers';
const companies = '/Customer/ImportCompanies';
const ApplicationKey = '3f0c2b7e-5d1a-4a55-9b1e-0c6d3a7f2e11';
const names = ['Code', 'EmailAddress', 'FirstName', 'LastName'];
const customer = (Code: string, more: object = {}) => ({
  Type: 1,
  Code,
  EmailAddress: `${Code}@example.com`,
  FirstName: 'F',
  LastName: 'L',
  ...more,
});
const company = (Code: string, more: object = {}) => ({
  ApplicationKey,
  Code,
  Name: `N${Code}`,
  OrganizationNo: `o${Code}`,
  ...more,
});

describe('simulator: customers and companies', () => {
  let simulator: Simulator;
  let caller: Caller;

  async function start(readings: Partial<Readings> = {}): Promise<void> {
    simulator = await startQuick({ readings });
    caller = new Caller(simulator);
    await caller.import(
      customers,
      { CustomerFieldsThatAreSet: names },
      ['a', 'b', 'c'].map((code) => customer(code)),
    );
    await caller.import(companies, { CompanyFieldsThatAreSet: ['Code', 'Name', 'OrganizationNo'] }, [
      company('X'),
      company('Y'),
    ]);
  }

  afterEach(() => simulator.close());

  const stored = (code = 'a') => simulator.catalogue.get('customers', code) ?? {};
  const write = (fields: string[], item: object, more: object = {}) =>
    caller.import(customers, { CustomerFieldsThatAreSet: fields, ...more }, [item]);
  const codes = (records: unknown) => (records as PlainRecord[]).map(({ Code }) => Code);

  it('finds by Id, then Code, then e-mail; the first given decides', async () => {
    await start();
    await write(['Title'], { Type: 1, Id: stored().Id, Code: 'b', Title: 'by id' });
    assert.equal(stored().Title, 'by id');
    await write(['Title'], { Type: 1, Code: 'a', EmailAddress: 'b@example.com', Title: 'by code' });
    assert.equal(stored().Title, 'by code');
    await write(['Title'], { Type: 1, EmailAddress: 'a@example.com', Title: 'by mail' });
    assert.equal(stored().Title, 'by mail');
    assert.equal(stored('b').Title, null);
    for (const item of [{ Id: 1 }, { Title: 'x' }, { Code: 'unknown', EmailAddress: 'a@example.com' }]) {
      assert.equal((await write(['Title'], item)).failures, 1, JSON.stringify(item));
    }
    const onlyByCode = await write(['Title', 'SearchOnlyByCode'], {
      EmailAddress: 'a@example.com',
      Title: 'x',
    });
    assert.equal(onlyByCode.failures, 1);
    assert.equal(stored().Title, 'by mail');
  });

  it('needs for an insert what the documents say', async () => {
    await start();
    for (const name of names) {
      const job = await write(names, { ...customer('new'), Id: undefined, [name]: undefined });
      assert.equal(job.failures, 1, name);
    }
    const unnamed = { CompanyFieldsThatAreSet: ['Code', 'OrganizationNo', 'Name'] };
    for (const name of ['ApplicationKey', 'Name', 'OrganizationNo']) {
      const job = await caller.import(companies, unnamed, [{ ...company('Z'), [name]: undefined }]);
      assert.equal(job.failures, 1, name);
    }
    const update = await caller.import(companies, unnamed, [{ ...company('X'), ApplicationKey: undefined }]);
    assert.equal(update.failures, 1);
    assert.equal(simulator.catalogue.count('customers'), 3);
    assert.equal(simulator.catalogue.count('companies'), 2);
  });

  it('writes Type always, a missing IsActive as true, a missing text as nothing', async () => {
    await start();
    await write(['Title', 'IsActive'], { Code: 'a', Type: 2, Title: 't', IsActive: false });
    assert.deepEqual([stored().Type, stored().Title, stored().IsActive], [2, 't', false]);
    await write(['Title', 'IsActive'], { Code: 'a' });
    assert.deepEqual([stored().Type, stored().Title, stored().IsActive], [0, null, true]);
  });

  it('removes flags that are not sent, unless they are to be preserved', async () => {
    await start();
    const flags = (...list: string[]) => ({ Type: 1, Code: 'a', Flags: list.map((Code) => ({ Code })) });
    await write(['Flags'], flags('x', 'y'));
    await write(['Flags', 'PreserveFlags'], flags('z'));
    assert.deepEqual(codes(stored().Flags), ['x', 'y', 'z']);
    await write(['Flags'], flags('y'));
    assert.deepEqual(stored().Flags, [{ Code: 'y', IsActive: true }]);
    await write(['Flags'], { Type: 1, Code: 'a' });
    assert.deepEqual(stored().Flags, []);
  });

  it('disconnects companies that are not sent, unless the list is a delta', async () => {
    await start();
    const link = (delta: boolean | undefined, ...list: object[]) =>
      write(['Companies'], { Type: 1, Code: 'a', IsCompanyListDelta: delta, Companies: list });
    const job = await link(true, { Code: 'X' }, { OrganizationNo: 'oY', IsPrimary: true }, { Code: 'Z' });
    assert.equal(job.log.filter((row) => row.SeverityId === 2).length, 1);
    assert.deepEqual(codes(stored().Companies), ['X', 'Y']);
    assert.deepEqual(
      (stored().Companies as PlainRecord[]).map((one) => one.IsPrimary),
      [false, true],
    );
    assert.deepEqual(codes(simulator.catalogue.get('companies', 'X')?.Customers), ['a']);
    await link(true);
    assert.equal(codes(stored().Companies).length, 2);
    await link(undefined, { Code: 'X' });
    assert.deepEqual(codes(stored().Companies), ['X']);
    assert.deepEqual(codes(simulator.catalogue.get('companies', 'Y')?.Customers), []);
  });

  it('writes the listed fields of linked customers, who must exist', async () => {
    await start();
    const header = { CompanyFieldsThatAreSet: ['Customers'], CustomerFieldsThatAreSet: ['FirstName'] };
    await caller.import(companies, header, [
      {
        ...company('X'),
        Customers: [{ Code: 'a', FirstName: 'New' }, { EmailAddress: 'b@example.com' }, { Code: 'z' }],
      },
    ]);
    assert.deepEqual(codes(simulator.catalogue.get('companies', 'X')?.Customers), ['a', 'b']);
    assert.deepEqual([stored('a').FirstName, stored('a').Type], ['New', 1]);
    assert.equal(stored('b').FirstName, null);
    assert.equal(simulator.catalogue.count('customers'), 3);
    await caller.import(companies, header, [company('X')]);
    assert.deepEqual(simulator.catalogue.get('companies', 'X')?.Customers, []);
  });

  it('takes a password only when the account is created', async () => {
    await start();
    const header = { AccountFieldsThatAreSet: ['PasswordCreateOnly', 'Status'] };
    const account = (Password: string) => ({
      Type: 1,
      Code: 'a',
      Accounts: [{ ApplicationKey, LoginName: 'l', Password, Status: 1 }],
    });
    await write(['Accounts'], account('one'), header);
    await write(['Accounts'], account('two'), header);
    assert.equal((stored().Accounts as PlainRecord[])[0]?.Password, 'one');
  });

  for (const [readings, addresses, priceLists] of [
    [{}, ['1', '2'], ['q']],
    [{ unstatedUpsertLists: 'replace', unstatedReplaceLists: 'keep' }, ['2'], ['p', 'q']],
  ] as const) {
    it(`treats shorter lists by the reading ${JSON.stringify(readings)}`, async () => {
      await start(readings);
      const lists = (places: string[], prices: string[]) => ({
        Type: 1,
        Code: 'a',
        DeliveryAddresses: places.map((Code) => ({ Code, City: 'c' })),
        PriceLists: prices.map((Code) => ({ Code })),
      });
      await write(['DeliveryAddresses', 'PriceLists'], lists(['1', '2'], ['p', 'q']));
      await write(['DeliveryAddresses', 'PriceLists'], lists(['2'], ['q']));
      assert.deepEqual(codes(stored().DeliveryAddresses), addresses);
      assert.deepEqual(codes(stored().PriceLists), priceLists);
    });
  }

  it('keeps the marks of an address that carries none, and replaces the rest', async () => {
    await start();
    const invoice = (address: object) =>
      write(['InvoiceAddress'], { Type: 1, Code: 'a', InvoiceAddress: address });
    await invoice({ City: 'Umeå', ZipCode: '1', IsPrimary: true });
    await invoice({ City: 'Åre' });
    assert.deepEqual(stored().InvoiceAddress, { City: 'Åre', IsPrimary: true });
  });
});

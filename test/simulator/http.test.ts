/**
 * What Connect's address takes and what it turns away.
 */
import assert from 'node:assert/strict';
import type { Simulator } from '../../src/simulator/index.ts';
import { Caller, startQuick } from './caller.ts';

const onhands = '/Product/ImportOnhands';
const list = { SkuOnhandFieldsThatAreSet: ['OnhandValue'] };
const item = { PartNo: 'A', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 5 };

describe('simulator: HTTP', () => {
  let simulator: Simulator;
  let caller: Caller;

  beforeEach(async () => {
    simulator = await startQuick({ bodyLimit: 2000 });
    caller = new Caller(simulator);
    simulator.catalogue.addSku('A');
  });

  afterEach(() => simulator.close());

  it('answers an import with a job id as text and a summary', async () => {
    const response = await caller.post(onhands, list, [item, { ...item, OnhandValue: 'many' }]);
    const body = (await response.json()) as Record<string, unknown>;
    assert.equal(response.status, 200);
    assert.equal(body.StatusCode, 'OK');
    assert.match(String(body.JobId), /^\d+$/);
    assert.equal(typeof body.JobId, 'string');
    assert.deepEqual(body.ValidationSummary, {
      NrOfItemsInTotal: 2,
      NrOfValidationFailures: 1,
      Messages: ['[1].OnhandValue: expected a number.'],
    });
  });

  it('knows Connect with and without the stray /api', async () => {
    assert.equal((await caller.call('/api/Job/Ping')).status, 200);
    assert.equal((await caller.call('/Job/Ping')).status, 200);
  });

  it('asks for a bearer token that lives', async () => {
    const basic = `Basic ${Buffer.from('simulator:simulator-secret').toString('base64')}`;
    for (const authorization of ['', basic, 'Bearer', 'Bearer nonsense']) {
      const response = await fetch(`${simulator.connectUrl}/Job/Ping`, { headers: { authorization } });
      assert.equal(response.status, 401, authorization);
    }
    assert.equal((await caller.call('/Job/Ping')).status, 200);
    simulator.revokeTokens();
    assert.equal((await caller.call('/Job/Ping')).status, 401);
  });

  it('answers 404 and 405 where they are due', async () => {
    assert.equal((await caller.call('/Product/ImportNothing')).status, 404);
    assert.equal((await caller.call('/Product')).status, 404);
    assert.equal((await caller.call(onhands)).status, 405);
    assert.equal((await caller.call('/Job/Restart?id=1')).status, 405);
    assert.equal((await caller.call('/Job/Ping', { method: 'POST' })).status, 405);
  });

  it('takes the header name in any letter case, and list values as names or numbers', async () => {
    for (const values of [[3], ['OnhandValue'], ['onhandvalue'], [3, 'IsActive']]) {
      const response = await caller.call(onhands, {
        method: 'POST',
        headers: {
          'x-STORMconnect-header': JSON.stringify({ AccountId: 1, SkuOnhandFieldsThatAreSet: values }),
        },
        body: JSON.stringify([item]),
      });
      assert.equal(response.status, 200, JSON.stringify(values));
    }
  });

  const badHeaders: readonly [string, string | null][] = [
    ['no header', null],
    ['no JSON', '{AccountId'],
    ['a list', '[]'],
    ['no AccountId', '{"SkuOnhandFieldsThatAreSet":[3]}'],
    ['a text as AccountId', '{"AccountId":"1"}'],
    ['an unknown property', '{"AccountId":1,"SkuFieldsThatAreSet":[1]}'],
    ['an unknown value', '{"AccountId":1,"SkuOnhandFieldsThatAreSet":["Onhand"]}'],
    ['an unknown number', '{"AccountId":1,"SkuOnhandFieldsThatAreSet":[99]}'],
    ['a list that is none', '{"AccountId":1,"SkuOnhandFieldsThatAreSet":3}'],
    ['FullFile as text', '{"AccountId":1,"FullFile":"true"}'],
    ['XML', '{"AccountId":1,"SerializationType":1}'],
    ['StorageName', '{"AccountId":1,"StorageName":"x.json"}'],
  ];
  for (const [what, value] of badHeaders) {
    it(`answers 400 to ${what} in the import header`, async () => {
      const headers: Record<string, string> = value === null ? {} : { 'X-StormConnect-Header': value };
      const response = await caller.call(onhands, { method: 'POST', headers, body: '[]' });
      assert.equal(response.status, 400);
      assert.equal(typeof ((await response.json()) as { Message: unknown }).Message, 'string');
      assert.equal(simulator.jobs.length, 0);
    });
  }

  it('has no FullFile where the contract has none', async () => {
    assert.equal((await caller.post('/Product/ImportPriceLists', { FullFile: false }, [])).status, 400);
    assert.equal((await caller.post('/Customer/ImportCustomers', { FullFile: false }, [])).status, 400);
  });

  for (const body of ['', 'null', '5', '"text"', '[', '{"PartNo":', '{} x', '<xml/>']) {
    it(`answers 400 to the body ${JSON.stringify(body)}`, async () => {
      assert.equal((await caller.post(onhands, list, body)).status, 400);
      assert.equal(simulator.jobs.length, 0);
    });
  }

  it('takes objects one after another, as the .NET helper writes them', async () => {
    simulator.catalogue.addSku('B}"');
    const other = { ...item, PartNo: 'B}"', OnhandValue: 7 };
    const job = await caller.import(onhands, list, `${JSON.stringify(item)}${JSON.stringify(other)}\n`);
    assert.equal(job.totals, 2);
    assert.equal(simulator.catalogue.get('onhands', 'A', 'W', 'L')?.OnhandValue, 5);
    assert.equal(simulator.catalogue.get('onhands', 'B}"', 'W', 'L')?.OnhandValue, 7);
  });

  it('takes property names without case and drops unknown ones', async () => {
    const body =
      '[{"partno":"A","WAREHOUSECODE":"W","locationCode":"L","onHandValue":5,"__proto__":{"x":1}}]';
    await caller.import(onhands, list, body);
    assert.equal(simulator.catalogue.get('onhands', 'A', 'W', 'L')?.OnhandValue, 5);
    assert.equal(({} as Record<string, unknown>).x, undefined);
  });

  it('answers 413 to a body over the limit, and goes on', async () => {
    const response = await caller.post(onhands, list, [{ ...item, PartNo: 'x'.repeat(2000) }]);
    assert.equal(response.status, 413);
    assert.equal((await caller.call('/Job/Ping')).status, 200);
  });

  it('records requests without the token', async () => {
    await caller.import(onhands, list, [item]);
    const request = simulator.requests.at(-1);
    assert.equal(request?.method, 'POST');
    assert.equal(request?.path, '/commerce/connect/4.0/Product/ImportOnhands');
    assert.equal(request?.status, 200);
    assert.equal(request?.items, 1);
    assert.deepEqual(request?.header, { AccountId: 1, ...list });
    assert.ok((request?.bytes ?? 0) > 10);
    assert.equal(request?.jobId, simulator.jobs.at(-1)?.id);
    const token = await caller.token();
    assert.ok(!JSON.stringify([simulator.requests, simulator.tokenRequests]).includes(token));
  });

  it('shows its state to a browser and to a program, and never as markup', async () => {
    simulator.catalogue.addSku('<script>');
    await caller.import(onhands, list, [item]);
    const page = await (await fetch(`${simulator.url}/`)).text();
    assert.match(page, /onhands: 1/);
    assert.ok(!page.includes('<script>'));
    const state = (await (await fetch(`${simulator.url}/simulator/state`)).json()) as {
      catalogue: { onhands: { OnhandValue: number }[] };
      jobs: unknown[];
      requests: unknown[];
    };
    assert.equal(state.catalogue.onhands[0]?.OnhandValue, 5);
    assert.equal(state.jobs.length, 1);
    assert.equal(state.requests.length, 1);
  });

  it('forgets everything but its tokens at a reset', async () => {
    await caller.import(onhands, list, [item]);
    simulator.faults.add({ kind: 'serverError' });
    assert.equal((await fetch(`${simulator.url}/simulator/reset`, { method: 'POST' })).status, 200);
    assert.equal(simulator.jobs.length, 0);
    assert.equal(simulator.requests.length, 0);
    assert.equal(simulator.catalogue.count('skus'), 0);
    assert.equal((await caller.call('/Job/Ping')).status, 200);
  });
});

/**
 * Faults on order: each kind fails in its own way, as often as asked, and where asked.
 */
import assert from 'node:assert/strict';
import type { Fault, Simulator } from '../../src/simulator/index.ts';
import { faultKinds } from '../../src/simulator/index.ts';
import { Caller, startQuick, tokenForm } from './caller.ts';

const onhands = '/Product/ImportOnhands';
const list = { SkuOnhandFieldsThatAreSet: ['OnhandValue'] };
const item = { PartNo: 'A', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 5 };

describe('simulator: faults', () => {
  let simulator: Simulator;
  let caller: Caller;

  beforeEach(async () => {
    simulator = await startQuick();
    caller = new Caller(simulator);
    simulator.catalogue.addSku('A');
    await caller.token();
  });

  afterEach(() => simulator.close());

  const stored = () => simulator.catalogue.get('onhands', 'A', 'W', 'L')?.OnhandValue;
  const statuses = { unauthorized: 401, tooManyRequests: 429, serverError: 500, unavailable: 503 } as const;

  for (const [kind, status] of Object.entries(statuses)) {
    it(`answers ${status} as often as asked, and does nothing`, async () => {
      simulator.faults.add({ kind: kind as keyof typeof statuses, count: 2 });
      assert.equal((await caller.post(onhands, list, [item])).status, status);
      assert.equal((await caller.post(onhands, list, [item])).status, status);
      assert.equal(simulator.jobs.length, 0);
      assert.equal((await caller.post(onhands, list, [item])).status, 200);
    });
  }

  it('breaks the connection before or after the work', async () => {
    simulator.faults.add({ kind: 'reset' });
    await assert.rejects(caller.post(onhands, list, [item]));
    assert.equal(simulator.jobs.length, 0);
    simulator.faults.add({ kind: 'lostAnswer' });
    await assert.rejects(caller.post(onhands, list, [item]));
    await simulator.settled();
    assert.equal(stored(), 5);
    assert.equal(simulator.requests.at(-1)?.status, null);
    assert.equal(simulator.requests.at(-1)?.jobId, simulator.jobs[0]?.id);
  });

  it('cuts the answer, or sends a page instead', async () => {
    simulator.faults.add({ kind: 'malformed' });
    const cut = await caller.post(onhands, list, [item]);
    assert.equal(cut.status, 200);
    await assert.rejects(cut.json(), SyntaxError);
    assert.equal(simulator.jobs.length, 1);
    simulator.faults.add({ kind: 'html' });
    const page = await caller.post(onhands, list, [item]);
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type') ?? '', /html/);
    assert.equal(simulator.jobs.length, 1);
  });

  it('never answers a stalled request, and still closes', async () => {
    simulator.faults.add({ kind: 'stall' });
    const call = caller.call('/Job/Ping', { signal: AbortSignal.timeout(100) });
    await assert.rejects(call, { name: 'TimeoutError' });
  });

  it('fails a job that was accepted', async () => {
    simulator.faults.add({ kind: 'failedJob' });
    const job = await caller.import(onhands, list, [item]);
    assert.equal(job.status, 3);
    assert.equal(stored(), undefined);
    await caller.json(`/Job/Restart?id=${job.id}`, { method: 'POST' });
    await simulator.settled();
    assert.equal(stored(), 5);
  });

  it('spares the token endpoint unless asked for it', async () => {
    const ask = async () => (await fetch(simulator.tokenUrl, { method: 'POST', body: tokenForm() })).status;
    simulator.faults.add({ kind: 'serverError' });
    assert.equal(await ask(), 200);
    simulator.faults.add({ kind: 'unavailable', match: (path) => path.includes('/identity/') });
    assert.equal(await ask(), 503);
    assert.equal(await ask(), 200);
    assert.equal((await caller.call('/Job/Ping')).status, 500);
  });

  it('takes orders over HTTP, and refuses nonsense', async () => {
    const order = (body: unknown) =>
      fetch(`${simulator.url}/simulator/faults`, { method: 'POST', body: JSON.stringify(body) });
    const nonsense: readonly unknown[] = [
      null,
      [],
      {},
      { kind: 'explode' },
      { kind: 'toString' },
      { kind: 'reset', count: 0 },
      { kind: 'reset', count: 1.5 },
      { kind: 'reset', share: 0 },
      { kind: 'reset', share: 1.1 },
      { kind: 'reset', path: 7 },
      { kind: 'reset', at: 'headers' },
      { kind: 'reset', status: 500 },
      { kind: 'reset', toString: 1 },
      { kind: 'stall', at: 'body' },
      { kind: 'status', status: 200 },
      { kind: 'status', status: '500' },
      { kind: 'status', body: 'xml' },
      { kind: 'status', carriedOut: 'no' },
      { kind: 'status', retryAfter: -1 },
      { kind: 'status', retryAfter: { date: 'now' } },
      { kind: 'status', retryAfter: { date: 1, more: 1 } },
      { kind: 'status', retryAfter: '1\r\nx: y' },
      { kind: 'redirect', status: 300 },
      { kind: 'redirect', location: 'a\nb' },
      { kind: 'slow', duration: -1 },
      { kind: 'jobId', form: 'roman' },
    ];
    for (const wrong of nonsense) assert.equal((await order(wrong)).status, 400, JSON.stringify(wrong));
    const [lone] = await Promise.all([order('{'), order('text')]);
    assert.equal(lone.status, 400);
    assert.equal(simulator.faults.pending, 0);
    assert.equal((await order({ kind: 'serverError', count: 1, path: '/Job/List' })).status, 200);
    assert.equal((await caller.call('/Job/Ping')).status, 200);
    assert.equal((await caller.call('/Job/List')).status, 500);
    assert.equal(simulator.faults.pending, 0);
  });

  it('takes every kind over HTTP with its parameters', async () => {
    const orders: readonly Fault[] = [
      ...faultKinds.map((kind): Fault => ({ kind })),
      { kind: 'status', status: 429, body: 'html', retryAfter: { date: 5 }, carriedOut: false },
      { kind: 'status', status: 503, retryAfter: 'soon', share: 0.5, count: 3 },
      { kind: 'redirect', status: 308, location: 'https://elsewhere.example/' },
      { kind: 'html', carriedOut: true },
      { kind: 'stall', at: 'answer', path: '/Job/' },
      { kind: 'reset', at: 'body' },
      { kind: 'slow', duration: 5 },
      { kind: 'jobId', form: 'float' },
    ];
    for (const body of orders) {
      const answer = await fetch(`${simulator.url}/simulator/faults`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      assert.equal(answer.status, 200, JSON.stringify(body));
    }
    assert.equal(simulator.faults.pending, orders.length + 2);
  });
});

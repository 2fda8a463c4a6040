/**
 * Outcomes on order: what a rule says becomes of items and jobs.
 */
import assert from 'node:assert/strict';
import { ConnectError } from '../../src/errors.ts';
import type { Job, Simulator } from '../../src/simulator/index.ts';
import { Caller, startQuick } from './caller.ts';

const onhands = '/Product/ImportOnhands';
const list = { SkuOnhandFieldsThatAreSet: ['OnhandValue'] };
const item = { PartNo: 'A', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 5 };
const place = { WarehouseCode: 'W', LocationCode: 'L' };

describe('simulator: outcomes', () => {
  let simulator: Simulator;
  let caller: Caller;

  beforeEach(async () => {
    simulator = await startQuick();
    caller = new Caller(simulator);
    simulator.catalogue.addSku('A');
  });

  afterEach(() => simulator.close());

  const stored = (partNo = 'A') => simulator.catalogue.get('onhands', partNo, 'W', 'L');
  const restart = (job: Job) => caller.call(`/Job/Restart?id=${job.id}`, { method: 'POST' });
  const problems = (job: Job) =>
    job.log
      .filter(({ SeverityId }) => SeverityId > 1)
      .map(({ SeverityId, Message, ImportedRow }) => [SeverityId, Message, ImportedRow]);

  it('refuses exactly the items that a rule names', async () => {
    const items = Array.from({ length: 1000 }, (_, index) => ({ ...item, PartNo: `P${index}` }));
    for (const { PartNo } of items) simulator.catalogue.addSku(PartNo);
    for (const PartNo of ['P3', 'P500', 'P999']) {
      simulator.outcomes.addItem({
        match: { PartNo, ...place },
        severity: 'error',
        message: `No ${PartNo}.`,
      });
    }
    const other = { match: { PartNo: 'P4', LocationCode: 'elsewhere' }, message: 'No.' };
    simulator.outcomes.addItem({ ...other, severity: 'error' });
    const job = await caller.import(onhands, list, items);
    assert.equal(job.status, 2);
    assert.deepEqual([job.totals, job.failures], [1000, 3]);
    assert.deepEqual(
      problems(job),
      [3, 500, 999].map((index) => [3, `No P${index}.`, JSON.stringify(items[index])]),
    );
    assert.equal(simulator.catalogue.count('onhands'), 997);
    assert.equal(stored('P500'), undefined);
  });

  it('ends in 3 when rules refuse every item', async () => {
    simulator.outcomes.addItem({ match: {}, severity: 'error', message: 'No.' });
    assert.equal((await caller.import(onhands, list, [item])).status, 3);
  });

  it('leaves a part out with a warning, and what was there stays', async () => {
    const both = { SkuOnhandFieldsThatAreSet: ['OnhandValue', 'IncomingValue'] };
    await caller.import(onhands, both, [{ ...item, IncomingValue: 1 }]);
    simulator.outcomes.addItem({
      match: { PartNo: 'A' },
      severity: 'warning',
      message: 'Value left out.',
      leaveOut: ['OnhandValue'],
    });
    const change = { ...item, OnhandValue: 9, IncomingValue: 2 };
    const job = await caller.import(onhands, both, [change]);
    assert.deepEqual([job.status, job.failures], [2, 0]);
    assert.deepEqual(problems(job), [[2, 'Value left out.', JSON.stringify(change)]]);
    assert.deepEqual([stored()?.OnhandValue, stored()?.IncomingValue], [5, 2]);
  });

  it('knows products by keys below them, and leaves out every variant of a field', async () => {
    const product = (partNo: string, name: string) => ({
      ManufacturerCode: 'M',
      Variants: [{ ManufacturerPartNo: `m${partNo}`, Skus: [{ PartNo: partNo, Status: 1, Type: 1 }] }],
      Cultures: [{ CultureCode: 'sv-SE', Name: name }],
    });
    const header = (name: string) => ({
      ProductFieldsThatAreSet: ['ManufacturerCode', 'Variants', 'Cultures'],
      ProductCultureFieldsThatAreSet: [name],
      VariantFieldsThatAreSet: ['ManufacturerPartNo', 'Skus'],
      SkuFieldsThatAreSet: ['Status', 'Type'],
    });
    const names = () =>
      ['1', '2'].map((partNo) => {
        const { Cultures: cultures } = simulator.catalogue.get('products', 'M', `m${partNo}`) ?? {};
        return (cultures as { Name: string }[] | undefined)?.[0]?.Name;
      });
    const path = '/Product/ImportProducts';
    await caller.import(path, header('Name'), [product('1', 'old'), product('2', 'old')]);
    simulator.outcomes.addItem({
      match: { 'Variants.Skus.PartNo': '2' },
      severity: 'warning',
      message: 'No name.',
      leaveOut: ['Name'],
    });
    for (const variant of ['Name', 'NameLimitedUpdate']) {
      const job = await caller.import(path, header(variant), [product('1', variant), product('2', variant)]);
      assert.equal(problems(job).length, 1);
      assert.deepEqual(names(), [variant, 'old']);
    }
  });

  it('uses a rule as often as it says, and only for its import', async () => {
    const rule = { match: {}, severity: 'error', message: 'No.' } as const;
    simulator.outcomes.addItem({ ...rule, import: 'import-prices' });
    simulator.outcomes.addItem({ ...rule, import: 'import-onhands', count: 2 });
    const failures = async () => (await caller.import(onhands, list, [item, item, item])).failures;
    assert.deepEqual([await failures(), await failures()], [2, 0]);
    assert.deepEqual(simulator.outcomes.list().items, [{ ...rule, import: 'import-prices' }]);
  });

  for (const status of [3, 4] as const) {
    it(`ends a job in ${status} without importing`, async () => {
      simulator.outcomes.addJob({ status, message: 'Because.', count: 1 });
      const job = await caller.import(onhands, list, [item]);
      assert.equal(job.status, status);
      assert.deepEqual(problems(job), [[3, 'Because.', null]]);
      assert.equal(stored(), undefined);
      assert.equal((await restart(job)).status, status === 3 ? 200 : 400);
      await simulator.settled();
      assert.equal(stored()?.OnhandValue, status === 3 ? 5 : undefined);
    });
  }

  it('lets a restarted job end anew: by the next rule, then by its items', async () => {
    simulator.outcomes.addJob({ status: 3, message: 'First.', count: 1 });
    simulator.outcomes.addJob({ status: 3, message: 'Second.', count: 1 });
    const first = await caller.import(onhands, list, [item]);
    const messages = [];
    let job = first;
    while (job.status === 3) {
      messages.push(problems(job)[0]?.[1]);
      assert.equal((await restart(job)).status, 200);
      await simulator.settled();
      job = simulator.jobs.at(-1) ?? job;
    }
    assert.deepEqual(messages, ['First.', 'Second.']);
    assert.equal(job.status, 2);
    assert.equal(stored()?.OnhandValue, 5);
  });

  it('goes through the states in order, unknown ones among them', async () => {
    const states = [6, 5, 7, 99];
    for (let count = 1; count <= states.length; count++) {
      simulator.outcomes.addJob({ states: states.slice(0, count), neverEnds: true, count: 1 });
      const { id } = await caller.import(onhands, list, [item]);
      const shown = (await caller.json(`/Job/Get?id=${id}`)) as Record<string, unknown>;
      assert.deepEqual([shown.StatusId, shown.IsFinished, shown.Stop], [states[count - 1], false, null]);
    }
    simulator.outcomes.addJob({ states });
    const job = await caller.import(onhands, list, [item]);
    assert.deepEqual([job.status, job.isFinished], [2, true]);
  });

  it('ends late, in scaled time', async () => {
    simulator.outcomes.addJob({ endsAfter: 20_000, states: [5, 6] });
    const job = await caller.import(onhands, list, [item]);
    // Dates have whole milliseconds.
    assert.ok((job.stop?.getTime() ?? 0) - job.start.getTime() >= 199);
  });

  it('never ends a job, until it is ended by hand', async () => {
    simulator.outcomes.addJob({ neverEnds: true, count: 1 });
    const job = await caller.import(onhands, list, [item]);
    assert.equal((await restart(job)).status, 400);
    const log = (await caller.json(`/Job/GetLog?id=${job.id}`)) as unknown[];
    assert.equal(log.length, 1);
    simulator.endJob(job.id, 3);
    assert.deepEqual([job.status, job.isFinished, stored()], [3, true, undefined]);
    for (const id of [job.id, 1]) {
      assert.throws(
        () => simulator.endJob(id, 2),
        (error) => error instanceof ConnectError && error.code === 'JOB_NOT_RUNNING',
      );
    }
    assert.equal((await restart(job)).status, 200);
    await simulator.settled();
    assert.equal(stored()?.OnhandValue, 5);
  });

  it('never mixes up two runs under one id', async () => {
    const keeping = await startQuick({ readings: { restartKeepsId: true } });
    try {
      const other = new Caller(keeping);
      keeping.catalogue.addSku('A');
      keeping.outcomes.addJob({ endsAfter: 20_000, count: 1 });
      keeping.outcomes.addJob({ neverEnds: true, count: 1 });
      await other.post(onhands, list, [item]);
      const [job] = keeping.jobs;
      assert.ok(job);
      keeping.endJob(job.id, 3);
      await other.json(`/Job/Restart?id=${job.id}`, { method: 'POST' });
      await keeping.settled();
      assert.deepEqual([job.isFinished, job.totals, keeping.catalogue.count('onhands')], [false, 0, 0]);
    } finally {
      await keeping.close();
    }
  });

  it('takes rules over HTTP, and refuses nonsense', async () => {
    const send = (method: string, body?: unknown) =>
      fetch(`${simulator.url}/simulator/outcomes`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const rule = { match: { PartNo: 'A' }, severity: 'error', message: 'No.' };
    for (const wrong of [
      [],
      {},
      { item: 5 },
      { item: { ...rule, severity: 'fatal' } },
      { item: { ...rule, message: 1 } },
      { item: { ...rule, match: [] } },
      { item: { ...rule, match: { PartNo: {} } } },
      { item: { ...rule, leaveOut: [1] } },
      { item: { ...rule, import: 'import-nothing' } },
      { item: { ...rule, count: 0 } },
      { item: { ...rule, counts: 1 } },
      { job: { status: 2 } },
      { job: { states: ['5'] } },
      { job: { endsAfter: -1 } },
      { job: { neverEnds: 'yes' } },
      { job: { message: 1 } },
      { item: rule, job: { status: 5 } },
    ]) {
      assert.equal((await send('POST', wrong)).status, 400, JSON.stringify(wrong));
    }
    const rules = {
      item: { ...rule, import: 'import-onhands', leaveOut: [], count: 1 },
      job: { states: [6, 7], endsAfter: 5, count: 1 },
    };
    assert.equal((await send('POST', rules)).status, 200);
    assert.deepEqual(await (await send('GET')).json(), { items: [rules.item], jobs: [rules.job] });
    assert.equal((await caller.import(onhands, list, [item])).failures, 1);
    assert.deepEqual(await (await send('GET')).json(), { items: [], jobs: [] });
    await send('POST', { job: { status: 4 } });
    assert.equal((await send('DELETE')).status, 200);
    assert.equal((await caller.import(onhands, list, [item])).status, 2);
    await send('POST', { job: { status: 4 } });
    await simulator.reset();
    assert.deepEqual(simulator.outcomes.list(), { items: [], jobs: [] });
  });
});

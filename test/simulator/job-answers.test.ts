/**
 * What Job calls answer: the readings of their shapes, log rows, retention, long lists; and what is kept of them.
 */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { Readings, Simulator, SimulatorOptions } from '../../src/simulator/index.ts';
import { countRequests } from '../../src/simulator/index.ts';
import { Caller, startQuick } from './caller.ts';

const onhands = '/Product/ImportOnhands';
const list = { SkuOnhandFieldsThatAreSet: ['OnhandValue'] };
const item = { PartNo: 'A', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 5 };

type JobJson = Readonly<Record<string, unknown>>;

describe('simulator: answers of Job calls', () => {
  let simulator: Simulator;
  let caller: Caller;

  async function start(options: SimulatorOptions = {}): Promise<void> {
    simulator = await startQuick(options);
    caller = new Caller(simulator);
    simulator.catalogue.addSku('A');
  }

  const startReading = (readings: Partial<Readings>) => start({ readings });
  const listed = async () => (await caller.json('/Job/List')) as JobJson[];
  const listedIds = async () => (await listed()).map(({ JobId }) => JobId);

  afterEach(() => simulator.close());

  it('lists jobs oldest first, or in no order, by the reading', async () => {
    await startReading({ jobListOrder: 'oldestFirst' });
    const ids = simulator.addForeignJobs(50).map(({ id }) => id);
    assert.deepEqual(await listedIds(), ids);
    await simulator.close();
    await startReading({ jobListOrder: 'none' });
    simulator.addForeignJobs(50);
    const scattered = await listedIds();
    assert.notDeepEqual(scattered, ids);
    assert.notDeepEqual(scattered, ids.toReversed());
    assert.deepEqual(new Set(scattered), new Set(ids));
  });

  it('lists no more than id and status, by the reading', async () => {
    await startReading({ jobListItem: 'short' });
    const { id } = await caller.import(onhands, list, [item]);
    assert.deepEqual(await listed(), [{ JobId: id, StatusId: 2 }]);
    assert.equal(((await caller.json(`/Job/Get?id=${id}`)) as JobJson).IsFinished, true);
  });

  it('calls the counter Insert, by the reading', async () => {
    await startReading({ insertCounter: 'Insert' });
    const { id } = await caller.import(onhands, list, [item]);
    for (const job of [(await caller.json(`/Job/Get?id=${id}`)) as JobJson, (await listed())[0]]) {
      assert.equal(job?.Insert, 1);
      assert.ok(!('Inserts' in job));
    }
  });

  it('answers a log as one object, the worst row, by the reading', async () => {
    await startReading({ jobLog: 'object' });
    simulator.outcomes.addItem({ match: {}, severity: 'warning', message: 'Beware.', count: 1 });
    simulator.outcomes.addItem({ match: {}, severity: 'error', message: 'No.', count: 2 });
    const { id } = await caller.import(onhands, list, [item, item, { ...item, OnhandValue: 6 }]);
    const row = (await caller.json(`/Job/GetLog?id=${id}`)) as JobJson;
    assert.deepEqual([row.SeverityId, row.Message, row.ImportedRow], [3, 'No.', JSON.stringify(item)]);
  });

  for (const mood of ['kind', 'hostile'] as const) {
    for (const logRows of ['full', 'null', 'cut', 'random'] as const) {
      it(`writes ${logRows} rows for warnings and errors when ${mood}`, async () => {
        await start({ mood, logRows, timeScale: 1000 });
        simulator.outcomes.addItem({ match: {}, severity: 'warning', message: 'Beware.', count: 100 });
        simulator.outcomes.addItem({ match: {}, severity: 'error', message: 'No.', count: 100 });
        const job = await caller.import(onhands, list, Array(200).fill(item));
        const whole = JSON.stringify(item);
        const nameOf = (row: string | null) => {
          if (row === null) return 'null';
          return row === whole ? 'full' : whole.startsWith(row) ? 'cut' : 'other';
        };
        for (const severityId of [2, 3]) {
          const rows = job.log.filter(({ SeverityId }) => SeverityId === severityId);
          assert.equal(rows.length, 100);
          const names = new Set(rows.map(({ ImportedRow }) => nameOf(ImportedRow)));
          assert.deepEqual(names, new Set(logRows === 'random' ? ['full', 'null', 'cut'] : [logRows]));
        }
      });
    }
  }

  it('keeps ended jobs for as long as it was told, and those that run for ever', async () => {
    const timeScale = 86_400;
    await start({ timeScale, tokenLifetime: 1e9, jobRetention: 86_400 });
    simulator.outcomes.addJob({ neverEnds: true, count: 1 });
    const running = await caller.import(onhands, list, [item]);
    const ended = await caller.import(onhands, list, [item]);
    await wait(1100);
    assert.deepEqual(await listedIds(), [running.id]);
    assert.equal((await caller.call(`/Job/Get?id=${ended.id}`)).status, 404);
    assert.equal((await caller.call(`/Job/GetLog?id=${ended.id}`)).status, 404);
    assert.equal((await caller.call(`/Job/Restart?id=${ended.id}`, { method: 'POST' })).status, 404);
  });

  it('forgets a job on order, but still does its work', async () => {
    await start();
    simulator.outcomes.addJob({ endsAfter: 10_000 });
    await caller.post(onhands, list, [item]);
    const id = simulator.jobs[0]?.id ?? 0;
    simulator.forget(id);
    assert.deepEqual(await listedIds(), []);
    assert.equal((await caller.call(`/Job/Get?id=${id}`)).status, 404);
    await simulator.settled();
    assert.equal(simulator.catalogue.get('onhands', 'A', 'W', 'L')?.OnhandValue, 5);
    assert.deepEqual(await listedIds(), []);
  });

  it('lists over 5 MB when the customer has many jobs', async () => {
    await start();
    const own = await caller.import(onhands, list, [item]);
    simulator.addForeignJobs(20_000);
    const body = await (await caller.call('/Job/List')).text();
    assert.ok(Buffer.byteLength(body) > 5_000_000, String(body.length));
    assert.equal((JSON.parse(body) as JobJson[]).at(-1)?.JobId, own.id);
  });

  it('shows foreign jobs that run, until they are ended', async () => {
    await start();
    const [job] = simulator.addForeignJobs(1, 6);
    assert.ok(job?.isForeign);
    assert.deepEqual([job.status, job.isFinished], [6, false]);
    simulator.endJob(job.id, 2);
    assert.deepEqual([job.status, job.isFinished], [2, true]);
    assert.equal((await caller.call(`/Job/Restart?id=${job.id}`, { method: 'POST' })).status, 400);
  });

  it('counts calls by operation, job and time, those in vain too', async () => {
    await start({ requestLimit: 7, timeScale: 1 });
    const { id } = await caller.import(onhands, list, [item]);
    await caller.call(`/Job/Get?id=${id}`);
    const middle = performance.now();
    await caller.call(`/Job/Get?id=${id}`);
    await caller.call(`/Job/Get?id=77`);
    await caller.call('/Job/List/');
    simulator.faults.add({ kind: 'serverError' });
    await caller.call(`/Job/GetLog?id=${id}`);
    await caller.call(`/Job/Restart?id=${id}`, { method: 'POST' });
    assert.equal((await caller.call(`/Job/Get?id=${id}`)).status, 429);
    const { requests } = simulator;
    const count = (selection: Parameters<typeof countRequests>[1]) => countRequests(requests, selection);
    assert.equal(count({}), 8);
    assert.equal(count({ operation: '/Job/Get' }), 4);
    assert.equal(count({ operation: '/Job/Get', jobId: id }), 3);
    assert.equal(count({ operation: '/Job/Get', jobId: 77 }), 1);
    assert.equal(count({ operation: '/job/list' }), 1);
    assert.equal(count({ jobId: id }), 6);
    assert.equal(count({ operation: '/Job/Get', until: middle }), 1);
    assert.equal(count({ operation: '/Job/Get', from: middle }), 3);
  });
});

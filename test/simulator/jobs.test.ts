/**
 * Jobs: their states, logs, restarts, and the disorder in which they run.
 */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { Simulator } from '../../src/simulator/index.ts';
import { Caller, startQuick } from './caller.ts';

const onhands = '/Product/ImportOnhands';
const list = { SkuOnhandFieldsThatAreSet: ['OnhandValue'] };
const item = { PartNo: 'A', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 5 };

interface JobJson {
  readonly JobId: number;
  readonly StatusId: number;
  readonly IsFinished: boolean;
  readonly [name: string]: unknown;
}

describe('simulator: jobs', () => {
  let simulator: Simulator;
  let caller: Caller;

  async function start(options: Parameters<typeof startQuick>[0] = {}): Promise<void> {
    simulator = await startQuick(options);
    caller = new Caller(simulator);
    simulator.catalogue.addSku('A');
  }

  afterEach(() => simulator.close());

  it('shows a job from its start to its end', async () => {
    await start({ timeScale: 1 });
    const response = await caller.post(onhands, list, [item, { ...item, PartNo: 5 }]);
    const { JobId: id } = (await response.json()) as { JobId: string };
    const running = (await caller.json(`/Job/Get?id=${id}`)) as JobJson;
    assert.equal(running.IsFinished, false);
    assert.ok([1, 5, 6].includes(running.StatusId));
    assert.equal(running.Stop, null);
    await simulator.settled();
    const ended = (await caller.json(`/Job/Get?id=${id}`)) as JobJson;
    assert.deepEqual(
      { ...ended, Start: null, Stop: null, LastUpdated: null, RunTime: null, StorageName: null },
      {
        JobId: Number(id),
        StatusId: 2,
        StorageName: null,
        Totals: 2,
        Inserts: 1,
        Updates: 0,
        Fail: 1,
        Start: null,
        Stop: null,
        LastUpdated: null,
        IsFinished: true,
        RunTime: null,
      },
    );
    for (const name of ['Start', 'Stop', 'LastUpdated']) {
      assert.match(String(ended[name]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/, name);
    }
    assert.match(String(ended.RunTime), /^\d\d:\d\d:\d\d\.\d{7}$/);
    const log = (await caller.json(`/Job/GetLog?id=${id}`)) as Record<string, unknown>[];
    assert.deepEqual(
      log.map((row) => [row.SeverityId, row.Message, row.ImportedRow]),
      [
        [1, 'Starting import.', null],
        [3, '[1].PartNo: expected text.', JSON.stringify({ ...item, PartNo: 5 })],
        [1, 'Import finished.', null],
      ],
    );
  });

  it('lists the newest first', async () => {
    await start();
    const ids = [];
    for (let count = 0; count < 3; count++) ids.unshift((await caller.import(onhands, list, [item])).id);
    const jobs = (await caller.json('/Job/List')) as JobJson[];
    assert.deepEqual(
      jobs.map((job) => job.JobId),
      ids,
    );
  });

  it('ends in 4 when no item is valid, in 3 when none can be imported, in 2 otherwise', async () => {
    await start();
    const invalid = { ...item, OnhandValue: 'five' };
    const refused = { PartNo: 'A', OnhandValue: 5 };
    const statusOf = async (items: unknown[]) => (await caller.import(onhands, list, items)).status;
    assert.equal(await statusOf([invalid]), 4);
    assert.equal(await statusOf([refused]), 3);
    assert.equal(await statusOf([invalid, refused]), 3);
    assert.equal(await statusOf([invalid, refused, item]), 2);
    assert.equal(await statusOf([]), 2);
    assert.equal(await statusOf([{ ...item, PartNo: 'unknown' }]), 2);
  });

  it('answers 400 without an id and 404 for an unknown one', async () => {
    await start();
    for (const operation of ['Get', 'GetLog']) {
      assert.equal((await caller.call(`/Job/${operation}`)).status, 400);
      assert.equal((await caller.call(`/Job/${operation}?id=x`)).status, 400);
      assert.equal((await caller.call(`/Job/${operation}?id=1`)).status, 404);
    }
    assert.equal((await caller.call('/Job/Restart?id=1', { method: 'POST' })).status, 404);
  });

  it('restarts what has succeeded or failed, under a new id', async () => {
    await start();
    const job = await caller.import(onhands, list, [item]);
    await caller.import(onhands, list, [{ ...item, OnhandValue: 9 }]);
    const answer = (await caller.json(`/Job/Restart?id=${job.id}`, { method: 'POST' })) as {
      JobId: string;
    };
    assert.equal(typeof answer.JobId, 'string');
    assert.notEqual(answer.JobId, String(job.id));
    await simulator.settled();
    assert.equal(simulator.catalogue.get('onhands', 'A', 'W', 'L')?.OnhandValue, 5);
    assert.equal(simulator.jobs.length, 3);
  });

  it('restarts under the old id where that is the reading', async () => {
    await start({ readings: { restartKeepsId: true } });
    const job = await caller.import(onhands, list, [item]);
    simulator.outcomes.addJob({ endsAfter: 60_000 });
    const answer = (await caller.json(`/Job/Restart?id=${job.id}`, { method: 'POST' })) as {
      JobId: string;
    };
    assert.equal(answer.JobId, String(job.id));
    assert.equal(job.isFinished, false);
    await simulator.settled();
    assert.equal(job.isFinished, true);
    assert.equal(simulator.jobs.length, 1);
  });

  it('refuses to restart what runs, what was invalid, and what is over two weeks old', async () => {
    await start({ timeScale: 2_000_000, tokenLifetime: 1e10, jobRetention: 1e10 });
    const restart = async (id: number) =>
      (await caller.call(`/Job/Restart?id=${id}`, { method: 'POST' })).status;
    const invalid = await caller.import(onhands, list, [5]);
    assert.equal(invalid.status, 4);
    assert.equal(await restart(invalid.id), 400);
    const old = await caller.import(onhands, list, [item]);
    assert.equal(await restart(old.id), 200);
    await simulator.settled();
    await wait(700);
    assert.equal(await restart(old.id), 400);
  });

  it('refuses to restart a job that has not ended', async () => {
    await start({ timeScale: 0.1 });
    const response = await caller.post(onhands, list, [item]);
    const { JobId: id } = (await response.json()) as { JobId: string };
    assert.equal((await caller.call(`/Job/Restart?id=${id}`, { method: 'POST' })).status, 400);
  });

  it('runs jobs in order when kind', async () => {
    await start();
    for (let value = 1; value <= 20; value++) {
      await caller.post(onhands, list, [{ ...item, OnhandValue: value }]);
    }
    await simulator.settled();
    assert.equal(simulator.catalogue.get('onhands', 'A', 'W', 'L')?.OnhandValue, 20);
  });

  it('runs jobs in any order, among foreign ones, with poor logs when hostile', async () => {
    await start({ mood: 'hostile' });
    const winners = new Set<unknown>();
    for (let round = 0; round < 30; round++) {
      await caller.post(onhands, list, [{ ...item, OnhandValue: 1 }]);
      await caller.post(onhands, list, [{ ...item, OnhandValue: 2 }, { OnhandValue: 3 }]);
      await simulator.settled();
      winners.add(simulator.catalogue.get('onhands', 'A', 'W', 'L')?.OnhandValue);
    }
    assert.deepEqual(winners, new Set([1, 2]));
    const jobs = (await caller.json('/Job/List')) as JobJson[];
    assert.ok(jobs.length > 60);
    assert.ok(simulator.jobs.some((job) => job.isForeign));
    const rows = simulator.jobs.flatMap((job) => job.log).filter((row) => row.SeverityId === 3);
    assert.ok(rows.some((row) => row.ImportedRow === null));
  });

  it('lets either of two items with one key win when hostile', async () => {
    await start({ mood: 'hostile' });
    const winners = new Set<unknown>();
    for (let round = 0; round < 40; round++) {
      await caller.import(onhands, list, [
        { ...item, OnhandValue: 1 },
        { ...item, OnhandValue: 2 },
      ]);
      winners.add(simulator.catalogue.get('onhands', 'A', 'W', 'L')?.OnhandValue);
    }
    assert.deepEqual(winners, new Set([1, 2]));
  });

  it('leaves nothing behind when it closes in the middle of jobs', async () => {
    await start();
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const busy = await Simulator.start({ timeScale: 0.001 });
    busy.catalogue.addSku('A');
    await new Caller(busy).post(onhands, list, [item]);
    assert.ok(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length > before);
    await busy.close();
    assert.equal(busy.catalogue.count('onhands'), 0);
    await assert.rejects(fetch(busy.url));
    await busy.settled();
  });
});

/**
 * Jobs are followed to their end, over few requests, whatever Connect says on the way.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '../../src/connection/index.ts';
import { Stage, stockItem } from './support/stage.ts';

describe('following a job', () => {
  let stage: Stage;
  afterEach(() => stage.end());

  it('tells that it succeeded, with Connect’s counts', async () => {
    stage = await Stage.start();
    const jobId = await stage.job([stockItem(1), stockItem(2)]);
    const { result, state, items, import: name, problems } = await stage.outcome(jobId);
    assert.deepEqual(
      { result, items, name, totals: state?.totals, fail: state?.fail, problems },
      {
        result: 'succeeded',
        items: 2,
        name: 'import-onhands',
        totals: 2,
        fail: 0,
        problems: undefined,
      },
    );
  });

  it('goes on through states that the documents name elsewhere, or nowhere', async () => {
    stage = await Stage.start({ mood: 'hostile' });
    stage.simulator.outcomes.addJob({ states: [5, 6, 7, 42], endsAfter: 30_000 });
    const seen: unknown[] = [];
    stage.tracker.listen({ progress: (_job, { status }) => seen.push(status) });
    const jobId = await stage.job([stockItem(1)]);
    assert.equal((await stage.outcome(jobId)).result, 'succeeded');
    assert.ok(seen.length > 0 && seen.every((status) => ![2, 3, 4].includes(status as number)), String(seen));
  });

  for (const status of [3, 4] as const) {
    it(`tells that it failed with status ${status}, and why`, async () => {
      stage = await Stage.start();
      stage.simulator.outcomes.addJob({ status, message: 'The storage is gone.' });
      const { result, state, problems } = await stage.outcome(await stage.job([stockItem(1)]));
      assert.deepEqual([result, state?.status], ['failed', status]);
      assert.ok(problems?.unmatched.some(({ message }) => message === 'The storage is gone.'));
    });
  }

  it('names exactly the 3 of 1,000 items that failed, with Connect’s messages', async () => {
    stage = await Stage.start();
    const failing = [17, 500, 999];
    for (const number of failing) {
      const message = `No such SKU: P${number}.`;
      stage.simulator.outcomes.addItem({ match: { PartNo: `P${number}` }, severity: 'error', message });
    }
    const items = Array.from({ length: 1000 }, (_, number) => stockItem(number));
    const { result, state, problems } = await stage.outcome(await stage.job(items));
    assert.deepEqual([result, state?.fail, problems?.errors, problems?.warnings], ['succeeded', 3, 3, 0]);
    const told = [...(problems?.matched ?? [])].sort((one, other) => one.index - other.index);
    assert.deepEqual(
      told.map(({ index, message }) => [index, message]),
      failing.map((number) => [number, `No such SKU: P${number}.`]),
    );
    assert.deepEqual(problems?.unmatched, []);
  });

  for (const logRows of ['null', 'cut'] as const) {
    it(`counts what failed and ties it to nothing where the log's rows are ${logRows}`, async () => {
      stage = await Stage.start({ logRows });
      for (const number of [1, 2, 3]) {
        stage.simulator.outcomes.addItem({
          match: { PartNo: `P${number}` },
          severity: 'error',
          message: 'No such SKU.',
        });
      }
      const items = Array.from({ length: 1000 }, (_, number) => stockItem(number));
      const { state, problems } = await stage.outcome(await stage.job(items));
      assert.deepEqual([state?.fail, problems?.errors, problems?.matched.length], [3, 3, 0]);
      assert.deepEqual(
        problems?.unmatched.map(({ message, count }) => [message, count]),
        [['No such SKU.', 3]],
      );
    });
  }

  it('asks about many jobs with one request', async () => {
    stage = await Stage.start({ minute: 3000, mood: 'hostile' });
    stage.simulator.outcomes.addJob({ endsAfter: 20_000 });
    const items = Array.from({ length: 20 }, (_, number) => stockItem(number));
    const { accepted } = await stage.send(items, 'import-onhands', { maximumItems: 1 });
    assert.equal(accepted.length, 20);
    await Promise.all(accepted.map(({ jobId }) => stage.outcome(jobId)));
    assert.ok(stage.count('/Job/List') < 10, `${stage.count('/Job/List')} lists`);
    assert.ok(stage.count('/Job/Get') <= 2, `${stage.count('/Job/Get')} gets`);
  });

  it('asks one by one where the list is too long', async () => {
    stage = await Stage.start({ requestLimit: Number.POSITIVE_INFINITY });
    stage.simulator.addForeignJobs(40_000);
    // Long enough for both to be due at once.
    stage.simulator.outcomes.addJob({ endsAfter: 60_000 });
    const { accepted } = await stage.send([stockItem(1), stockItem(2)], 'import-onhands', {
      maximumItems: 1,
    });
    const outcomes = await Promise.all(accepted.map(({ jobId }) => stage.outcome(jobId)));
    assert.deepEqual(
      outcomes.map(({ result }) => result),
      ['succeeded', 'succeeded'],
    );
    assert.ok(stage.count('/Job/Get') >= 2);
    assert.equal(stage.count('/Job/List'), 1);
  });

  it('gives up what does not end, and says so', async () => {
    stage = await Stage.start({ longestRun: 1 });
    stage.simulator.outcomes.addJob({ neverEnds: true });
    const { result, reason } = await stage.outcome(await stage.job([stockItem(1)]));
    assert.deepEqual([result, reason?.code], ['unknown', 'JOB_NOT_ENDED']);
  });

  it('gives up what a former process has followed for long enough', async () => {
    stage = await Stage.start({ longestRun: 60 });
    stage.simulator.outcomes.addJob({ neverEnds: true });
    const jobId = await stage.job([stockItem(1)]);
    await stage.shut();
    const file = new DatabaseSync(join(stage.folder, 'store.sqlite'));
    const hour = 60 * stage.minute;
    file.exec(
      `UPDATE run SET followed_since = followed_since - ${hour}, followed_uptime = followed_uptime - ${hour}`,
    );
    file.close();
    const begin = performance.now();
    stage.open();
    const { result, reason } = await stage.outcome(jobId);
    assert.deepEqual([result, reason?.code], ['unknown', 'JOB_NOT_ENDED']);
    assert.ok(performance.now() - begin < hour, 'it began to count anew');
  });

  it('goes on when somebody sets the clock forward by a day', async () => {
    let offset = 0;
    stage = await Stage.start({
      clock: { ...systemClock, date: () => Date.now() + offset },
      longestRun: 60,
      minute: 300,
    });
    stage.simulator.outcomes.addJob({ endsAfter: 120_000 });
    const jobId = await stage.job([stockItem(1)]);
    offset = 24 * 3_600_000;
    assert.equal((await stage.outcome(jobId)).result, 'succeeded');
  });

  it('tells that Connect does not know a job, only when it has said so for a while', async () => {
    stage = await Stage.start();
    const begin = Date.now();
    const wait = { scope: stage.connection.scope, jobId: '77', nodeId: 'node', message: '{}', limitAt: null };
    await stage.tracker.wait(wait);
    const { result, reason } = await stage.outcome('77');
    assert.deepEqual([result, reason?.code], ['unknown', 'JOB_NOT_FOUND']);
    assert.ok(Date.now() - begin >= 5 * stage.minute);
  });

  it('outlives answers that fail, and a restart of our side', async () => {
    stage = await Stage.start();
    stage.simulator.outcomes.addJob({ endsAfter: 60_000 });
    const jobId = await stage.job([stockItem(1)]);
    for (const kind of ['serverError', 'reset', 'malformed', 'html', 'unavailable'] as const) {
      stage.simulator.faults.add({ kind, match: (path) => path.includes('/Job/') });
    }
    await stage.shut();
    stage.open();
    assert.equal((await stage.outcome(jobId)).result, 'succeeded');
    assert.equal(stage.simulator.faults.pending, 0);
  });

  it('ends one run once: a later look changes nothing', async () => {
    stage = await Stage.start();
    const jobId = await stage.job([stockItem(1)]);
    const first = await stage.outcome(jobId);
    await stage.shut();
    stage.open();
    assert.deepEqual(await stage.outcome(jobId), first);
  });
});

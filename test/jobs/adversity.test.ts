/**
 * Whatever happens on the way, a job is followed to its own end: while a deploy is under way, after a restart of
 * either side, and where a part of Connect's job service does not answer.
 */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../src/connection/index.ts';
import { restartJob } from '../../src/jobs/index.ts';
import { Stage, stockItem } from './support/stage.ts';

describe('following a job against odds', () => {
  let stage: Stage;
  afterEach(() => stage.end());

  const restart = (jobId: string) => {
    const { store, tracker, connection } = stage;
    const signal = new AbortController().signal;
    return restartJob(connection, jobId, { store, tracker, clock: systemClock, force: false, signal });
  };

  async function until(holds: () => boolean): Promise<void> {
    while (!holds()) await wait(5);
  }

  it('goes on where the connection goes while Connect is asked, as in every deploy', async () => {
    stage = await Stage.start();
    stage.simulator.outcomes.addJob({ endsAfter: 60_000 });
    stage.simulator.faults.add({ kind: 'slow', duration: 200, path: '/Job/Get' });
    let isAnswered = false;
    stage.tracker.listen({
      progress: () => {
        isAnswered = true;
      },
    });
    const jobId = await stage.job([stockItem(1)]);
    await until(() => stage.count('/Job/Get') > 0);
    stage.leave();
    await until(() => isAnswered);
    stage.join();
    assert.equal((await stage.outcome(jobId)).result, 'succeeded');
  });

  it('does not take the former run under the same id for the new one, after a start of our side either', async () => {
    stage = await Stage.start({ readings: { restartKeepsId: true } });
    const jobId = await stage.job([stockItem(1)]);
    const first = await stage.outcome(jobId);
    // Connect goes on to show the former run until a worker takes up the new one.
    const job = stage.simulator.jobs.find(({ id }) => String(id) === jobId);
    assert.ok(job !== undefined);
    const former = { ...job.toJSON() };
    stage.simulator.outcomes.addJob({ status: 3, endsAfter: 60_000 });
    let isFormerShown = true;
    const present = job.toJSON.bind(job);
    job.toJSON = () => (isFormerShown ? former : present());
    await restart(jobId);
    await stage.shut();
    stage.open();
    const polls = stage.count('/Job/Get');
    await until(() => stage.count('/Job/Get') > polls + 1);
    isFormerShown = false;
    const second = await stage.outcome(jobId);
    assert.deepEqual([first.result, second.run, second.result], ['succeeded', 2, 'failed']);
  });

  it('asks for lists again soon after one that failed once', async () => {
    stage = await Stage.start();
    stage.simulator.outcomes.addJob({ neverEnds: true });
    stage.simulator.faults.add({ kind: 'serverError', path: '/Job/List' });
    await stage.send([stockItem(1), stockItem(2), stockItem(3)], 'import-onhands', { maximumItems: 1 });
    // A list that is too long is not asked for again within an hour, which is more than this waits.
    await until(() => stage.count('/Job/List') > 1);
  });

  for (const status of [500, 404, 408] as const) {
    it(`asks about each job where Job/List answers with ${status}`, async () => {
      stage = await Stage.start();
      stage.simulator.faults.add({
        kind: 'status',
        status,
        path: '/Job/List',
        count: Number.POSITIVE_INFINITY,
      });
      const { accepted } = await stage.send([stockItem(1), stockItem(2)], 'import-onhands', {
        maximumItems: 1,
      });
      const outcomes = await Promise.all(accepted.map(({ jobId }) => stage.outcome(jobId)));
      assert.deepEqual(
        outcomes.map(({ result }) => result),
        ['succeeded', 'succeeded'],
      );
    });
  }

  it('asks over another connection where the credentials of the first are refused', async () => {
    stage = await Stage.start();
    stage.leave();
    stage.join(stage.acquire('wrong'));
    stage.join();
    assert.equal((await stage.outcome(await stage.job([stockItem(1)]))).result, 'succeeded');
  });
});

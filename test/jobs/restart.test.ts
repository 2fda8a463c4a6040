/**
 * A job is run again where Connect and newer data allow it, and the new run is followed.
 */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../src/connection/index.ts';
import { restartJob } from '../../src/jobs/index.ts';
import { Stage, stockItem } from './support/stage.ts';

describe('restarting a job', () => {
  let stage: Stage;
  afterEach(() => stage.end());

  const restart = (jobId: string, force = false) =>
    restartJob(stage.connection, jobId, {
      store: stage.store,
      tracker: stage.tracker,
      clock: systemClock,
      force,
      signal: new AbortController().signal,
    });

  for (const restartKeepsId of [false, true]) {
    it(`follows the new run under ${restartKeepsId ? 'the same' : 'another'} id`, async () => {
      stage = await Stage.start({ readings: { restartKeepsId } });
      stage.simulator.outcomes.addJob({ status: 3, message: 'The storage is gone.', count: 1 });
      const jobId = await stage.job([stockItem(1)]);
      const first = await stage.outcome(jobId);
      assert.equal(first.result, 'failed');
      const again = await restart(jobId);
      assert.equal(again.jobId === jobId, restartKeepsId);
      const second = await stage.outcome(again.jobId);
      assert.equal(second.result, 'succeeded');
      assert.notEqual(second.outcomeId, first.outcomeId);
      assert.deepEqual([second.import, second.items, second.restartOf], ['import-onhands', 1, jobId]);
    });
  }

  it('runs a succeeded job again too', async () => {
    stage = await Stage.start();
    const jobId = await stage.job([stockItem(1)]);
    await stage.outcome(jobId);
    assert.equal((await stage.outcome((await restart(jobId)).jobId)).result, 'succeeded');
  });

  it('learns how the former run ended before it asks for another', async () => {
    stage = await Stage.start({ minute: 6000 });
    stage.simulator.outcomes.addItem({ match: {}, severity: 'error', message: 'No such SKU.', count: 1 });
    const jobId = await stage.job([stockItem(1), stockItem(2)]);
    await stage.simulator.settled();
    const again = await restart(jobId);
    const ended = await stage.store.jobs.find(stage.connection.scope, jobId);
    assert.ok(ended !== undefined && 'details' in ended && ended.details.includes('No such SKU.'));
    assert.notEqual(again.jobId, jobId);
  });

  const refused = (jobId: string, code: string, force = false) =>
    assert.rejects(
      restart(jobId, force),
      (error: { code?: string; details?: { jobId?: string }; message: string }) => {
        assert.equal(error.code, code);
        assert.equal(error.details?.jobId, jobId);
        assert.match(error.message, new RegExp(jobId));
        return true;
      },
    );

  it('refuses what Connect’s rules forbid, and says which', async () => {
    stage = await Stage.start();
    await refused('77', 'JOB_NOT_FOUND');
    stage.simulator.outcomes.addJob({ neverEnds: true, count: 1 });
    await refused(await stage.job([stockItem(1)]), 'JOB_NOT_FINISHED');
    stage.simulator.outcomes.addJob({ status: 4, count: 1 });
    const price = { PartNo: 'P', PriceListCode: 'A', PriceSale: 1 };
    const validation = await stage.job([price], 'import-prices');
    await stage.outcome(validation);
    await refused(validation, 'JOB_NOT_RESTARTABLE');
    assert.equal(stage.count('/Job/Restart'), 0);
  });

  it('refuses what is older than two weeks', async () => {
    stage = await Stage.start();
    const jobId = await stage.job([stockItem(1)]);
    await stage.outcome(jobId);
    const later = { ...systemClock, date: () => Date.now() + 14 * 86_400_000 + 1 };
    const { store, tracker, connection } = stage;
    const signal = new AbortController().signal;
    const options = { store, tracker, clock: later, force: true, signal };
    await assert.rejects(restartJob(connection, jobId, options), { code: 'JOB_TOO_OLD' });
  });

  it('refuses to bring old data back over newer, unless it is told to', async () => {
    stage = await Stage.start();
    const old = await stage.job([stockItem(1)]);
    await stage.outcome(old);
    const newer = await stage.job([stockItem(1, { OnhandValue: 5 })]);
    await stage.outcome(newer);
    await refused(old, 'NEWER_DATA_SENT');
    await restart(newer);
    await restart(old, true);
    assert.equal(stage.count('/Job/Restart'), 2);
  });

  it('sees newer data that is sent while the restart waits for its turn', async () => {
    stage = await Stage.start();
    const old = await stage.job([stockItem(1)]);
    await stage.outcome(old);
    stage.simulator.faults.add({ kind: 'slow', duration: 500, path: '/Job/Get' });
    const refusal = refused(old, 'NEWER_DATA_SENT');
    const [sent] = await Promise.all([stage.send([stockItem(1, { OnhandValue: 5 })]), refusal]);
    assert.equal(sent.accepted.length, 1);
    assert.equal(stage.count('/Job/Restart'), 0);
  });

  it('nor over newer data that Connect may have taken though its answer was lost', async () => {
    stage = await Stage.start({ minute: 50, deadline: 1 });
    const old = await stage.job([stockItem(1)]);
    await stage.outcome(old);
    stage.simulator.faults.add({
      kind: 'lostAnswer',
      path: '/ImportOnhands',
      count: Number.POSITIVE_INFINITY,
    });
    const { failed } = await stage.send([stockItem(1, { OnhandValue: 5 })], 'import-onhands');
    assert.equal(failed.length, 1);
    await refused(old, 'NEWER_DATA_SENT');
    await restart(old, true);
  });

  it('does not take the data of another import for newer', async () => {
    stage = await Stage.start();
    const stock = await stage.job([stockItem(1)]);
    await stage.outcome(stock);
    await stage.outcome(
      await stage.job([{ PartNo: 'P', PriceListCode: 'A', PriceSale: 1 }], 'import-prices'),
    );
    await restart(stock);
    assert.equal(stage.count('/Job/Restart'), 1);
  });

  it('never restarts a full feed that newer data has followed', async () => {
    stage = await Stage.start();
    const feed = await stage.job([stockItem(1)], 'import-onhands', { fullFile: true });
    await stage.outcome(feed);
    await stage.outcome(await stage.job([stockItem(1)]));
    await refused(feed, 'NEWER_DATA_SENT');
    await refused(feed, 'NEWER_DATA_SENT', true);
    assert.equal(stage.count('/Job/Restart'), 0);
  });

  it('says that Connect runs it again where that cannot be noted', async () => {
    stage = await Stage.start();
    const jobId = await stage.job([stockItem(1)]);
    await stage.outcome(jobId);
    stage.simulator.faults.add({ kind: 'slow', duration: 300, path: '/Job/Restart' });
    const isRestarted = () => stage.count('/Job/Restart') > 0;
    const closed = (async () => {
      while (!isRestarted()) await wait(5);
      await stage.store.close();
    })();
    await assert.rejects(restart(jobId), (error: { code?: string; details?: object; message: string }) => {
      const newId = String(stage.simulator.jobs.at(-1)?.id);
      assert.equal(error.code, 'STORE_CLOSED');
      assert.deepEqual(error.details, { jobId: newId, restartOf: jobId });
      assert.match(error.message, /do not restart it once more/);
      return true;
    });
    await closed;
  });

  it('does not ask twice when the answer is lost', async () => {
    stage = await Stage.start();
    const jobId = await stage.job([stockItem(1)]);
    await stage.outcome(jobId);
    stage.simulator.faults.add({ kind: 'lostAnswer', match: (path) => path.includes('/Job/Restart') });
    await assert.rejects(restart(jobId), { code: 'OUTCOME_UNKNOWN' });
    assert.equal(stage.count('/Job/Restart'), 1);
  });
});

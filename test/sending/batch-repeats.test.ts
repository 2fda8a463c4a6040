/**
 * What a lost answer, or a process that ended in the middle, leaves behind: nothing is sent twice without need, and
 * nothing newer goes before that which may still run.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../src/simulator/index.ts';
import { stockItem } from '../jobs/support/stage.ts';
import { BatchStage, type BatchStageOptions, clearing, until } from './batch-stage.ts';

const endless = { count: Number.POSITIVE_INFINITY } as const;
const down: Fault = { kind: 'status', status: 503, path: '/ImportOnhands', ...endless };
const one = [{ items: [stockItem(1)] }];
const running = 1;

describe('batches: lost answers and restarts', function () {
  this.timeout(60_000);
  let floor: BatchStage;

  async function start(options: BatchStageOptions = {}): Promise<void> {
    floor = await BatchStage.start({ minute: 60, ...options });
    for (let number = 0; number < 20; number++) floor.simulator.catalogue.addSku(`P${number}`);
  }

  afterEach(() => floor.end());

  /** The next answer is lost, and the job that Connect makes of the request does not end by itself. */
  function loseAnswer(): void {
    floor.simulator.outcomes.addJob({ neverEnds: true, count: 1 });
    floor.simulator.faults.add({ kind: 'lostAnswer', path: '/ImportOnhands' });
  }

  const orphan = () => floor.simulator.jobs[0]?.id as number;
  const looks = () => floor.stage.count('/Job/List');
  const statesOf = async (id: string) =>
    (await floor.store.batches.requests(id)).map(({ state }) => state).join();

  it('neither a later stage nor the end comes before a job that nobody knows has ended', async () => {
    await start();
    loseAnswer();
    const told = await floor.send([
      ...one,
      { items: [stockItem(1, { OnhandValue: 2 })], stage: 1, follows: true },
    ]);
    await until('the job that is known has ended', async () => (await statesOf(told.id)) === 'ended,waiting');
    await until('two looks', () => looks() >= 2);
    assert.equal(floor.posts, 2, 'a later change went before the job that nobody knows');
    assert.deepEqual(
      told.accepted.map(({ attempts, perhapsReceivedBefore }) => [attempts, perhapsReceivedBefore]),
      [[2, true]],
    );
    floor.simulator.endJob(orphan(), 2);
    assert.equal((await told.ended).result, 'released');
    assert.equal(floor.onhand('P1'), 2);
    assert.deepEqual(told.warnings, []);
  });

  it('a request that clears first is not sent again before that job has ended', async () => {
    await start();
    floor.simulator.outcomes.addJob({ neverEnds: true, count: 1 });
    floor.simulator.faults.add({ kind: 'lostAnswer', path: '/ImportPriceLists' });
    const told = await floor.send([clearing], 'import-price-lists');
    await until('two looks', () => looks() >= 2);
    assert.equal(floor.posts, 1, 'two of them may run at once');
    floor.simulator.endJob(orphan(), 2);
    await told.ended;
    assert.equal(floor.posts, 2);
  });

  it('the lane stays taken until then', async () => {
    await start();
    loseAnswer();
    const told = await floor.send(one);
    await until('the job that is known has ended', async () => (await statesOf(told.id)) === 'ended');
    await until('two looks', () => looks() >= 2);
    await assert.rejects(floor.seal(one), /lane busy/);
    floor.simulator.endJob(orphan(), 2);
    await told.ended;
    await (await floor.send([{ items: [stockItem(1, { OnhandValue: 2 })] }])).ended;
    assert.equal(floor.onhand('P1'), 2);
  });

  it('jobs of others that begin later are not waited for', async () => {
    await start();
    loseAnswer();
    const told = await floor.send(one);
    await until('the job that is known has ended', async () => (await statesOf(told.id)) === 'ended');
    await until('two looks', () => looks() >= 2);
    floor.simulator.addForeignJobs(1, running);
    floor.simulator.endJob(orphan(), 2);
    await told.ended;
    assert.deepEqual(told.warnings, []);
  });

  it('without a lost answer no job of others is waited for, or even looked at', async () => {
    await start();
    floor.simulator.addForeignJobs(3, running);
    const told = await floor.send(one);
    await told.ended;
    assert.equal(looks(), 0);
  });

  it('after an hour it goes on, with a warning', async () => {
    await start({ minute: 20 });
    loseAnswer();
    const told = await floor.send(one);
    assert.equal((await told.ended).result, 'released');
    assert.deepEqual(told.warnings, ['FOREIGN_JOB_RUNS']);
    assert.ok(looks() > 1);
  });

  it('a list that cannot be read holds nothing up for more than an hour either', async () => {
    await start({ minute: 20 });
    floor.simulator.faults.add({ kind: 'html', path: '/Job/List', ...endless });
    loseAnswer();
    const told = await floor.send(one);
    assert.equal((await told.ended).result, 'released');
    assert.deepEqual(told.warnings, ['FOREIGN_JOB_RUNS']);
  });

  it('a Connect that cannot be reached is waited for, however long', async () => {
    await start({ minute: 10, deadline: 1 });
    floor.simulator.faults.add({ kind: 'status', status: 503, path: '/Job/List', ...endless });
    loseAnswer();
    const told = await floor.send(one);
    await until(
      'it is shown',
      () => floor.sender.sendingOf(told.id)?.blocked?.code === 'CONNECT_UNAVAILABLE',
    );
    await sleep(10 * 65);
    assert.equal(told.summary, undefined);
    floor.simulator.endJob(orphan(), 2);
    floor.simulator.faults.clear();
    await told.ended;
    assert.deepEqual(told.warnings, []);
  });

  it('a process that ended after the job of a resent request: the next one waits as well', async () => {
    await start();
    loseAnswer();
    const { id } = await floor.send(one);
    await until('the job that is known has ended', async () => (await statesOf(id)) === 'ended');
    await floor.restart();
    const before = looks();
    const told = await floor.take(id);
    await until('two looks', () => looks() >= before + 2);
    assert.equal(told.summary, undefined);
    floor.simulator.endJob(orphan(), 2);
    assert.equal((await told.ended).result, 'released');
    assert.equal(floor.posts, 2);
  });

  it('a process that ended after an attempt without an answer: the request is sent again, and both jobs are waited for', async () => {
    await start();
    loseAnswer();
    floor.simulator.faults.add(down);
    const { id } = await floor.send(one);
    await until('it is down', () => floor.posts > 1);
    await floor.restart();
    floor.simulator.faults.clear();
    const before = looks();
    const told = await floor.take(id);
    await until('the job that is known has ended', async () => (await statesOf(id)) === 'ended');
    await until('two looks', () => looks() >= before + 2);
    assert.deepEqual([told.accepted.length, told.summary], [1, undefined]);
    floor.simulator.endJob(orphan(), 2);
    await told.ended;
  });

  it('a process that ended before anything was sent leaves nothing to wait for', async () => {
    await start();
    floor.simulator.addForeignJobs(1, running);
    floor.leave();
    const { id } = await floor.send(one);
    await floor.restart();
    await (await floor.take(id)).ended;
    assert.equal(looks(), 0);
    assert.equal(floor.posts, 1);
  });

  it('what was accepted is not sent again: its job is waited for, whether it ended meanwhile or not', async () => {
    await start();
    floor.simulator.outcomes.addJob({ neverEnds: true, count: 2 });
    const wishes = [0, 1].map((number) => ({ items: [stockItem(number)] }));
    const first = await floor.send([...wishes, { items: [stockItem(2)], stage: 1 }]);
    await until('both are accepted', () => first.accepted.length === 2);
    await floor.restart();
    floor.simulator.endJob(orphan(), 2);
    const told = await floor.take(first.id);
    await until('one end', () => floor.sender.sendingOf(told.id)?.requests.ended === 1);
    assert.equal(floor.posts, 2);
    floor.simulator.endJob(floor.simulator.jobs[1]?.id as number, 2);
    const summary = await told.ended;
    assert.deepEqual(
      summary.requests.map(({ result }) => result),
      ['succeeded', 'succeeded', 'succeeded'],
    );
    assert.equal(floor.posts, 3);
  });

  it('a failed item of a former process keeps back what follows it', async () => {
    await start();
    floor.simulator.outcomes.addItem({
      match: { PartNo: 'P1' },
      severity: 'error',
      message: 'No.',
      count: 1,
    });
    const first = await floor.send([
      { items: [stockItem(1), stockItem(2)] },
      { items: [stockItem(3)] },
      { items: [1, 2].map((number) => stockItem(number, { OnhandValue: 50 })), stage: 1, follows: true },
    ]);
    await until('a stage has ended', async () => (await statesOf(first.id)).startsWith('ended,ended'));
    await floor.restart();
    const summary = await (await floor.take(first.id)).ended;
    assert.equal(summary.failed, 2);
    assert.deepEqual([floor.onhand('P1'), floor.onhand('P2')], [undefined, 50]);
  });

  it('whenever processes end, every value arrives, in the order of the stages', async () => {
    await start({ mood: 'hostile', requestLimit: Number.POSITIVE_INFINITY });
    floor.simulator.faults.add({ kind: 'lostAnswer', share: 0.2, path: '/ImportOnhands', ...endless });
    const wishes = [0, 1, 2].flatMap((stage) =>
      [0, 1, 2].map((part) => ({
        stage,
        follows: stage > 0,
        items: [0, 1, 2, 3].map((index) => {
          const number = part * 4 + index;
          return stockItem(number, { OnhandValue: stage * 100 + number });
        }),
      })),
    );
    let told = await floor.send(wishes);
    for (let round = 0; round < 6 && told.summary === undefined; round++) {
      await sleep(Math.random() * 60);
      await floor.restart();
      const batch = await floor.store.batches.find(told.id);
      if (batch?.state === 'ended') break;
      told = await floor.take(told.id);
    }
    await until('its end', async () => (await floor.store.batches.find(told.id))?.state === 'ended');
    await floor.simulator.settled();
    for (let number = 0; number < 12; number++) assert.equal(floor.onhand(`P${number}`), 200 + number);
    assert.deepEqual(await floor.failed(), []);
  });
});

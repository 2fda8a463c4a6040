/**
 * Every way in which a batch can fail: what is an answer about its content ends it, and everything else must not.
 */
import assert from 'node:assert/strict';
import type { Fault } from '../../src/simulator/index.ts';
import { stockItem } from '../jobs/support/stage.ts';
import { AccumulatorStage, type Told, until } from './support/accumulator-stage.ts';

const endless = { count: Number.POSITIVE_INFINITY } as const;

describe('accumulator: failures of batches', function () {
  this.timeout(60_000);
  let floor: AccumulatorStage;

  beforeEach(async () => {
    floor = await AccumulatorStage.start({ minute: 200 });
    for (let number = 0; number < 50; number++) floor.stage.simulator.catalogue.addSku(`P${number}`);
  });

  afterEach(() => floor.end());

  const onhand = (number: number) =>
    floor.stage.simulator.catalogue.snapshot().onhands.find(({ PartNo }) => PartNo === `P${number}`)
      ?.OnhandValue;

  function reasonsOf({ outcomes }: Told): unknown[] {
    return (outcomes[0]?.outcome.failures ?? []).map(({ reason }) => (reason as { code: string }).code);
  }

  const content: readonly (readonly [string, Fault, string])[] = [
    ['400', { kind: 'status', status: 400 }, 'BAD_REQUEST'],
    ['a single item that is too large', { kind: 'status', status: 413 }, 'TOO_LARGE'],
    ['a job that failed', { kind: 'failedJob' }, 'JOB_FAILED'],
  ];
  for (const [name, fault, code] of content) {
    it(`${name}: its items are kept, the next batch goes, and they can be requeued`, async () => {
      floor.stage.simulator.faults.add({ ...fault, path: 'ImportOnhands' });
      const { accumulator, told } = floor.attach();
      await accumulator.add([stockItem(1)]);
      await accumulator.flush();
      await until('an outcome', () => told.outcomes.length === 1);
      assert.equal(told.outcomes[0]?.outcome.result, 'failed');
      assert.deepEqual(reasonsOf(told), [code]);
      assert.equal(onhand(1), undefined);
      assert.equal(accumulator.state().failed.items, 1);
      await accumulator.add([stockItem(2)]);
      assert.deepEqual(await accumulator.requeue(), { requeued: 1, replaced: 0 });
      await accumulator.flush();
      await until('the second outcome', () => told.outcomes.length === 2);
      assert.deepEqual([onhand(1), onhand(2)], [1, 2]);
      assert.equal(accumulator.state().failed.items, 0);
    });
  }

  it('what something newer has replaced does not come back', async () => {
    floor.stage.simulator.faults.add({ kind: 'status', status: 400, path: 'ImportOnhands' });
    const { accumulator, told } = floor.attach();
    await accumulator.add([stockItem(1), stockItem(2)]);
    await accumulator.flush();
    await until('an outcome', () => told.outcomes.length === 1);
    await accumulator.add([stockItem(1, { OnhandValue: 17 })]);
    await accumulator.flush();
    await until('the second outcome', () => told.outcomes.length === 2);
    assert.deepEqual(await accumulator.requeue(), { requeued: 1, replaced: 1 });
    await accumulator.flush();
    await until('the third outcome', () => told.outcomes.length === 3);
    assert.deepEqual([onhand(1), onhand(2)], [17, 2]);
  });

  it('what waits stands over what is requeued', async () => {
    floor.stage.simulator.faults.add({ kind: 'status', status: 400, path: 'ImportOnhands' });
    const { accumulator, told } = floor.attach();
    await accumulator.add([stockItem(1, { IncomingValue: 5 })]);
    await accumulator.flush();
    await until('an outcome', () => told.outcomes.length === 1);
    await accumulator.add([stockItem(1, { OnhandValue: 17 })]);
    await accumulator.requeue();
    await accumulator.flush();
    await until('the second outcome', () => told.outcomes.length === 2);
    const record = floor.stage.simulator.catalogue.snapshot().onhands.find(({ PartNo }) => PartNo === 'P1');
    assert.deepEqual([record?.OnhandValue, record?.IncomingValue], [17, 5]);
  });

  it('413: the request is halved until it fits', async () => {
    floor.stage.simulator.faults.add({ kind: 'status', status: 413, path: 'ImportOnhands', count: 3 });
    const { accumulator, told } = floor.attach();
    await accumulator.add(Array.from({ length: 20 }, (_, number) => stockItem(number)));
    await accumulator.flush();
    await until('an outcome', () => told.outcomes.length === 1);
    assert.equal(told.outcomes[0]?.outcome.result, 'released');
    assert.equal(told.outcomes[0]?.outcome.requests.length, 4);
    assert.equal(floor.stage.simulator.catalogue.snapshot().onhands.length, 20);
  });

  it('items that the job names are kept with the line of its log, the others are released', async () => {
    floor.stage.simulator.outcomes.addItem({
      match: { PartNo: 'P3' },
      severity: 'error',
      message: 'No such thing.',
    });
    const { accumulator, told } = floor.attach();
    await accumulator.add(Array.from({ length: 10 }, (_, number) => stockItem(number)));
    await accumulator.flush();
    await until('an outcome', () => told.outcomes.length === 1);
    const outcome = told.outcomes[0]?.outcome;
    assert.equal(outcome?.failed, 1);
    assert.match(JSON.stringify(outcome?.failures), /P3.*No such thing/);
    assert.equal(onhand(4), 4);
    assert.equal(accumulator.state().failed.items, 1);
  });

  const passing: readonly (readonly [string, Fault])[] = [
    ['500', { kind: 'status', status: 500 }],
    ['503', { kind: 'status', status: 503 }],
    ['429', { kind: 'tooManyRequests' }],
    ['408', { kind: 'status', status: 408 }],
    ['a reset before Connect took it', { kind: 'reset' }],
    ['a reset after Connect took it', { kind: 'reset', at: 'taken' }],
    ['a lost answer', { kind: 'lostAnswer' }],
    ['an answer without a job id', { kind: 'jobId', form: 'missing' }],
    ['a web page', { kind: 'html' }],
  ];
  for (const [name, fault] of passing) {
    it(`${name}, for a long time: it waits, and nothing is lost`, async () => {
      const path = fault.path ?? 'ImportOnhands';
      floor.stage.simulator.faults.add({ ...fault, path, ...endless });
      const { accumulator, told } = floor.attach();
      await accumulator.add([stockItem(1)]);
      await accumulator.flush();
      const struck = () => floor.stage.simulator.requests.filter((request) => request.fault !== null).length;
      await until('it has been tried', () => accumulator.state().blocked !== undefined || struck() >= 3);
      assert.equal(told.outcomes.length, 0);
      floor.stage.simulator.faults.clear();
      await until('an outcome', () => told.outcomes.length === 1);
      assert.equal(told.outcomes[0]?.outcome.result, 'released');
      assert.equal(onhand(1), 1);
    });
  }

  it('no token endpoint, for a long time: it waits, and nothing is lost', async () => {
    const fault = { kind: 'status', status: 500, path: '/identity/', ...endless } as const;
    const { accumulator, told } = floor.attach();
    floor.stage.simulator.faults.add(fault);
    floor.sender.join(floor.stage.acquire('another-secret'), 'connection');
    await accumulator.add([stockItem(1)]);
    await accumulator.flush();
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.equal(told.outcomes.length, 0);
    assert.equal(accumulator.state().batch?.state, 'sending');
    floor.stage.simulator.faults.clear();
    floor.sender.join(floor.stage.acquire(), 'connection');
    await until('an outcome', () => told.outcomes.length === 1);
    assert.equal(onhand(1), 1);
  });

  it('rejected credentials: blocked with the reason, and goes on with better ones at once', async () => {
    floor.stage.simulator.faults.add({ kind: 'status', status: 403, path: 'ImportOnhands', ...endless });
    const { accumulator, told } = floor.attach();
    await accumulator.add([stockItem(1)]);
    await accumulator.flush();
    await until('it is blocked', () => accumulator.state().blocked?.code === 'FORBIDDEN');
    assert.equal(accumulator.state().blocked?.by, 'Connect');
    const tries = floor.stage.count('ImportOnhands');
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.equal(
      floor.stage.count('ImportOnhands'),
      tries,
      'it was tried again before 15 minutes had passed',
    );
    floor.stage.simulator.faults.clear();
    floor.sender.join(floor.stage.acquire(), 'connection');
    await until('an outcome', () => told.outcomes.length === 1);
    assert.equal(accumulator.state().blocked, undefined);
  });

  it('a lost answer: nothing newer goes before the job that nobody knows has ended', async () => {
    const { simulator } = floor.stage;
    simulator.outcomes.addJob({ import: 'import-onhands', neverEnds: true, count: 1 });
    simulator.faults.add({ kind: 'lostAnswer', path: 'ImportOnhands' });
    const { accumulator, told } = floor.attach();
    await accumulator.add([stockItem(1, { OnhandValue: 1 })]);
    await accumulator.flush();
    await until('it has been sent twice', () => floor.stage.count('ImportOnhands') === 2);
    await accumulator.add([stockItem(1, { OnhandValue: 2 })]);
    await accumulator.flush();
    await new Promise((resolve) => setTimeout(resolve, 800));
    assert.equal(floor.stage.count('ImportOnhands'), 2, 'a newer value went before the unknown job');
    const unknown = simulator.jobs.find(({ isFinished }) => !isFinished);
    simulator.endJob(unknown?.id as number, 2);
    await until('both outcomes', () => told.outcomes.length === 2);
    assert.equal(onhand(1), 2);
  });

  it('after a restart only what was not accepted is sent again', async () => {
    const { simulator } = floor.stage;
    simulator.outcomes.addJob({ import: 'import-onhands', neverEnds: true, count: 1 });
    const first = floor.attach({ options: { maximumItems: 2 } });
    simulator.faults.add({ kind: 'status', status: 403, path: 'ImportOnhands', ...endless });
    await first.accumulator.add([stockItem(1), stockItem(2), stockItem(3)]);
    await first.accumulator.flush();
    await until('both are blocked', () => floor.stage.count('ImportOnhands') === 2);
    simulator.faults.clear();
    simulator.faults.add({ kind: 'status', status: 403, path: 'ImportOnhands', ...endless });
    await floor.restart();
    simulator.faults.clear();
    const { told } = floor.attach({ options: { maximumItems: 2 } });
    await until('both are sent', () => floor.stage.count('ImportOnhands') === 4);
    await floor.restart();
    const next = floor.attach({ options: { maximumItems: 2 } });
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(floor.stage.count('ImportOnhands'), 4, 'an accepted request was sent again');
    assert.equal(told.outcomes.length, 0);
    const running = simulator.jobs.find(({ isFinished }) => !isFinished);
    simulator.endJob(running?.id as number, 2);
    await until('an outcome', () => next.told.outcomes.length === 1);
    assert.equal(next.told.outcomes[0]?.outcome.items, 3);
  });
});

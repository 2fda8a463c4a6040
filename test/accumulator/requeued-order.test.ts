/**
 * What failed and is requeued never comes back over something newer, in whatever order changes of one record fail, are
 * requeued and are written.
 */
import assert from 'node:assert/strict';
import type { Accumulator } from '../../src/accumulator/index.ts';
import { systemClock } from '../../src/connection/index.ts';
import { restartJob } from '../../src/jobs/index.ts';
import type { Fault } from '../../src/simulator/index.ts';
import { stockItem } from '../jobs/support/stage.ts';
import { AccumulatorStage, type Told, until } from './support/accumulator-stage.ts';

const failedJob: Fault = { kind: 'failedJob', path: 'ImportOnhands' };

describe('accumulator: the order of what is requeued', function () {
  this.timeout(60_000);
  let floor: AccumulatorStage;
  let accumulator: Accumulator;
  let told: Told;

  beforeEach(async () => {
    // No log says which items it is about.
    floor = await AccumulatorStage.start({ minute: 200, logRows: 'null' });
    for (let number = 0; number < 10; number++) floor.stage.simulator.catalogue.addSku(`P${number}`);
    ({ accumulator, told } = floor.attach());
  });

  afterEach(() => floor.end());

  const record = (number: number) =>
    floor.stage.simulator.catalogue.snapshot().onhands.find(({ PartNo }) => PartNo === `P${number}`);
  const value = (number: number) => record(number)?.OnhandValue;

  /** Values of a record in the order in which they were sent. */
  const sentValues = (number: number) =>
    floor.stage.simulator.jobs
      .flatMap(
        ({ payload }) => JSON.parse(payload?.body.toString('utf8') ?? '[]') as Record<string, unknown>[],
      )
      .filter(({ PartNo }) => PartNo === `P${number}`)
      .map(({ OnhandValue }) => OnhandValue);

  /** Has what waits sent, and its jobs end. */
  async function flush(): Promise<void> {
    const before = told.outcomes.length;
    await accumulator.flush();
    await until('an outcome', () => told.outcomes.length > before);
  }

  async function send(...items: readonly object[]): Promise<void> {
    await accumulator.add(items);
    await flush();
  }

  async function fail(...items: readonly object[]): Promise<void> {
    floor.stage.simulator.faults.add(failedJob);
    await send(...items);
  }

  /** Items are on their way in a job that has not ended, and fails when it is told to. */
  async function underWay(...items: readonly object[]): Promise<() => Promise<void>> {
    floor.stage.simulator.outcomes.addJob({ neverEnds: true, count: 1 });
    const before = told.outcomes.length;
    await accumulator.add(items);
    await accumulator.flush();
    await until('it is in its job', () => accumulator.state().batch?.state === 'in job');
    return async () => {
      const running = floor.stage.simulator.jobs.find(({ isFinished }) => !isFinished);
      floor.stage.simulator.endJob(running?.id as number, 3);
      await until('it has failed', () => told.outcomes.length > before);
    };
  }

  it('something older that is requeued beside newer changes of other records makes these no older', async () => {
    await fail(stockItem(1));
    const end = await underWay(stockItem(2, { OnhandValue: 10 }));
    assert.deepEqual(await accumulator.requeue(), { requeued: 1, replaced: 0 });
    await end();
    await send(stockItem(2, { OnhandValue: 20 }));
    assert.deepEqual([value(1), value(2)], [1, 20]);
    assert.deepEqual(await accumulator.requeue(), { requeued: 0, replaced: 1 });
  });

  it('the same where a batch is divided by keys', async () => {
    const others = [4, 5, 6, 7].map((number) => stockItem(number));
    await fail(stockItem(1));
    const end = await underWay(stockItem(2, { OnhandValue: 10 }));
    assert.deepEqual(await accumulator.requeue(), { requeued: 1, replaced: 0 });
    await end();
    // More than one partition holds.
    const changes = Array.from({ length: 14_000 }, (_, index) => others[index % others.length] as object);
    await send(...changes, stockItem(2, { OnhandValue: 20 }));
    assert.deepEqual([value(1), value(2)], [1, 20]);
    assert.deepEqual(await accumulator.requeue(), { requeued: 0, replaced: 1 });
  });

  it('a failed item of which something newer has written a part does not come back: not even the rest of it', async () => {
    await fail(stockItem(1, { OnhandValue: 1, IncomingValue: 1 }));
    await send(stockItem(1, { OnhandValue: 2 }));
    assert.deepEqual(await accumulator.requeue(), { requeued: 0, replaced: 1 });
    assert.deepEqual([value(1), record(1)?.IncomingValue ?? null], [2, null]);
    assert.equal(accumulator.state().failed.items, 1);
  });

  it('requeued while something newer is under way: it waits for what becomes of that, and comes back before it', async () => {
    await fail(stockItem(1, { OnhandValue: 1, IncomingValue: 1 }));
    const end = await underWay(stockItem(1, { OnhandValue: 2 }));
    assert.deepEqual(await accumulator.requeue(), { requeued: 0, replaced: 1 });
    await end();
    assert.deepEqual(await accumulator.requeue(), { requeued: 2, replaced: 0 });
    await flush();
    assert.deepEqual([value(1), record(1)?.IncomingValue], [2, 1]);
    assert.deepEqual(sentValues(1), [1, 2, 2]);
  });

  it('requeued while something newer waits: both go as one', async () => {
    await fail(stockItem(1));
    await accumulator.add([stockItem(1, { OnhandValue: 2 })]);
    assert.deepEqual(await accumulator.requeue(), { requeued: 1, replaced: 0 });
    await flush();
    assert.deepEqual(sentValues(1), [1, 2]);
  });

  it('a job of which nobody can tell what it wrote: the newer value counts, and is the only one that is sent again', async () => {
    await fail(stockItem(1));
    floor.stage.simulator.outcomes.addItem({
      match: { PartNo: 'P2' },
      severity: 'error',
      message: 'No.',
      count: 1,
    });
    await send(stockItem(1, { OnhandValue: 7 }), stockItem(2));
    assert.equal(value(1), 7);
    await accumulator.requeue();
    await flush();
    assert.equal(value(1), 7);
    assert.ok(!sentValues(1).slice(2).includes(1), 'an older value was sent after a newer one');
  });

  it('the same of two suppliers, whose changes have failed by turns', async () => {
    const offered = (SupplierPartNo: string, ProductName: string) => ({ SupplierPartNo, ProductName });
    floor.stage.simulator.outcomes.addItem({
      import: 'import-supplier-products',
      match: { SupplierPartNo: 'refused' },
      severity: 'error',
      message: 'No.',
      count: 4,
    });
    const attach = (supplierId: number) =>
      floor.attach({ import: 'import-supplier-products', name: 'offers', options: { supplierId } });
    const turns = [
      [5, 'first'],
      [6, 'first'],
      [5, 'second'],
      [6, 'second'],
    ] as const;
    for (const [supplierId, name] of turns) {
      accumulator.detach();
      ({ accumulator, told } = attach(supplierId));
      await send(offered('A', name), offered('refused', name));
    }
    const before = floor.stage.simulator.jobs.length;
    assert.deepEqual(await accumulator.requeue(), { requeued: 8, replaced: 0 });
    for (const _ of [5, 6]) await flush();
    const sent = floor.stage.simulator.jobs
      .slice(before)
      .map(({ payload }) => [payload?.header.supplierId, payload?.body.toString('utf8')] as const);
    const both = JSON.stringify([offered('A', 'second'), offered('refused', 'second')]);
    assert.deepEqual(
      sent.map(([supplierId, body]) => [supplierId, body?.replaceAll('\n', '')]),
      [
        [5, both],
        [6, both],
      ],
    );
  });

  it('after a restart of the process the same holds', async () => {
    await fail(stockItem(1));
    await underWay(stockItem(2, { OnhandValue: 10 }));
    await accumulator.requeue();
    await floor.restart();
    ({ accumulator, told } = floor.attach());
    const running = floor.stage.simulator.jobs.find(({ isFinished }) => !isFinished);
    floor.stage.simulator.endJob(running?.id as number, 3);
    await until('it has failed', () => told.outcomes.length === 1);
    await send(stockItem(2, { OnhandValue: 20 }));
    assert.deepEqual(await accumulator.requeue(), { requeued: 0, replaced: 1 });
    assert.equal(value(2), 20);
  });

  it('what follows a change that failed is kept back with it, and neither comes back over something newer', async () => {
    const { accumulator: products, told: outcomes } = floor.attach({
      name: 'products',
      import: 'import-products',
    });
    const ended = (count: number) => until('an outcome', () => outcomes.outcomes.length === count);
    const product = (swedish: string, english?: string) => ({
      ManufacturerCode: 'M',
      Code: 'A',
      Cultures: [
        { CultureCode: 'sv-SE', Name: swedish },
        { CultureCode: 'en-GB', Name: swedish, ...(english === undefined ? {} : { Synonyms: english }) },
      ],
    });
    const sku = { PartNo: 'A', Status: 1, Type: 1 };
    await products.add([
      { ManufacturerCode: 'M', Code: 'A', Variants: [{ ManufacturerPartNo: 'A', Skus: [sku] }] },
    ]);
    await products.flush();
    await ended(1);
    // It takes two stages, of which the second fails.
    floor.stage.simulator.outcomes.addJob({ import: 'import-products', count: 1 });
    floor.stage.simulator.outcomes.addJob({ import: 'import-products', status: 3, count: 1 });
    await products.add([product('one', 'old')]);
    await products.flush();
    await ended(2);
    assert.equal(outcomes.outcomes[1]?.outcome.failed, 1);
    await products.add([product('two', 'new')]);
    await products.flush();
    await ended(3);
    assert.deepEqual(await products.requeue(), { requeued: 0, replaced: 1 });
  });

  it('what failed in two stages goes as one with what is newer than both, and nothing of it is sent again', async () => {
    const { accumulator: products, told: outcomes } = floor.attach({
      name: 'products',
      import: 'import-products',
    });
    const { simulator } = floor.stage;
    const ended = (count: number) => until('an outcome', () => outcomes.outcomes.length === count);
    const product = (Code: string, ...cultures: object[]) => ({
      ManufacturerCode: 'M',
      Code,
      Cultures: cultures,
    });
    const swedish = { CultureCode: 'sv-SE' };
    const english = { CultureCode: 'en-GB' };
    const sku = { PartNo: 'A', Status: 1, Type: 1 };
    await products.add([
      { ManufacturerCode: 'M', Code: 'A', Variants: [{ ManufacturerPartNo: 'A', Skus: [sku] }] },
    ]);
    await products.flush();
    await ended(1);
    simulator.outcomes.addJob({ import: 'import-products', status: 3, count: 1 });
    await products.add([
      product('A', { ...swedish, Name: 'old' }, { ...english, Name: 'old', Synonyms: 'old' }),
    ]);
    await products.flush();
    await ended(2);
    // It is written, but nobody can tell: the job's log does not say which of its items has failed.
    simulator.outcomes.addItem({ match: { Code: 'B' }, severity: 'error', message: 'No.', count: 1 });
    const all = { Name: 'new', Synonyms: 'new' };
    await products.add([
      product('A', { ...swedish, ...all }, { ...english, ...all }),
      product('B', { ...swedish, ...all }),
    ]);
    await products.flush();
    await ended(3);
    const before = simulator.jobs.length;
    await products.requeue();
    await products.flush();
    await ended(4);
    const bodies = simulator.jobs.slice(before).map(({ payload }) => payload?.body.toString('utf8') ?? '');
    assert.match(bodies.join(), /"new"/);
    assert.doesNotMatch(bodies.join(), /"old"/);
  });

  it('a restarted job holds the lane until it has ended', async () => {
    await send(stockItem(1));
    const { simulator, connection, store, tracker } = floor.stage;
    simulator.outcomes.addJob({ neverEnds: true, count: 1 });
    const [job] = simulator.jobs;
    const signal = new AbortController().signal;
    const restart = () =>
      restartJob(connection, String(job?.id), { store, tracker, clock: systemClock, force: false, signal });
    await restart();
    await accumulator.add([stockItem(1, { OnhandValue: 2 })]);
    await accumulator.flush();
    await until('it waits for the lane', () => accumulator.state().blocked?.by === 'lane');
    const running = simulator.jobs.find(({ isFinished }) => !isFinished);
    simulator.endJob(running?.id as number, 2);
    await until('the newer value has been sent', () => told.outcomes.length === 2);
    assert.equal(value(1), 2);
    const end = await underWay(stockItem(1, { OnhandValue: 3 }));
    await assert.rejects(restart(), { code: 'NEWER_DATA_SENT' });
    await end();
  });

  it('nothing is restarted while a batch of its lane is on its way', async () => {
    await send(stockItem(1));
    const { simulator, connection, store, tracker } = floor.stage;
    simulator.faults.add({ kind: 'status', status: 403, path: 'ImportOnhands' });
    await accumulator.add([stockItem(1, { OnhandValue: 2 })]);
    await accumulator.flush();
    await until('it is blocked', () => accumulator.state().blocked?.code === 'FORBIDDEN');
    const options = {
      store,
      tracker,
      clock: systemClock,
      force: false,
      signal: new AbortController().signal,
    };
    await assert.rejects(restartJob(connection, String(simulator.jobs[0]?.id), options), {
      code: 'NEWER_DATA_SENT',
    });
    assert.equal(floor.stage.count('/Job/Restart'), 0);
  });

  describe('beside full feeds', () => {
    async function confirmed(items: readonly object[]): Promise<void> {
      const before = told.outcomes.length;
      await accumulator.collect(items, { completes: true });
      const held = () => accumulator.state().feeds.find(({ state }) => state === 'held');
      await until('it is held', () => held() !== undefined);
      await accumulator.confirm(held()?.id as number);
      await until('the feed has been sent', () => told.outcomes.length > before);
    }

    it('what was written while a feed is collected goes behind it, but not over what failed after that', async () => {
      await accumulator.collect([stockItem(1, { OnhandValue: 5 })], { begins: true });
      await send(stockItem(1, { OnhandValue: 10 }));
      await fail(stockItem(1, { OnhandValue: 20 }));
      await confirmed([]);
      assert.equal(value(1), 5);
      assert.deepEqual(await accumulator.requeue(), { requeued: 1, replaced: 0 });
      await flush();
      assert.equal(value(1), 20);
    });

    it('nor where that fails as well, and both are requeued', async () => {
      await accumulator.collect([stockItem(1, { OnhandValue: 5 })], { begins: true });
      await send(stockItem(1, { OnhandValue: 10 }));
      await fail(stockItem(1, { OnhandValue: 20 }));
      await confirmed([]);
      floor.stage.simulator.faults.add(failedJob);
      await flush();
      assert.deepEqual(await accumulator.requeue(), { requeued: 2, replaced: 0 });
      await flush();
      assert.equal(value(1), 20);
    });
  });
});

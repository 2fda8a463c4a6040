/**
 * A full feed that no accumulator has checked, compared with the last one that succeeded: what Connect would have
 * deactivated, and what counts as the last one.
 */
import assert from 'node:assert/strict';
import { systemClock } from '../../src/connection/index.ts';
import type { ImportName } from '../../src/contract/index.ts';
import { restartJob } from '../../src/jobs/index.ts';
import { type PrepareOptions, preparation, prepare } from '../../src/prepare/index.ts';
import { shrunkenFeed } from '../../src/sending/index.ts';
import { AccumulatorStage, until } from '../accumulator/support/accumulator-stage.ts';
import { stockItem } from '../jobs/support/stage.ts';
import { optionsOf } from '../prepare/prepared.ts';

const full = { fullFile: true };

describe('shrunken full feeds that are fed directly', function () {
  this.timeout(60_000);
  let floor: AccumulatorStage;

  beforeEach(async () => {
    floor = await AccumulatorStage.start({ minute: 200 });
    for (let number = 0; number < 50; number++) floor.stage.simulator.catalogue.addSku(`P${number}`);
  });

  afterEach(() => floor.end());

  const stock = (count: number, WarehouseCode = 'W') =>
    Array.from({ length: count }, (_, number) => stockItem(number, { WarehouseCode }));
  const active = () =>
    floor.stage.simulator.catalogue.snapshot().onhands.filter(({ IsActive }) => IsActive === true).length;

  /** Why it would be refused. */
  async function refusal(
    items: readonly unknown[],
    name: ImportName = 'import-onhands',
    options: Partial<PrepareOptions> = full,
  ): Promise<string | undefined> {
    const { requests } = await prepare(items, preparation(optionsOf(name, options)));
    const { store, connection } = floor.stage;
    return (await shrunkenFeed(requests, { store, scope: connection.scope, import: name }))?.code;
  }

  /** Sends it without a look at how large it is; gives the ids of its jobs. */
  async function send(
    items: readonly unknown[],
    name: ImportName = 'import-onhands',
    options: Partial<PrepareOptions> = full,
  ): Promise<string[]> {
    const { accepted, failed } = await floor.stage.send(items, name, options);
    assert.deepEqual(failed, []);
    return accepted.map(({ jobId }) => jobId);
  }

  /** Notes one as sent, without a request; gives its id in the ledger. */
  async function begun(items: number): Promise<number> {
    const { store, connection } = floor.stage;
    const { requests } = await prepare(stock(items), preparation(optionsOf('import-onhands', full)));
    const [bound = ''] = requests[0]?.counts?.[0] ?? [];
    return store.requests.begin(
      {
        ...{ scope: connection.scope, import: 'import-onhands', fullFile: true, header: '{}', bytes: 1 },
        ...{ items, keys: [], nodeId: 'node', counts: new Map([[bound, items]]) },
      },
      1,
    );
  }

  async function ended(jobIds: readonly string[]): Promise<void> {
    const { tracker, connection } = floor.stage;
    await Promise.all(
      jobIds.map((jobId) => tracker.ended(connection.scope, jobId, new AbortController().signal)),
    );
  }

  it('refuses what would deactivate more than a fifth of what the last one wrote', async () => {
    await ended(await send(stock(40)));
    assert.equal(await refusal(stock(32)), undefined);
    assert.equal(await refusal(stock(31)), 'FULL_FEED_SHRUNK');
    await ended(await send(stock(31)));
    assert.equal(active(), 31, 'nine were deactivated where nobody looked');
    assert.equal(await refusal(stock(25)), undefined, 'what succeeded all the same is the next measure');
  });

  it('sends the first one, and never looks at changes', async () => {
    assert.equal(await refusal(stock(1)), undefined);
    await ended(await send(stock(40)));
    assert.equal(await refusal(stock(1), 'import-onhands', { fullFile: false }), undefined);
  });

  it('learns nothing from a job that has failed; and from its restart once that succeeds', async () => {
    const { simulator, store, tracker, connection } = floor.stage;
    simulator.outcomes.addJob({ status: 3, message: 'm', count: 1 });
    const [failed = ''] = await send(stock(40));
    await ended([failed]);
    assert.equal(await refusal(stock(1)), undefined);
    const { jobId } = await restartJob(connection, failed, {
      ...{ store, tracker, clock: systemClock, force: false },
      signal: new AbortController().signal,
    });
    await ended([jobId]);
    assert.equal(await refusal(stock(31)), 'FULL_FEED_SHRUNK');
  });

  it('is compared with one whose job still runs: the smaller one would deactivate what that writes', async () => {
    const { simulator } = floor.stage;
    simulator.outcomes.addJob({ neverEnds: true, count: 1 });
    const [running = ''] = await send(stock(40));
    assert.equal(await refusal(stock(31)), 'FULL_FEED_SHRUNK');
    assert.equal(await refusal(stock(32)), undefined);
    simulator.endJob(Number(running), 2);
    await ended([running]);
    await ended(await send(stock(31)));
    assert.equal(active(), 31, 'what would have been deactivated');
  });

  it('is compared with one whose answer was lost, until a newer one has succeeded', async () => {
    await ended(await send(stock(10)));
    const lost = await begun(50);
    assert.equal(await refusal(stock(10)), 'FULL_FEED_SHRUNK', 'it is under way');
    await floor.stage.store.requests.failed(lost, 'unknown', 2);
    assert.equal(await refusal(stock(10)), 'FULL_FEED_SHRUNK');
    await ended(await send(stock(10)));
    assert.equal(await refusal(stock(10)), undefined);
    const unsent = await begun(50);
    await floor.stage.store.requests.failed(unsent, 'not sent', 3);
    assert.equal(await refusal(stock(10)), undefined);
  });

  it('is compared with one of an accumulator that is on its way', async () => {
    const { simulator } = floor.stage;
    simulator.outcomes.addJob({ neverEnds: true, count: 1 });
    const { accumulator } = floor.attach();
    const { feed } = await accumulator.collect(stock(40), { begins: true, completes: true });
    const state = () => accumulator.state().feeds.find(({ id }) => id === feed.id)?.state;
    await until('it is held', () => state() === 'held');
    assert.equal(await refusal(stock(1)), undefined, 'nobody has had it sent');
    await accumulator.confirm(feed.id);
    await until('it is in its job', () => accumulator.state().batch?.state === 'in job');
    assert.equal(await refusal(stock(31)), 'FULL_FEED_SHRUNK');
  });

  it('learns of a job that has ended while no process was there', async () => {
    const jobIds = await send(stock(40));
    await floor.stage.shut();
    await floor.stage.simulator.settled();
    floor.stage.open();
    await ended(jobIds);
    assert.equal(await refusal(stock(31)), 'FULL_FEED_SHRUNK');
  });

  it('goes by what was sent last, whichever job ended first', async () => {
    const { store, connection } = floor.stage;
    const { scope } = connection;
    const older = await begun(10);
    const newer = await begun(40);
    const end = { result: 'succeeded', details: '{}', at: 3 } as const;
    for (const [id, jobId] of [
      [newer, '901'],
      [older, '902'],
    ] as const) {
      await store.requests.accepted(id, jobId, 2);
      await store.jobs.end(scope, jobId, 1, end);
    }
    assert.equal(await refusal(stock(31)), 'FULL_FEED_SHRUNK');
  });

  it('compares each bound with its own: warehouses in requests of their own', async () => {
    const { simulator } = floor.stage;
    const [one, other] = [stock(40, 'one'), stock(10, 'other')];
    // Each in a request of its own, one of which fails.
    simulator.outcomes.addJob({ status: 3, message: 'm', count: 1 });
    const jobIds = await send([...one, ...other], 'import-onhands', { ...full, maximumItems: 40 });
    assert.equal(jobIds.length, 2);
    await ended(jobIds);
    const refusals = [await refusal(stock(1, 'one')), await refusal(stock(1, 'other'))];
    assert.deepEqual([...refusals].sort(), ['FULL_FEED_SHRUNK', undefined]);
    await ended(await send([...one, ...other]));
    assert.equal(await refusal([...one, ...stock(1, 'other')]), undefined, 'a few items come and go');
    assert.equal(await refusal([...stock(25, 'one'), ...stock(50, 'other')]), 'FULL_FEED_SHRUNK');
    assert.equal(await refusal([...stock(1, 'one'), ...stock(10, 'new')]), 'FULL_FEED_SHRUNK');
    assert.equal(await refusal(stock(1, 'new')), undefined);
  });

  it('does not mix suppliers', async () => {
    const products = (count: number) =>
      Array.from({ length: count }, (_, number) => ({
        ...{ SupplierPartNo: `L${number}`, ProductName: 'Mugg' },
        ...{ Manufacturer: 'EM', ManufacturerPartNo: `EM-${number}` },
        OnHand: [{ WarehouseCode: 'LEV', LocationCode: 'H', Value: 4, IsActive: true }],
      }));
    const of = (supplierId: number) => ({ ...full, supplierId });
    await ended(await send(products(20), 'import-supplier-products', of(1)));
    assert.equal(await refusal(products(5), 'import-supplier-products', of(2)), undefined);
    assert.equal(await refusal(products(5), 'import-supplier-products', of(1)), 'FULL_FEED_SHRUNK');
  });

  it('shares its measure with accumulators, both ways', async () => {
    const { accumulator, told } = floor.attach();
    const collect = async (items: readonly unknown[]) => {
      const { feed } = await accumulator.collect(items, { begins: true, completes: true });
      const find = () => accumulator.state().feeds.find(({ id }) => id === feed.id);
      await until('it is decided', () => find()?.state === 'held' || told.outcomes.length > 0);
      return find()?.hold?.code;
    };
    await ended(await send(stock(40)));
    assert.equal(await collect(stock(31)), 'FULL_FEED_SHRUNK', 'compared with what was fed directly');
    assert.equal(await collect(stock(45)), undefined);
    await until('it has been sent', () => told.outcomes.length === 1);
    assert.equal(told.outcomes[0]?.outcome.result, 'released');
    assert.equal(await refusal(stock(35)), 'FULL_FEED_SHRUNK', 'compared with what the accumulator sent');
  });
});

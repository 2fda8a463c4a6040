/**
 * Tries to have an accumulator lose, double or disorder what it was given, from the message to the catalogue.
 */
import assert from 'node:assert/strict';
import type { BatchOffer } from '../../src/sending/index.ts';
import { stockItem } from '../jobs/support/stage.ts';
import { AccumulatorStage, until } from './support/accumulator-stage.ts';

describe('accumulator: from message to catalogue', function () {
  this.timeout(60_000);
  let floor: AccumulatorStage;

  async function start(options: Parameters<typeof AccumulatorStage.start>[0] = {}): Promise<void> {
    floor = await AccumulatorStage.start({ minute: 300, ...options });
    for (let number = 0; number < 50; number++) floor.stage.simulator.catalogue.addSku(`P${number}`);
  }

  afterEach(() => floor.end());

  const onhand = (number: number) =>
    floor.stage.simulator.catalogue.snapshot().onhands.find(({ PartNo }) => PartNo === `P${number}`)
      ?.OnhandValue;

  it('merges what waits and sends it in one request', async () => {
    await start();
    const { accumulator, told } = floor.attach();
    await accumulator.add([stockItem(1), stockItem(2)]);
    const { added, rejected } = await accumulator.add([stockItem(1, { OnhandValue: 17 }), { PartNo: 5 }]);
    assert.deepEqual([added, rejected.length], [1, 1]);
    assert.deepEqual(accumulator.state().waiting.items, 3);
    assert.equal(accumulator.state().rejected.items, 1);
    assert.equal(told.offers.length, 0, 'no rule says that it is time');
    await accumulator.flush();
    await until('an outcome', () => told.outcomes.length === 1);
    const [first] = told.outcomes;
    assert.deepEqual(
      [first?.outcome.result, first?.outcome.items, first?.isRepeated],
      ['released', 2, false],
    );
    assert.equal(floor.stage.count('ImportOnhands'), 1);
    assert.equal(accumulator.state().waiting.items, 0);
    assert.equal(accumulator.state().batch, undefined);
    assert.equal(onhand(1), 17);
  });

  it('number of items: seals by itself, and again when as many have come', async () => {
    await start();
    const { accumulator, told } = floor.attach({ rules: { items: 2 } });
    await accumulator.add([stockItem(1)]);
    await accumulator.add([stockItem(2)]);
    await until('the first outcome', () => told.outcomes.length === 1);
    await accumulator.add([stockItem(3)]);
    await accumulator.add([stockItem(4)]);
    await until('the second outcome', () => told.outcomes.length === 2);
    assert.deepEqual([onhand(2), onhand(4)], [2, 4]);
  });

  it('age: seals what a former process has collected, though nothing new comes', async () => {
    await start();
    const first = floor.attach({ rules: { age: 500 } });
    await first.accumulator.add([stockItem(1)]);
    await floor.restart();
    const { told } = floor.attach({ rules: { age: 500 } });
    await until('an outcome', () => told.outcomes.length === 1);
    assert.equal(onhand(1), 1);
  });

  it('lane: the next batch waits for the jobs of the former, also for those of another collection', async () => {
    await start({ mood: 'kind' });
    const { outcomes } = floor.stage.simulator;
    outcomes.addJob({ import: 'import-onhands', neverEnds: true, count: 1 });
    const one = floor.attach({ name: 'one' });
    const other = floor.attach({ name: 'other' });
    await one.accumulator.add([stockItem(1)]);
    await one.accumulator.flush();
    await until('the job', () => floor.stage.count('ImportOnhands') === 1);
    await other.accumulator.add([stockItem(1, { OnhandValue: 2 })]);
    await other.accumulator.flush();
    await one.accumulator.add([stockItem(1, { OnhandValue: 3 })]);
    await one.accumulator.add([stockItem(1, { OnhandValue: 4 })]);
    await until('the other is blocked', () => other.accumulator.state().blocked?.by === 'lane');
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(floor.stage.count('ImportOnhands'), 1, 'something overtook the job');
    const [job] = floor.stage.simulator.jobs;
    floor.stage.simulator.endJob(job?.id as number, 2);
    await until('the other outcome', () => other.told.outcomes.length === 1);
    await one.accumulator.flush();
    await until('both outcomes', () => one.told.outcomes.length === 2);
    assert.equal(onhand(1), 4);
    assert.equal(floor.stage.count('ImportOnhands'), 3);
  });

  it('flush: what was asked for is given out also after a restart, once the lane is free', async () => {
    await start({ mood: 'kind' });
    floor.stage.simulator.outcomes.addJob({ import: 'import-onhands', neverEnds: true, count: 1 });
    const one = floor.attach({ name: 'one' });
    await one.accumulator.add([stockItem(1)]);
    await one.accumulator.flush();
    await until('the job', () => floor.stage.count('ImportOnhands') === 1);
    const other = floor.attach({ name: 'other' });
    await other.accumulator.add([stockItem(2)]);
    await other.accumulator.flush();
    await until('it is blocked', () => other.accumulator.state().blocked?.by === 'lane');
    await floor.restart();
    floor.attach({ name: 'one' });
    const again = floor.attach({ name: 'other' });
    const [job] = floor.stage.simulator.jobs;
    floor.stage.simulator.endJob(job?.id as number, 2);
    await until('an outcome', () => again.told.outcomes.length === 1);
    await again.accumulator.add([stockItem(3)]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(floor.stage.count('ImportOnhands'), 2, 'a flush was carried out twice');
  });

  it('follows: nothing goes before what the followed collection had first', async () => {
    await start();
    const products = floor.attach({ name: 'products', import: 'import-products' });
    const stock = floor.attach({ follows: ['products'] });
    const { rejected } = await products.accumulator.add([
      {
        ManufacturerCode: 'M',
        Code: 'NEW',
        Variants: [{ ManufacturerPartNo: 'N-1', Skus: [{ PartNo: 'NEW-1', Type: 1 }] }],
      },
    ]);
    assert.deepEqual(rejected, []);
    await stock.accumulator.add([stockItem(1)]);
    await stock.accumulator.flush();
    await until('it is blocked', () => stock.accumulator.state().blocked?.by === 'followed collection');
    assert.equal(floor.stage.count('ImportOnhands'), 0);
    await products.accumulator.flush();
    await until('both', () => stock.told.outcomes.length === 1 && products.told.outcomes.length === 1);
    const paths = floor.stage.simulator.requests
      .map(({ path }) => path)
      .filter((path) => path.includes('Import'));
    assert.match(paths[0] ?? '', /ImportProducts/);
  });

  it('a batch that nobody takes is offered again, and a copy of it is refused', async () => {
    await start();
    const { accumulator, told } = floor.attach({ isTaken: false });
    await accumulator.add([stockItem(1)]);
    await accumulator.flush();
    await until('a second offer', () => told.offers.length === 2);
    assert.equal(accumulator.state().batch?.state, 'not taken');
    const [offer] = told.offers;
    if (offer === undefined) throw new Error('no offer');
    await Promise.all([floor.take(offer, told), floor.take(offer, told)]);
    assert.deepEqual(told.refusals, ['BATCH_TAKEN']);
    await until('an outcome', () => told.outcomes.length === 1);
    await floor.take(offer, told);
    await floor.take({ ...offer, id: 'other' }, told);
    assert.deepEqual(told.refusals, ['BATCH_TAKEN', 'BATCH_DONE', 'BATCH_UNKNOWN']);
    assert.equal(floor.stage.count('ImportOnhands'), 1);
  });

  it('a batch for another import or another Connect stays untouched', async () => {
    await start();
    const { accumulator, told } = floor.attach({ isTaken: false });
    await accumulator.add([stockItem(1)]);
    await accumulator.flush();
    await until('an offer', () => told.offers.length === 1);
    const [offer] = told.offers;
    if (offer === undefined) throw new Error('no offer');
    await floor.take({ ...offer, import: 'import-prices' }, told);
    await floor.take({ ...offer, connection: 'https://elsewhere.example' }, told);
    assert.deepEqual(told.refusals, ['BATCH_OTHER_IMPORT', 'BATCH_OTHER_CONNECTION']);
    assert.equal(accumulator.state().batch?.state, 'not taken');
    await floor.take(offer, told);
    await until('an outcome', () => told.outcomes.length === 1);
  });

  it('a second accumulator of a collection is refused, and works when the first has gone', async () => {
    await start();
    const { accumulator } = floor.attach();
    await accumulator.add([stockItem(1)]);
    assert.throws(() => floor.attach(), { code: 'COLLECTION_IN_USE' });
    accumulator.detach();
    const { accumulator: next, told } = floor.attach();
    await next.flush();
    await until('an outcome', () => told.outcomes.length === 1);
    assert.equal(onhand(1), 1);
  });

  it('a full collection refuses with a code, and takes again when something has gone', async () => {
    await start();
    const { accumulator, told } = floor.attach({ most: { items: 2, bytes: 1_000_000 } });
    await accumulator.add([stockItem(1), stockItem(2)]);
    await assert.rejects(accumulator.add([stockItem(3)]), { code: 'COLLECTION_FULL' });
    assert.equal(accumulator.state().waiting.items, 2);
    await accumulator.flush();
    await until('an outcome', () => told.outcomes.length === 1);
    await accumulator.add([stockItem(3)]);
  });

  it('an outcome that nobody heard is told by the next process, as a repeat only where it may be one', async () => {
    await start();
    const { accumulator, told } = floor.attach({ isTaken: false });
    await accumulator.add([stockItem(1)]);
    await accumulator.flush();
    await until('an offer', () => told.offers.length === 1);
    accumulator.detach();
    const [offer] = told.offers;
    if (offer === undefined) throw new Error('no offer');
    await floor.take(offer, told);
    await until(
      'it has ended',
      async () => (await floor.stage.store.batches.find(offer.id))?.state === 'ended',
    );
    assert.equal(told.outcomes.length, 0);
    await floor.restart();
    const next = floor.attach();
    await until('an outcome', () => next.told.outcomes.length === 1);
    assert.equal(next.told.outcomes[0]?.isRepeated, false);
  });

  it('what is thrown away is thrown away, and only that', async () => {
    await start();
    const { accumulator } = floor.attach();
    await accumulator.add([stockItem(1), { PartNo: 1 }]);
    assert.equal(await accumulator.reset('rejected'), 1);
    assert.equal(accumulator.state().waiting.items, 1);
    assert.equal(await accumulator.reset('waiting'), 1);
    assert.deepEqual(accumulator.state().waiting, { items: 0, bytes: 0 });
  });

  it('what was collected for one supplier is sent for that one, whatever supplier is set since', async () => {
    await start();
    const collect = async (supplierId: number, partNos: readonly string[]) => {
      const { accumulator, told } = floor.attach({
        import: 'import-supplier-products',
        options: { supplierId },
      });
      await accumulator.add(partNos.map((SupplierPartNo) => ({ SupplierPartNo, ProductName: 'Mugg' })));
      return { accumulator, told };
    };
    (await collect(5, ['A'])).accumulator.detach();
    const { accumulator, told } = await collect(6, ['A', 'B']);
    for (const count of [1, 2]) {
      await accumulator.flush();
      await until('an outcome', () => told.outcomes.length === count);
    }
    const sent = floor.stage.simulator.requests
      .map(({ header, items }) => [(header as { SupplierId?: number } | null)?.SupplierId, items] as const)
      .filter(([supplierId]) => supplierId !== undefined);
    assert.deepEqual(sent, [
      [5, 1],
      [6, 2],
    ]);
  });

  it('tells what lies where no accumulator is: what waits, full feeds, and a batch that nobody sends', async () => {
    await start({ mood: 'kind' });
    const { outcomes } = floor.stage.simulator;
    const found = async () =>
      (await floor.accumulators.abandoned()).map(({ name, waiting, failed, feeds, batch }) => [
        name,
        ...[waiting.items, failed.items, feeds.map(({ state }) => state), batch?.state],
      ]);
    const feed = floor.attach({ name: 'feed' });
    await feed.accumulator.collect([stockItem(1)], {});
    const changes = floor.attach({ isTaken: false });
    await changes.accumulator.add([stockItem(1)]);
    await changes.accumulator.flush();
    await until('an offer', () => changes.told.offers.length > 0);
    floor.attach({ name: 'empty' }).accumulator.detach();
    assert.deepEqual(await found(), [], 'all of them are kept');
    feed.accumulator.detach();
    changes.accumulator.detach();
    const one = ['feed', 0, 0, ['collecting'], undefined];
    assert.deepEqual(await found(), [one, ['changes', 0, 0, [], 'sealed']]);
    outcomes.addJob({ import: 'import-onhands', neverEnds: true, count: 1 });
    await floor.take(changes.told.offers[0] as BatchOffer, changes.told);
    assert.deepEqual(await found(), [one], 'it is being sent');
    await floor.restart();
    assert.deepEqual(await found(), [one, ['changes', 0, 0, [], 'sending']]);
  });
});

/**
 * What is requeued does not come back over something newer either where values of one record go in several stages, or
 * where some of them are not valid any more.
 */
import assert from 'node:assert/strict';
import type { Accumulator } from '../../src/accumulator/index.ts';
import { stockItem } from '../jobs/support/stage.ts';
import { AccumulatorStage, type Told, until, type Wishes } from './support/accumulator-stage.ts';

describe('accumulator: the order of values that are requeued', function () {
  this.timeout(60_000);
  let floor: AccumulatorStage;
  let accumulator: Accumulator;
  let told: Told;

  beforeEach(async () => {
    // No log says which items it is about.
    floor = await AccumulatorStage.start({ minute: 200, logRows: 'null' });
    floor.stage.simulator.catalogue.addSku('P1');
  });

  afterEach(() => floor.end());

  const attach = (wishes: Wishes = {}) => {
    ({ accumulator, told } = floor.attach(wishes));
  };
  const value = () =>
    floor.stage.simulator.catalogue.snapshot().onhands.find(({ PartNo }) => PartNo === 'P1')?.OnhandValue;

  async function flush(): Promise<void> {
    const before = told.outcomes.length;
    await accumulator.flush();
    await until('an outcome', () => told.outcomes.length > before);
  }

  async function send(...items: readonly object[]): Promise<void> {
    await accumulator.add(items);
    await flush();
  }

  /** The jobs that are begun next end with these states. */
  function nextJobs(...states: readonly (2 | 3)[]): void {
    for (const status of states) {
      floor.stage.simulator.outcomes.addJob({ ...(status === 3 ? { status } : {}), count: 1 });
    }
  }

  it('a value that came back is joined by one new value and followed by another: what is between stays away', async () => {
    attach();
    await accumulator.collect([stockItem(1, { OnhandValue: 5 })], { begins: true });
    await send(stockItem(1, { OnhandValue: 10 }));
    nextJobs(3);
    await send(stockItem(1, { OnhandValue: 20 }));
    const before = told.outcomes.length;
    await accumulator.collect([], { completes: true });
    const held = () => accumulator.state().feeds.find(({ state }) => state === 'held');
    await until('it is held', () => held() !== undefined);
    await accumulator.confirm(held()?.id as number);
    await until('the feed has been sent', () => told.outcomes.length > before);

    const infos = (Value: string) => ({ Infos: [{ Code: 'a', Value }] });
    nextJobs(2, 3);
    await send(
      stockItem(1, { OnhandValue: 30, ...infos('v') }),
      // Without a number of its own: nothing but what is between could change that.
      { PartNo: 'P1', WarehouseCode: 'W', LocationCode: 'L', ...infos('w') },
    );
    assert.deepEqual([value(), accumulator.state().failed.items], [30, 2]);
    assert.deepEqual(await accumulator.requeue(), { requeued: 1, replaced: 1 });
    await flush();
    assert.equal(value(), 30);
  });

  for (const isWritten of [true, false]) {
    it(`a value is not valid any more when it is sealed, a newer one is and is ${isWritten ? '' : 'not '}written`, async () => {
      attach({ options: { unknownProperties: 'send' } });
      await accumulator.add([stockItem(1, { OnhandValue: 1, NoSuchField: 1 })]);
      await accumulator.add([stockItem(1, { OnhandValue: 2 })]);
      accumulator.detach();
      attach({ options: { unknownProperties: 'reject' } });
      nextJobs(isWritten ? 2 : 3);
      await flush();
      assert.equal(accumulator.state().failed.items, isWritten ? 1 : 2);
      accumulator.detach();
      attach({ options: { unknownProperties: 'send' } });
      const requeued = isWritten ? { requeued: 0, replaced: 1 } : { requeued: 2, replaced: 0 };
      assert.deepEqual(await accumulator.requeue(), requeued);
      if (!isWritten) await flush();
      assert.equal(value(), 2);
    });
  }
});

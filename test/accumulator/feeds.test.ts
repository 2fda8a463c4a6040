/**
 * Full feeds from message to catalogue: whole or not sent, and never over what is newer.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Accumulator } from '../../src/accumulator/index.ts';
import { stockItem } from '../jobs/support/stage.ts';
import { AccumulatorStage, type Told, until } from './support/accumulator-stage.ts';

describe('accumulator: full feeds', function () {
  this.timeout(60_000);
  let floor: AccumulatorStage;

  beforeEach(async () => {
    floor = await AccumulatorStage.start({ minute: 200 });
    for (let number = 0; number < 50; number++) floor.stage.simulator.catalogue.addSku(`P${number}`);
  });

  afterEach(() => floor.end());

  const onhand = (number: number) =>
    floor.stage.simulator.catalogue.snapshot().onhands.find(({ PartNo }) => PartNo === `P${number}`);
  const value = (number: number) => onhand(number)?.OnhandValue;
  const active = () =>
    floor.stage.simulator.catalogue
      .snapshot()
      .onhands.filter(({ IsActive }) => IsActive === true)
      .map(({ PartNo }) => String(PartNo))
      .sort();
  const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index);
  const whole = (accumulator: Accumulator, items: readonly unknown[]) =>
    accumulator.collect(items, { begins: true, completes: true });

  async function decided(accumulator: Accumulator, feedId: number) {
    const find = () => accumulator.state().feeds.find(({ id }) => id === feedId);
    await until('the feed is decided', () => !['collecting', 'checking', undefined].includes(find()?.state));
    return find();
  }

  /** Has a first feed of stock confirmed and sent. */
  async function sendFirst(accumulator: Accumulator, told: Told, count: number): Promise<void> {
    const { feed } = await whole(
      accumulator,
      numbers(count).map((number) => stockItem(number)),
    );
    await decided(accumulator, feed.id);
    assert.equal(await accumulator.confirm(feed.id), true);
    await until('the first feed has been sent', () => told.outcomes.length === 1);
    assert.equal(told.outcomes[0]?.outcome.result, 'released');
  }

  const fullRequests = () =>
    floor.stage.simulator.requests.filter(
      ({ header }) => (header as { FullFile?: boolean } | null)?.FullFile === true,
    );

  it('goes as one request, whatever the limits, and deactivates what is missing', async () => {
    const { accumulator, told } = floor.attach({ options: { maximumItems: 10, maximumBytes: 2000 } });
    await sendFirst(accumulator, told, 40);
    assert.equal(active().length, 40);
    const parts = [numbers(18), numbers(20, 16)];
    for (const [index, part] of [...parts.entries()].reverse()) {
      await accumulator.collect(
        part.map((number) => stockItem(number, { OnhandValue: 100 + number })),
        { sequence: 's', part: { index, count: 2 } },
      );
    }
    await until('the second feed has been sent', () => told.outcomes.length === 2);
    assert.equal(fullRequests().length, 2);
    assert.deepEqual(
      active(),
      numbers(36)
        .map((number) => `P${number}`)
        .sort(),
    );
    assert.equal(value(17), 117);
    assert.equal(told.outcomes[1]?.outcome.items, 36);
    assert.deepEqual(accumulator.state().feeds, []);
  });

  it('a shrunken one is held, and deactivates nothing until it is confirmed', async () => {
    const { accumulator, told } = floor.attach();
    await sendFirst(accumulator, told, 10);
    const { feed } = await whole(
      accumulator,
      numbers(7).map((number) => stockItem(number)),
    );
    const held = await decided(accumulator, feed.id);
    assert.deepEqual([held?.state, held?.hold?.code], ['held', 'FULL_FEED_SHRUNK']);
    assert.ok(told.warnings.some((warning) => warning.startsWith('FULL_FEED_SHRUNK')));
    assert.equal(active().length, 10);
    await accumulator.confirm(feed.id);
    await until('it has been sent', () => told.outcomes.length === 2);
    assert.equal(active().length, 7, 'what the guard had kept');
    await whole(
      accumulator,
      numbers(7).map((number) => stockItem(number)),
    );
    await until('what was confirmed is the new measure', () => told.outcomes.length === 3);
  });

  it('sends what only some items carry as changes, after the job of the feed', async () => {
    const { accumulator, told } = floor.attach();
    await sendFirst(accumulator, told, 4);
    await accumulator.add([stockItem(1, { IncomingValue: 5 })]);
    await accumulator.flush();
    await until('the change has been sent', () => told.outcomes.length === 2);
    await whole(
      accumulator,
      numbers(4).map((number) => stockItem(number, number === 2 ? { IncomingValue: 7 } : {})),
    );
    await until('the feed has been sent', () => told.outcomes.length === 3);
    assert.equal(onhand(1)?.IncomingValue, 5, 'nobody sent it');
    assert.equal(onhand(2)?.IncomingValue, 7);
    assert.equal(active().length, 4);
    assert.equal(told.outcomes[2]?.outcome.requests.length, 2);
  });

  it('when its job fails it is held, nothing follows it, and it can be sent once more', async () => {
    const { accumulator, told } = floor.attach();
    await sendFirst(accumulator, told, 4);
    floor.stage.simulator.faults.add({ kind: 'failedJob', path: 'ImportOnhands' });
    const { feed } = await whole(
      accumulator,
      numbers(4).map((number) => stockItem(number, number === 2 ? { IncomingValue: 7 } : {})),
    );
    await until('the feed has failed', () => told.outcomes.length === 2);
    assert.equal(told.outcomes[1]?.outcome.result, 'failed');
    assert.deepEqual(
      told.outcomes[1]?.outcome.requests.map(({ result }) => result),
      ['failed', 'not sent'],
    );
    assert.equal(onhand(2)?.IncomingValue ?? null, null);
    assert.equal(accumulator.state().failed.items, 0);
    await until('it is held', () => accumulator.state().feeds[0]?.state === 'held');
    assert.equal(await accumulator.confirm(feed.id), true);
    await until('it has been sent', () => told.outcomes.length === 3);
    assert.equal(told.outcomes[2]?.outcome.result, 'released');
    assert.equal(onhand(2)?.IncomingValue, 7);
  });

  it('one that is too large for Connect is held and not cut', async () => {
    const { accumulator, told } = floor.attach();
    await sendFirst(accumulator, told, 4);
    floor.stage.simulator.faults.add({ kind: 'status', status: 413, path: 'ImportOnhands' });
    await whole(
      accumulator,
      numbers(4).map((number) => stockItem(number)),
    );
    await until('the feed has failed', () => told.outcomes.length === 2);
    await until('it is held', () => accumulator.state().feeds[0]?.state === 'held');
    assert.equal(fullRequests().length, 2);
    assert.equal(active().length, 4, 'half of it would have deactivated the other half');
  });

  it('changes that waited when it began go first; later ones stand over it', async () => {
    const { accumulator, told } = floor.attach();
    await sendFirst(accumulator, told, 4);
    await accumulator.add([stockItem(0, { OnhandValue: 1000 }), stockItem(1, { OnhandValue: 1001 })]);
    await accumulator.collect([stockItem(0, { OnhandValue: 2000 }), stockItem(2, { OnhandValue: 2002 })], {
      begins: true,
    });
    await accumulator.add([stockItem(2, { OnhandValue: 3002 })]);
    await accumulator.flush();
    await until('changes have gone out while it is collected', () => value(2) === 3002);
    await accumulator.collect([stockItem(1, { OnhandValue: 2001 }), stockItem(3, { OnhandValue: 2003 })], {
      completes: true,
    });
    await until('the feed has gone out', () => value(3) === 2003 && accumulator.state().feeds.length === 0);
    await accumulator.flush();
    await until('what is newer stands again', () => value(2) === 3002);
    assert.deepEqual(numbers(4).map(value), [2000, 2001, 3002, 2003]);
    assert.equal(accumulator.state().waiting.items, 0);
  });

  it('a change that failed and is newer than the feed can be requeued, an older one is replaced by it', async () => {
    const { accumulator, told } = floor.attach();
    await sendFirst(accumulator, told, 2);
    const fail = async (number: number, given: number) => {
      floor.stage.simulator.faults.add({ kind: 'status', status: 400, path: 'ImportOnhands' });
      const before = told.outcomes.length;
      await accumulator.add([stockItem(number, { OnhandValue: given })]);
      await accumulator.flush();
      await until('the change has failed', () => told.outcomes.length > before);
    };
    await fail(0, 10);
    await accumulator.collect([stockItem(0, { OnhandValue: 20 }), stockItem(1, { OnhandValue: 21 })], {
      begins: true,
    });
    await fail(1, 31);
    await accumulator.collect([], { completes: true });
    await until('the feed has been sent', () => told.outcomes.length === 4);
    assert.deepEqual([value(0), value(1)], [20, 21]);
    assert.deepEqual(await accumulator.requeue(), { requeued: 1, replaced: 1 });
    await accumulator.flush();
    await until('the newer change has been sent', () => told.outcomes.length === 5);
    assert.deepEqual([value(0), value(1)], [20, 31]);
  });

  it('what waits behind one that is thrown away is not sent once more', async () => {
    const { accumulator, told } = floor.attach();
    await sendFirst(accumulator, told, 2);
    await accumulator.collect([stockItem(0)], { begins: true });
    await accumulator.add([stockItem(1, { OnhandValue: 7 })]);
    await accumulator.flush();
    await until('the change has been sent', () => told.outcomes.length === 2);
    assert.equal(await accumulator.reset('feeds'), 1);
    await accumulator.flush();
    await until('the feed is gone', () => accumulator.state().feeds.length === 0);
    assert.equal(accumulator.state().waiting.items, 0);
    assert.equal(active().length, 2);
  });

  it('goes on after a restart, wherever it was', async () => {
    let { accumulator, told } = floor.attach();
    await sendFirst(accumulator, told, 6);
    const part = (index: number) => ({ sequence: 's', part: { index, count: 2 } });
    await accumulator.collect(
      numbers(3).map((number) => stockItem(number, { OnhandValue: 50 })),
      part(0),
    );
    await floor.restart();
    ({ accumulator, told } = floor.attach());
    const again = await accumulator.collect([stockItem(0, { OnhandValue: 50 })], part(0));
    assert.equal(again.isRepeated, true);
    await accumulator.collect(
      numbers(3, 3).map((number) => stockItem(number, { OnhandValue: 50 })),
      part(1),
    );
    await floor.restart();
    ({ accumulator, told } = floor.attach());
    await until('the feed has been sent', () => told.outcomes.length === 1);
    assert.deepEqual(numbers(6).map(value), [50, 50, 50, 50, 50, 50]);
  });

  it('is not sent again while what came of an attempt without an answer may run', async () => {
    const { accumulator, told } = floor.attach();
    await sendFirst(accumulator, told, 4);
    const { simulator } = floor.stage;
    simulator.outcomes.addJob({ neverEnds: true, count: 1 });
    simulator.faults.add({ kind: 'lostAnswer', path: 'ImportOnhands' });
    const listed = floor.stage.count('Job/List');
    await whole(
      accumulator,
      numbers(4).map((number) => stockItem(number, { OnhandValue: 9 })),
    );
    await until('it has been looked for', () => floor.stage.count('Job/List') > listed + 2);
    assert.equal(fullRequests().length, 2);
    simulator.endJob(simulator.jobs.at(-1)?.id ?? 0, 2);
    await until('the feed has been sent', () => told.outcomes.length === 2);
    assert.equal(told.outcomes[1]?.outcome.result, 'released');
    assert.equal(fullRequests().length, 3);
    assert.deepEqual(numbers(4).map(value), [9, 9, 9, 9]);
  });

  it('random changes of two collections around random feeds: every record ends with its newest value', async () => {
    const { accumulator, told } = floor.attach({ name: 'random', shrinkage: 100 });
    const { accumulator: other } = floor.attach({ name: 'other' });
    const both = [accumulator, other];
    const of = (number: number) => (number < 3 ? accumulator : other);
    await sendFirst(accumulator, told, 5);
    const expected = new Map(numbers(5).map((number) => [number, number]));
    let next = 1000;
    const step = fc.oneof(
      fc.record({ kind: fc.constant('change' as const), number: fc.nat(4) }),
      fc.record({ kind: fc.constant('flush' as const) }),
      fc.record({ kind: fc.constant('settle' as const) }),
      fc.record({ kind: fc.constant('feed' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), fc.nat(8), async (steps, end) => {
        let isOpen = false;
        const finish = async () => {
          if (!isOpen) return;
          isOpen = false;
          await accumulator.collect([], { completes: true });
        };
        for (const [index, { kind, ...rest }] of steps.entries()) {
          if (index === end) await finish();
          if (kind === 'flush') for (const each of both) await each.flush();
          if (kind === 'settle') {
            // The end of a former feed may let changes wait again meanwhile.
            await until('nothing waits', async () => {
              for (const each of both) await each.flush();
              return both.every((each) => each.state().waiting.items === 0);
            });
          }
          if (kind === 'change' && 'number' in rest) {
            next += 1;
            await of(rest.number).add([stockItem(rest.number, { OnhandValue: next })]);
            expected.set(rest.number, next);
          }
          if (kind === 'feed' && !isOpen) {
            isOpen = true;
            const items = numbers(5).map((number) => {
              next += 1;
              expected.set(number, next);
              return stockItem(number, { OnhandValue: next });
            });
            await accumulator.collect(items, { begins: true });
          }
        }
        await finish();
        await until('everything has gone out', async () => {
          for (const each of both) await each.flush();
          const { collections, batches, feeds } = floor.stage.store;
          // In this order: what a feed's end lets wait again is seen afterwards.
          const open = await Promise.all((await collections.list()).map(({ id }) => feeds.list(id)));
          if (open.flat().length > 0 || (await batches.unfinished()).length > 0) return false;
          if ((await collections.list()).some(({ waiting }) => waiting.items > 0)) return false;
          return (await batches.unfinished()).length === 0;
        });
        assert.deepEqual(
          numbers(5).map(value),
          numbers(5).map((number) => expected.get(number)),
        );
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });
});

/**
 * Tries to have a message overtake the one before it, and to change one after it was handed over.
 */

import assert from 'node:assert/strict';
import { textOf } from '../support/bytes.ts';
import { AccumulatorStage } from './support/accumulator-stage.ts';

/** All that a collection has, in its order. */
async function valuesOf({ stage: { store } }: AccumulatorStage): Promise<number[]> {
  const [collection] = await store.collections.list();
  assert.ok(collection !== undefined);
  const batch = { id: 'batch', settings: '{}', partitionBytes: 100_000_000 };
  await store.batches.begin(collection.id, batch, 0);
  while (await store.batches.distribute('batch', 100_000_000));
  const partition = await store.batches.partition('batch', 0);
  assert.ok(partition !== undefined);
  return textOf(partition.lines)
    .split('\n')
    .map((line) => JSON.parse(line.split('\t')[1] as string).OnhandValue);
}

describe('accumulator: order of messages', () => {
  let accumulators: AccumulatorStage;
  const stock = (OnhandValue: number) => ({
    PartNo: 'P',
    WarehouseCode: 'W',
    LocationCode: 'L',
    OnhandValue,
  });
  // Checking them takes longer than one turn of the event loop.
  const large = () => Array.from({ length: 20_000 }, () => stock(1));

  beforeEach(async () => {
    accumulators = await AccumulatorStage.start();
  });
  afterEach(() => accumulators.end());

  it('a small message does not go before a large one that came first', async () => {
    const { accumulator } = accumulators.attach({ name: 'ordered' });
    const first = large();
    await Promise.all([accumulator.add(first), accumulator.add([stock(2)]), accumulator.add([stock(3)])]);
    const values = await valuesOf(accumulators);
    assert.deepEqual([values.length, ...values.slice(-3)], [first.length + 2, 1, 2, 3]);
  });

  it('what is done alone waits for a message that was begun, and a message for what is done alone', async () => {
    const { accumulator } = accumulators.attach({ name: 'ordered' });
    const order: string[] = [];
    const note = (name: string) => () => order.push(name);
    await Promise.all([
      accumulator.add([stock(1)]).then(note('first')),
      accumulator.reset('waiting').then((count) => order.push(`${count} thrown away`)),
      accumulator.add([stock(2)]).then(note('second')),
    ]);
    assert.deepEqual(order, ['first', '1 thrown away', 'second']);
    assert.deepEqual(await valuesOf(accumulators), [2]);
  });

  it('what messages ask for when they are on disk is asked in their order, whatever each takes', async () => {
    const { accumulator } = accumulators.attach({ name: 'ordered' });
    const order: string[] = [];
    const add = (name: string, items: readonly unknown[], asks?: () => Promise<void>) =>
      accumulator
        .add(items, () => {
          order.push(`${name} is told`);
          return asks?.();
        })
        .catch(() => order.push(`${name} is refused`));
    // Some wait for a turn, for several commits or for what is rejected, and some for nothing.
    await Promise.all([
      add('large', large(), () =>
        accumulator.reset('waiting').then((count) => void order.push(`${count} gone`)),
      ),
      add('of two blocks', large().slice(0, 1500)),
      add('partly rejected', [stock(1), { PartNo: 'P' }]),
      add('empty', []),
      add('small', [stock(2)], () => Promise.reject(new Error('refused'))),
      add('last', [stock(3)]),
      accumulator.reset('rejected').then((count) => order.push(`${count} rejected gone`)),
    ]);
    assert.deepEqual(order, [
      'large is told',
      'of two blocks is told',
      'partly rejected is told',
      'empty is told',
      'small is told',
      'last is told',
      'small is refused',
      '1 rejected gone',
      '21503 gone',
    ]);
  });

  it('what is added while others are told of has its turn after them', async () => {
    const { accumulator } = accumulators.attach({ name: 'ordered' });
    const order: string[] = [];
    const ended: Promise<unknown>[] = [];
    const add = (name: string) => accumulator.add([], () => void order.push(name));
    ended.push(
      // The others are written before what is rejected here is kept.
      accumulator.add([stock(1), { PartNo: 'P' }], () => {
        ended.push(add('within'));
        order.push('first');
        return undefined;
      }),
      accumulator.add([stock(2)], () => void order.push('second')),
      add('third'),
    );
    await ended[0];
    await Promise.all(ended);
    assert.deepEqual(order, ['first', 'second', 'third', 'within']);
  });

  it('a message that could not be put together keeps nobody else waiting', async () => {
    const { accumulator } = accumulators.attach({ name: 'ordered' });
    const { allocUnsafeSlow } = Buffer;
    const fail = (work: () => Promise<unknown>) => {
      let isFirst = true;
      Buffer.allocUnsafeSlow = (size) => {
        if (!isFirst) throw new RangeError('Array buffer allocation failed');
        isFirst = false;
        return allocUnsafeSlow(size);
      };
      const failed = work().then(
        () => 'done',
        ({ message }: Error) => message,
      );
      // So few items are written before anything else runs.
      Buffer.allocUnsafeSlow = allocUnsafeSlow;
      return failed;
    };
    const several = Array.from({ length: 40 }, () => stock(1));
    assert.equal(await fail(() => accumulator.add(several)), 'Array buffer allocation failed');
    const first = accumulator.add(large());
    assert.equal(await fail(() => accumulator.add(several)), 'Array buffer allocation failed');
    await first;
    await accumulator.add([stock(2)]);
    await accumulator.flush();
  });

  it('nor does one whose rejected items could not be kept, whoever throws when that is told', async () => {
    const { accumulator, told } = accumulators.attach({ name: 'ordered' });
    await accumulator.add([stock(1)]);
    told.warnings.push = () => {
      throw new Error('The log is full.');
    };
    const { collections } = accumulators.stage.store;
    const { reject } = collections;
    Object.assign(collections, { reject: () => Promise.reject(new Error('The disk is full.')) });
    const { rejected } = await accumulator.add([stock(2), { PartNo: 'P' }]);
    Object.assign(collections, { reject });
    assert.equal(rejected.length, 1);
    await accumulator.add([stock(3)]);
    await accumulator.flush();
  });

  it('a small message is kept as it was handed over, also while a large one goes first', async () => {
    const { accumulator } = accumulators.attach({ name: 'ordered' });
    const items = [stock(2), stock(3)];
    const first = accumulator.add(items);
    for (const item of items) item.OnhandValue = 8;
    const before = accumulator.add(large());
    const later = stock(4);
    const second = accumulator.add([later]);
    later.OnhandValue = 9;
    await Promise.all([first, before, second]);
    const values = await valuesOf(accumulators);
    assert.deepEqual([...values.slice(0, 2), values.at(-1)], [2, 3, 4]);
  });

  it('a few large items let others have their turns while they are checked', async () => {
    const { accumulator } = accumulators.attach({ name: 'large', import: 'import-products' });
    let turns = 0;
    const turnOfFirstLook: (number | undefined)[] = [];
    const items = Array.from({ length: 100 }, (_, index) => ({
      Code: `C${index}`,
      ManufacturerCode: 'M',
      Cultures: Array.from({ length: 40 }, (_, culture) => ({
        CultureCode: `c${culture}`,
        get Description() {
          if (turnOfFirstLook[index] === undefined) {
            turnOfFirstLook[index] = turns;
            // However fast the machine is, all of them take many times as long as one turn may.
            const begin = performance.now();
            while (performance.now() < begin + 2);
          }
          return 'd'.repeat(1000);
        },
      })),
    }));
    const ticking = setInterval(() => {
      turns += 1;
    }, 1);
    const { added } = await accumulator.add(items).finally(() => clearInterval(ticking));
    assert.equal(added, items.length);
    assert.ok(new Set(turnOfFirstLook).size > 1);
  });
});

/**
 * Tries to have a message overtake the one before it.
 */
import assert from 'node:assert/strict';
import { AccumulatorStage } from './support/accumulator-stage.ts';

describe('accumulator: order of messages', () => {
  it('a small message does not go before a large one that came first', async () => {
    const accumulators = await AccumulatorStage.start();
    try {
      const { accumulator } = accumulators.attach({ name: 'ordered' });
      const stock = (OnhandValue: number) => ({
        PartNo: 'P',
        WarehouseCode: 'W',
        LocationCode: 'L',
        OnhandValue,
      });
      // Checking them takes longer than one turn of the event loop.
      const large = Array.from({ length: 20_000 }, () => stock(1));
      await Promise.all([accumulator.add(large), accumulator.add([stock(2)]), accumulator.add([stock(3)])]);
      const { store } = accumulators.stage;
      const [collection] = await store.collections.list();
      assert.ok(collection !== undefined);
      const batch = { id: 'batch', settings: '{}', partitionBytes: 100_000_000 };
      await store.batches.begin(collection.id, batch, 0);
      while (await store.batches.distribute('batch', 100_000_000));
      const lines = (await store.batches.partition('batch', 0))?.split('\n') ?? [];
      const values = lines.map((line) => JSON.parse(line.split('\t')[1] as string).OnhandValue);
      assert.deepEqual([values.length, ...values.slice(-3)], [large.length + 2, 1, 2, 3]);
    } finally {
      await accumulators.end();
    }
  });
});

/**
 * Figures of prepare: what checking, merging and grouping cost beside writing the JSON alone.
 */
import { resultOf } from './child.ts';
import type { Figure } from './figure.ts';
import type { Sizes } from './options.ts';
import type { PrepareResult, PrepareTask } from './processes/prepare.ts';

const aim = 'at most 2.5 times its time';

async function figureOf(task: PrepareTask, what: string): Promise<Figure> {
  const { prepare, stringify, bytesPerItem } = await resultOf<PrepareResult>('prepare', task);
  return {
    name: `Prepare, ${what} of ${bytesPerItem} bytes`,
    unit: 'items/s',
    better: 'higher',
    measured: { name: 'prepare', values: prepare },
    beside: { name: 'JSON.stringify', values: stringify },
    aim,
    method: `${task.items.toLocaleString('en')} items through the options, checks, keys, duplicates, field lists and cutting into requests, beside one JSON.stringify of the same list; in turn, in one process.`,
  };
}

/** Items per second through prepare, for small flat items and for nested ones. */
export async function prepareFigures({ prepared, rounds }: Sizes): Promise<Figure[]> {
  return [
    await figureOf({ kind: 'stock', items: prepared, rounds }, 'stock with 12 fields'),
    await figureOf({ kind: 'products', items: Math.ceil(prepared / 10), rounds }, 'products with 3 variants'),
  ];
}

/**
 * The accumulators of each store in this process. Node-RED may load this package twice; a collection still has one
 * accumulator.
 */
import type { Store } from '../store/index.ts';
import { Accumulators, type AccumulatorsOptions } from './accumulators.ts';

// The number counts incompatible changes of the interface: copies that differ must not share.
const accumulatorsKey = Symbol.for('@norce-connect/node-red/accumulators/1');

/** The accumulators of a store; made with these options when they are asked for first. */
export function processAccumulators(options: AccumulatorsOptions): Accumulators {
  const holder = globalThis as { [accumulatorsKey]?: WeakMap<Store, Accumulators> };
  holder[accumulatorsKey] ??= new WeakMap();
  const known = holder[accumulatorsKey].get(options.store);
  if (known !== undefined) return known;
  const accumulators = new Accumulators(options);
  holder[accumulatorsKey].set(options.store, accumulators);
  return accumulators;
}

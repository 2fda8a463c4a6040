/**
 * Collected changes, from the message to the batch.
 */
export { type AbandonedCollection, Accumulators, type AccumulatorsOptions } from './accumulators.ts';
export { processAccumulators } from './process-accumulators.ts';
export type * from './types.ts';

/**
 * What outlives the process.
 */
export type * from './collections.ts';
export type * from './feeds.ts';
export type * from './partitions.ts';
export { processStore } from './process-store.ts';
export type { Scope } from './scope.ts';
export type * from './store.ts';
export { isEnded } from './store.ts';

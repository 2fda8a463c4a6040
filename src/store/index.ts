/**
 * What outlives the process.
 */
export { processStore } from './process-store.ts';
export type * from './store.ts';
export { isEnded } from './store.ts';

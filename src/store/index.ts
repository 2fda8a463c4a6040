/**
 * What outlives the process.
 */
export type * from './store.ts';
export { isEnded } from './store.ts';

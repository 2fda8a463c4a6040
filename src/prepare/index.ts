/**
 * The way from items to requests.
 */
export { withoutListEntry } from './field-plan.ts';
export { type Preparation, preparation } from './preparation.ts';
export { prepare } from './prepare.ts';
export { withItems } from './requests.ts';
export { keysOfItem } from './row-keys.ts';
export type * from './types.ts';

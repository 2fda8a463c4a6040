/**
 * From what was collected to a batch that can be sent.
 */
export { batchBounds } from './bounds.ts';
export { type Merger, merger } from './merger.ts';
export { type Sealed, type SealSettings, seal } from './seal.ts';
export { refusalOf, withValidSettings } from './settings.ts';

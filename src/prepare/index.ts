/**
 * The way from items to requests.
 */
export { type CollectedItem, checkItems, ItemsCheck, type ItemTaker } from './check-items.ts';
export { isDivisible } from './divisible.ts';
export {
  cutHeader,
  cutPart,
  type FeedCut,
  type FeedItem,
  type FeedNotes,
  type FeedPart,
  type FeedPieces,
  feedCut,
  feedPart,
  type JointFields,
  joinFields,
  joinNotes,
} from './feed-parts.ts';
export { emptyFeed, itemsRejected } from './feed-refusals.ts';
export { defaultShrinkage, feedShrunk, formerCounts, nameOfBound, shrinkageOf } from './feed-shrinkage.ts';
export { withoutListEntry } from './field-plan.ts';
export { type Preparation, preparation } from './preparation.ts';
export { prepare } from './prepare.ts';
export { withItems } from './requests.ts';
export { keysOfItem } from './row-keys.ts';
export type * from './types.ts';

/**
 * What a store holds that has not come to its end.
 */
import type { Store } from '../../../src/store/index.ts';

/** How much of each there is. */
export interface Unsettled {
  /** Items. */
  readonly waiting: number;
  /** Items that are kept as failed. */
  readonly failed: number;
  /** Batches. */
  readonly unfinished: number;
  /** Outcomes. */
  readonly untold: number;
}

/** Looks at all collections. */
export async function unsettledIn({ collections, batches }: Store): Promise<Unsettled> {
  const all = await collections.list();
  const outcomes = await Promise.all(all.map(({ id }) => batches.outcomes(id)));
  return {
    waiting: all.reduce((sum, { waiting }) => sum + waiting.items, 0),
    failed: all.reduce((sum, { failed }) => sum + failed.items, 0),
    unfinished: (await batches.unfinished()).length,
    untold: outcomes.flat().length,
  };
}

/**
 * Whether a full feed is much smaller than the last one: what is missing from it would be deactivated.
 */
import { ConnectError } from '../errors.ts';
import type { FeedCounts } from './types.ts';

/** Bounds with fewer items are judged together with the others alone: a few items come and go. */
const fewestAlone = 100;

/** How much of a feed may be missing, in percent of the items of the last one that succeeded. */
export const defaultShrinkage = 20;

/** How a feed has shrunk. */
export interface Shrinkage {
  /** Items that it has. */
  readonly now: number;
  /** Items that the former one had. */
  readonly before: number;
  /** Within which bound; '' for the feed as a whole. */
  readonly bound: string;
}

/** A bound as people read it. */
export function nameOfBound(bound: string): string {
  return bound.replace(/^[^=]*=/, '').replace(/["[\]]/g, '');
}

/**
 * What a full feed is compared with, by bound: the last one that succeeded, or a larger one that may have been taken
 * since.
 */
export function formerCounts(
  succeeded: ReadonlyMap<string, { readonly items: number }>,
  perhapsTaken: ReadonlyMap<string, number>,
): ReadonlyMap<string, { readonly items: number }> {
  const former = new Map(succeeded);
  for (const [bound, items] of perhapsTaken) {
    former.set(bound, { items: Math.max(items, former.get(bound)?.items ?? 0) });
  }
  return former;
}

/**
 * Compares a feed with the last ones within its bounds. A bound of which none is known has nothing to be compared
 * with, and does not count.
 *
 * @param counts Distinct items within each bound.
 * @param baselines Those of a former feed within each bound.
 * @param shrinkage Percent of the items that may be missing.
 * @returns how it has shrunk; undefined where no more is missing than may be
 */
export function shrinkageOf(
  counts: FeedCounts,
  baselines: ReadonlyMap<string, { readonly items: number }>,
  shrinkage: number,
): Shrinkage | undefined {
  const isTooFew = (missing: number, before: number) => missing * 100 > before * shrinkage;
  const known = counts.flatMap(([bound, now]) => {
    const before = baselines.get(bound)?.items;
    return before === undefined ? [] : [{ bound, now, before }];
  });
  let missing = 0;
  let before = 0;
  let now = 0;
  for (const each of known) {
    before += each.before;
    now += each.now;
    // What another bound has gained is not what this one lacks.
    missing += Math.max(0, each.before - each.now);
    if (each.before >= fewestAlone && isTooFew(each.before - each.now, each.before)) return each;
  }
  if (!isTooFew(missing, before)) return undefined;
  return { now, before, bound: known.length === 1 ? (known[0]?.bound ?? '') : '' };
}

/**
 * It has shrunk too much.
 *
 * @param advice What a person does who means it so.
 */
export function feedShrunk({ now, before, bound }: Shrinkage, advice: string): ConnectError {
  const within = bound === '' ? '' : ` within ${nameOfBound(bound)}`;
  return new ConnectError(
    'FULL_FEED_SHRUNK',
    `The full feed has ${now} items${within}, a former one had ${before}. What is missing from it would be deactivated. ${advice}`,
  );
}

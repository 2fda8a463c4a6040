/**
 * Whether a whole full feed may go out: what it would deactivate because it is missing has to be meant so.
 */
import { ConnectError } from '../../errors.ts';
import {
  type FeedCounts,
  type FeedNotes,
  feedCut,
  feedShrunk,
  formerCounts,
  itemsRejected,
  nameOfBound,
  type Preparation,
  shrinkageOf,
} from '../../prepare/index.ts';
import type { Baseline, FeedHold } from '../../store/index.ts';

/** Bounds that a message names at most. */
const mostNamed = 5;

/** What is known of a feed whose parts have all been joined. */
export interface JoinedFeed {
  /** Items that were taken in, duplicates counted each, and those that were rejected. */
  readonly given: number;
  readonly rejected: number;
  /** Names that were found under two keys. */
  readonly clashes: number;
  readonly notes: FeedNotes;
  readonly baselines: ReadonlyMap<string, Baseline>;
  /** Items by bound of the largest former one of which nobody knows whether it was written. */
  readonly perhapsTaken: ReadonlyMap<string, number>;
}

function held(error: ConnectError, isConfirmable: boolean): FeedHold {
  return { code: error.code, message: error.message, isConfirmable };
}

/** Of a feed whose settings are not valid any more, because the package is newer. */
export function settingsHold({ code, message }: ConnectError): FeedHold {
  const text = `The full feed was collected under settings that are not valid any more: throw it away, and have it collected anew. ${message}`;
  return { code, message: text, isConfirmable: false };
}

function namesOf(bounds: readonly string[]): string {
  const named = bounds.slice(0, mostNamed).map(nameOfBound).join('; ');
  return bounds.length > mostNamed ? `${named} and ${bounds.length - mostNamed} more` : named;
}

function firstHold(bounds: readonly string[]): FeedHold {
  const within = bounds.some((bound) => bound !== '') ? ` within ${namesOf(bounds)}` : '';
  return {
    code: 'FULL_FEED_FIRST',
    message: `No full feed${within} has succeeded yet, so there is nothing to compare this one with. What is missing from it would be deactivated. Confirm it when it is whole.`,
    isConfirmable: true,
  };
}

/**
 * Compares a feed with the last ones within its bounds.
 *
 * @param counts Distinct items within each bound.
 * @param shrinkage Percent of the items that may be missing.
 * @param perhapsTaken What counts where it is larger than what is known to have been written.
 * @returns why it is held; undefined where it may go out
 */
export function shrinkageHold(
  counts: FeedCounts,
  baselines: ReadonlyMap<string, Baseline>,
  shrinkage: number,
  perhapsTaken: ReadonlyMap<string, number>,
): FeedHold | undefined {
  const unknown = counts.filter(([bound]) => !baselines.has(bound)).map(([bound]) => bound);
  if (unknown.length > 0) return firstHold(unknown);
  const shrunk = shrinkageOf(counts, formerCounts(baselines, perhapsTaken), shrinkage);
  return shrunk && held(feedShrunk(shrunk, 'Confirm it when it is meant so.'), true);
}

/** Why a feed must not go out, or not before a person has confirmed it; undefined where nothing speaks against it. */
export function holdOf(feed: JoinedFeed, preparation: Preparation, shrinkage: number): FeedHold | undefined {
  const { given, rejected, clashes, notes, baselines, perhapsTaken } = feed;
  if (rejected + clashes > 0) return held(itemsRejected(rejected + clashes, given), false);
  const cut = feedCut(notes, preparation);
  if (cut instanceof ConnectError) return held(cut, false);
  return shrinkageHold(notes.counts, baselines, shrinkage, perhapsTaken);
}

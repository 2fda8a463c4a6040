/**
 * Checks a whole full feed: has it divided and joined, and decides whether it may go out. It can be left at any
 * moment and goes on where it was.
 */
import {
  type FeedNotes,
  joinNotes,
  type Preparation,
  type PrepareOptions,
  preparation,
} from '../../prepare/index.ts';
import type { Feed, Store } from '../../store/index.ts';
import { distributedBytes, partitionBytes } from '../sealing/bounds.ts';
import { type Merger, refusalOf } from '../sealing/index.ts';
import { holdOf, settingsHold } from './guards.ts';

/** Notes about all parts of a feed as one. */
export function joinedNotes(notes: readonly string[], checked: Preparation): FeedNotes {
  return notes
    .map((text) => JSON.parse(text) as FeedNotes)
    .reduce((all, next) => joinNotes(all, next, checked));
}

/** What a check works with. */
export interface FeedCheckOptions {
  readonly store: Pick<Store, 'feeds' | 'collections'>;
  /** Joins partitions, in a thread of its own. */
  readonly merger: Pick<Merger, 'inTurn' | 'join'>;
  /** Percent of the items that may be missing. */
  readonly shrinkage: number;
  /** What is kept of rejected items. */
  readonly mostRejected: { readonly items: number; readonly bytes: number };
  readonly now: () => number;
}

/**
 * Checks a feed.
 *
 * @returns the feed, held or ready; undefined where it came too late, because a newer one has gone out
 * @throws ConnectError `STORE_…`, `MERGE_FAILED`; the check can be called again
 */
export async function checkFeed(
  feed: Feed,
  { store, merger, shrinkage, mostRejected, now }: FeedCheckOptions,
): Promise<Feed | undefined> {
  const { feeds, collections } = store;
  const options: PrepareOptions = { ...(JSON.parse(feed.settings) as PrepareOptions), fullFile: true };
  const refusal = refusalOf(options);
  if (refusal !== undefined) {
    return feeds.decide(feed.id, { counts: undefined, hold: settingsHold(refusal) });
  }
  const checked = preparation(options);
  while (await feeds.divide(feed.id, partitionBytes, distributedBytes));
  const { partitions } = (await feeds.find(feed.id)) ?? feed;
  for (let partition = 0; partition < (partitions ?? 0); partition++) {
    await merger.inTurn(async () => {
      const lines = await feeds.partition(feed.id, partition);
      if (lines === undefined) return;
      const { part, rejected } = await merger.join({ options, lines });
      if (rejected.length > 0) await collections.reject(feed.collectionId, rejected, mostRejected, now());
      await feeds.join(feed.id, partition, part);
    });
  }
  const notes = joinedNotes(await feeds.notes(feed.id), checked);
  const { rejected, clashes } = await feeds.faults(feed.id);
  const bounds = notes.counts.map(([bound]) => bound);
  const [baselines, perhapsTaken] = await Promise.all([
    feeds.baselines(feed, bounds),
    feeds.perhapsTaken(feed, bounds),
  ]);
  const hold = holdOf(
    {
      given: feed.collected.items + feed.rejected,
      rejected: feed.rejected + rejected,
      clashes,
      notes,
      baselines,
      perhapsTaken,
    },
    checked,
    shrinkage,
  );
  return feeds.decide(feed.id, { counts: new Map(notes.counts), hold });
}

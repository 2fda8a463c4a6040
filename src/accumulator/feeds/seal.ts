/**
 * Brings the batch of a full feed from joined items to requests that can be sent: the feed as one request, and the
 * changes that follow it. It can be left at any moment and goes on where it was.
 */
import { ConnectError } from '../../errors.ts';
import {
  cutHeader,
  type FeedCut,
  type FeedNotes,
  feedCut,
  type JointFields,
  joinFields,
  type PrepareOptions,
  preparation,
} from '../../prepare/index.ts';
import type { Batch, Feed, Store } from '../../store/index.ts';
import { type Merger, refusalOf } from '../sealing/index.ts';
import { joinedNotes } from './check.ts';
import { settingsHold } from './guards.ts';

/** What sealing a feed takes. */
export interface FeedSealSettings {
  readonly store: Pick<Store, 'feeds' | 'batches'>;
  /** Cuts partitions, in a thread of its own. */
  readonly merger: Pick<Merger, 'inTurn' | 'cut'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

function headerOf(cut: FeedCut, joints: readonly string[], options: PrepareOptions): string | ConnectError {
  if ('header' in cut) return JSON.stringify(cut.header);
  const checked = preparation(options);
  const joint = joints
    .map((text) => JSON.parse(text) as JointFields)
    .reduce((all, next) => joinFields(all, next, checked));
  const header = cutHeader(joint, checked);
  return header instanceof ConnectError ? header : JSON.stringify(header);
}

/**
 * Seals the batch of a feed.
 *
 * @returns the batch; or the feed where it is held after all, and has no batch
 * @throws ConnectError what the store throws, and what {@link Merger.cut} does; it can be called again
 */
export async function sealFeed(
  batch: Batch,
  { store, merger, now }: FeedSealSettings,
): Promise<Batch | Feed> {
  const { feeds, batches } = store;
  const { id, feedId } = batch;
  if (feedId === null) throw new TypeError(`Batch ${id} is not that of a full feed.`);
  const options: PrepareOptions = { ...(JSON.parse(batch.settings) as PrepareOptions), fullFile: true };
  const refuse = ({ code, message }: { readonly code: string; readonly message: string }) =>
    feeds.refuse(id, { code, message, isConfirmable: false }, now());
  const refusal = refusalOf(options);
  if (refusal !== undefined) return feeds.refuse(id, settingsHold(refusal), now());
  const notes: FeedNotes = joinedNotes(await feeds.notes(feedId), preparation(options));
  const cut = feedCut(notes, preparation(options));
  if (cut instanceof ConnectError) return refuse(cut);
  for (let partition = 0; partition < batch.partitions; partition++) {
    const refusal = await merger.inTurn(async () => {
      const lines = await feeds.cuttable(id, partition);
      if (lines === undefined) return undefined;
      const done = await merger.cut({ options, lines, cut, requests: await batches.requests(id) });
      if ('refusal' in done) return done.refusal;
      await feeds.fill(id, partition, done.pieces, JSON.stringify(done.joint), now());
      return undefined;
    });
    if (refusal !== undefined) return refuse(refusal);
  }
  const header = headerOf(cut, await feeds.joints(id), options);
  return header instanceof ConnectError ? refuse(header) : feeds.sealed(id, header);
}

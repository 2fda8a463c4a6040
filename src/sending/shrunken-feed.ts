/**
 * Full feeds that no accumulator has checked: compared with the last one before any of it is sent.
 */
import type { ConnectError } from '../errors.ts';
import {
  defaultShrinkage,
  feedShrunk,
  formerCounts,
  type PreparedRequest,
  shrinkageOf,
} from '../prepare/index.ts';
import type { Lane, Store } from '../store/index.ts';

/**
 * Why the requests of a message must not be sent unless a person means it so: they are a full feed that is much smaller
 * than the last one that succeeded within its bounds, whichever node or accumulator sent that, or than one that may have
 * been taken since though nobody knows. The first one within a bound has nothing to be compared with. What clears before
 * it imports is no full feed: it takes nothing from records that it lacks.
 *
 * @param sender What the requests are for, and where former ones were noted.
 * @returns `FULL_FEED_SHRUNK`; undefined where they may go out
 * @throws ConnectError `STORE_…`
 */
export async function shrunkenFeed(
  requests: readonly PreparedRequest[],
  { store, ...sender }: Omit<Lane, 'supplierId'> & { readonly store: Pick<Store, 'feeds'> },
): Promise<ConnectError | undefined> {
  const counts = requests.flatMap((request) => request.counts ?? []);
  const [first] = requests;
  if (first === undefined || counts.length === 0) return undefined;
  const { SupplierId: supplierId } = first.header;
  const lane = { ...sender, supplierId: typeof supplierId === 'number' ? supplierId : null };
  const bounds = counts.map(([bound]) => bound);
  const [baselines, perhapsTaken] = await Promise.all([
    store.feeds.baselines(lane, bounds),
    store.feeds.perhapsTaken(lane, bounds),
  ]);
  const shrinkage = shrinkageOf(counts, formerCounts(baselines, perhapsTaken), defaultShrinkage);
  return (
    shrinkage &&
    feedShrunk(shrinkage, 'Nothing was sent. Set msg.norce.force to true to send it all the same.')
  );
}

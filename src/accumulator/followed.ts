/**
 * What has to be sent before a collection, because Connect leaves out what it does not know yet.
 */
import type { Collection, Store } from '../store/index.ts';

/** How far a collection may be sealed at present. */
export interface FollowedLimit {
  /** Only what was collected before this place; undefined for everything. */
  readonly before?: number;
  /** The collection that sets the limit, and why nothing at all may go where that is so. */
  readonly by?: string;
  readonly isUnderWay: boolean;
}

/**
 * Looks at the collections that one follows: while a batch of them is under way nothing goes, and of what waits only
 * that which is older than the oldest that waits in any of them.
 *
 * @param follows Names of collections of the same scope, whatever their import.
 * @throws ConnectError `STORE_…`
 */
export async function followedLimit(
  { collections, batches }: Pick<Store, 'collections' | 'batches'>,
  own: Pick<Collection, 'id' | 'scope'>,
  follows: readonly string[],
): Promise<FollowedLimit> {
  if (follows.length === 0) return { isUnderWay: false };
  const isFollowed = ({ scope, name }: Pick<Collection, 'scope' | 'name'>) =>
    scope === own.scope && follows.includes(name);
  const underWay = (await batches.unfinished()).find(
    (batch) => batch.collectionId !== own.id && isFollowed(batch),
  );
  if (underWay !== undefined) return { by: underWay.name, isUnderWay: true };
  let oldest: Collection | undefined;
  for (const collection of await collections.list()) {
    if (collection.id === own.id || !isFollowed(collection) || collection.turn === undefined) continue;
    if (oldest?.turn === undefined || collection.turn < oldest.turn) oldest = collection;
  }
  return oldest?.turn === undefined
    ? { isUnderWay: false }
    : { before: oldest.turn, by: oldest.name, isUnderWay: false };
}

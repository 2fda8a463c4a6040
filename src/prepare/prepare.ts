/**
 * Items in, requests out: each with field lists that are true for every record in it.
 */
import type { ConnectError } from '../errors.ts';
import { Breather } from './breather.ts';
import { collect } from './collect.ts';
import { emptyFeed, fieldsDiffer, itemsRejected } from './feed-refusals.ts';
import { wholeRequests } from './full-feed.ts';
import type { Preparation } from './preparation.ts';
import { Uncuttable } from './record-tree.ts';
import { changeRequests } from './requests.ts';
import type { GivenItems, Prepared, RejectedItem } from './types.ts';
import { Warnings } from './warnings.ts';

function refuse(refusal: ConnectError, rejected: readonly RejectedItem[], warnings: Warnings): Prepared {
  return { requests: [], rejected, warnings: warnings.list(), refusal };
}

/**
 * Turns items into requests. Each item ends in exactly one place: in requests (alone or joined with others of
 * its key, whole or in slices that follow each other), or among the rejected with its reasons. What cannot be
 * sent beside something else waits for it in a later stage: slices, and later changes of one record that are
 * not joined. Yields to the event loop while it works and changes nothing that it is given; each item is sent
 * as it was in the turn in which it was checked.
 *
 * A full feed, and a change feed under a switch that clears first, is refused as a whole when any item is
 * rejected (`FULL_FEED_ITEMS_REJECTED`), when it is empty (`FULL_FEED_EMPTY`), or when its items carry
 * different fields and cannot be cut so that what they have in common goes first (`FULL_FEED_FIELDS_DIFFER`):
 * what is missing from it would be deactivated.
 *
 * @param hasReturned Whether items among them come back that were sent before, see {@link DuplicateRules}.
 */
export async function prepare(
  given: GivenItems,
  preparation: Preparation,
  hasReturned = false,
): Promise<Prepared> {
  const { options, plan } = preparation;
  const warnings = new Warnings();
  // A list of its own: whoever adds to the given one or cuts it short meanwhile changes nothing here.
  const list = Array.isArray(given) ? [...given] : given;
  const { items, rejected } = await collect(list, preparation, hasReturned, warnings);
  if (!options.fullFile && !plan.clearsFirst) {
    return { requests: changeRequests(items, preparation, warnings), rejected, warnings: warnings.list() };
  }
  if (list.length === 0) return refuse(emptyFeed(), rejected, warnings);
  if (rejected.length > 0) return refuse(itemsRejected(rejected.length, list.length), rejected, warnings);
  try {
    const requests = await wholeRequests(items, preparation, new Breather(), warnings);
    return { requests, rejected, warnings: warnings.list() };
  } catch (thrown) {
    if (!(thrown instanceof Uncuttable)) throw thrown;
    return refuse(fieldsDiffer(thrown), rejected, warnings);
  }
}

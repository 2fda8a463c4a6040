/**
 * Items in, requests out: each with field lists that are true for every record in it.
 */
import { ConnectError } from '../errors.ts';
import { collect } from './collect.ts';
import type { Preparation } from './preparation.ts';
import { changeRequests, wholeRequests } from './requests.ts';
import type { Prepared, RejectedItem } from './types.ts';
import { Warnings } from './warnings.ts';

function refuse(
  code: string,
  message: string,
  rejected: readonly RejectedItem[],
  warnings: Warnings,
): Prepared {
  return { requests: [], rejected, warnings: warnings.list(), refusal: new ConnectError(code, message) };
}

/**
 * Turns items into requests. Each item ends in exactly one place: in one request (alone or joined with
 * others of its key), or among the rejected with its reasons. Yields to the event loop while it works and
 * changes nothing that it is given; each item is sent as it was in the turn in which it was checked.
 *
 * A full feed, and a change feed under a switch that clears first, is refused as a whole when any item is
 * rejected (`FULL_FEED_ITEMS_REJECTED`), when items carry different fields (`FULL_FEED_FIELDS_DIFFER`) or
 * when it is empty (`FULL_FEED_EMPTY`): what is missing from it would be deactivated.
 */
export async function prepare(given: readonly unknown[], preparation: Preparation): Promise<Prepared> {
  const { options, plan } = preparation;
  const warnings = new Warnings();
  // A list of its own: whoever adds to the given one or cuts it short meanwhile changes nothing here.
  const list = [...given];
  const { items, rejected } = await collect(list, preparation, warnings);
  if (!options.fullFile && !plan.clearsFirst) {
    return { requests: changeRequests(items, preparation, warnings), rejected, warnings: warnings.list() };
  }
  if (list.length === 0) {
    return refuse(
      'FULL_FEED_EMPTY',
      'An empty full feed is not sent: what it would deactivate is not known.',
      rejected,
      warnings,
    );
  }
  if (rejected.length > 0) {
    return refuse(
      'FULL_FEED_ITEMS_REJECTED',
      `${rejected.length} of ${list.length} items cannot be sent. Without them the feed is not whole, and Connect would deactivate what they are about; nothing was sent.`,
      rejected,
      warnings,
    );
  }
  const requests = wholeRequests(items, preparation);
  if (requests === undefined) {
    return refuse(
      'FULL_FEED_FIELDS_DIFFER',
      'Items of this full feed carry different fields, so no field list is true for all of it; nothing was sent. Give every item the same fields.',
      rejected,
      warnings,
    );
  }
  return { requests, rejected, warnings: warnings.list() };
}

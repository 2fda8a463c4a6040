/**
 * Why nothing of a full feed may be sent: what is missing from it would be deactivated.
 */
import { ConnectError } from '../errors.ts';
import type { Uncuttable } from './record-tree.ts';

/** It holds nothing. */
export function emptyFeed(): ConnectError {
  return new ConnectError(
    'FULL_FEED_EMPTY',
    'An empty full feed is not sent: what it would deactivate is not known.',
  );
}

/** Some of its items cannot be sent. */
export function itemsRejected(rejected: number, all: number): ConnectError {
  return new ConnectError(
    'FULL_FEED_ITEMS_REJECTED',
    `${rejected} of ${all} items cannot be sent. Without them the feed is not whole, and Connect would deactivate what they are about; nothing was sent.`,
  );
}

/** No field list is true for all of it, and it cannot be cut so that what its items have in common goes first. */
export function fieldsDiffer(cause: Uncuttable): ConnectError {
  return new ConnectError(
    'FULL_FEED_FIELDS_DIFFER',
    `Items of this full feed carry different fields, so no field list is true for all of it, and it cannot be cut: ${cause.message} Nothing was sent. Give every item the same fields.`,
  );
}

/**
 * How old the items of a batch are: the place at which the newest of what they were merged from was collected at first.
 * Most of a batch is as new as its last place says, or, of a full feed, as old as the feed. What came back, because
 * it was requeued or had to go behind a full feed, is older, and stands together with what is new: of its keys each has
 * its own origin, unless something new has joined it.
 */
import type { Database } from '../driver.ts';
import { keyOf } from './piece-items.ts';

/** Lines that were collected together, or came back together. */
export interface DatedLines {
  /** Where they came back: the place at which they were collected at first. */
  readonly origin: number | null;
  readonly lines: Uint8Array;
}

/** Notes which keys of a partition have only come back. Its lines are given in their order. */
export function noteReturned(database: Database, batchId: string, partition: readonly DatedLines[]): void {
  if (partition.every(({ origin }) => origin === null)) return;
  const returned = new Map<string, number>();
  for (const { origin, lines } of partition) {
    for (const line of Buffer.from(lines).toString().split('\n')) {
      const key = keyOf(line);
      if (origin === null) returned.delete(key);
      else returned.set(key, Math.max(origin, returned.get(key) ?? origin));
    }
  }
  for (const [key, origin] of returned) {
    database.run(
      'INSERT INTO returned_key (batch_id, key, origin) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      batchId,
      key,
      origin,
    );
  }
}

/** Tells the origin of a batch's items by their keys. */
export function originsOf(database: Database, batchId: string): (key: string) => number {
  // The batch of a full feed takes nothing from the log: its last place is lower than any.
  const batch = database.get<{ newest: number }>(
    'SELECT max(origin, last_place) AS newest FROM batch WHERE id = ?',
    batchId,
  );
  const newest = batch?.newest ?? 0;
  const hasReturned =
    database.get('SELECT 1 FROM returned_key WHERE batch_id = ? LIMIT 1', batchId) !== undefined;
  if (!hasReturned) return () => newest;
  return (key) =>
    database.get<{ origin: number }>(
      'SELECT origin FROM returned_key WHERE batch_id = ? AND key = ?',
      batchId,
      key,
    )?.origin ?? newest;
}

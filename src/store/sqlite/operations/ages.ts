/**
 * How old items are: the place at which the newest of what they were merged from was collected at first, and the stage
 * of its batch in which they went, because of one record what goes in a later stage is newer.
 *
 * Most of a batch is as new as its last place says, or, of a full feed, as old as the feed. What came back, because it
 * was requeued or had to go behind a full feed, is older, and stands together with what is new: of its keys each has its
 * own age, unless something new has joined it.
 */
import type { Database } from '../driver.ts';
import { keyOf } from './piece-items.ts';

/** Stages that are told from each other; a batch has a handful. */
const stages = 1024;

/** An age as one number. What came back and goes in stages once more counts on. */
function ageOf(origin: number, stage: number): number {
  return origin * stages + Math.min(stage, stages - 1);
}

/** The place of an age. */
export function originOf(age: number): number {
  return Math.floor(age / stages);
}

/** Lines that were collected together, or came back together. */
export interface DatedLines {
  /** Where they came back. */
  readonly age: number | null;
  readonly lines: Uint8Array;
}

/** Notes which keys of a partition have only come back. Its lines are given in their order. */
export function noteReturned(database: Database, batchId: string, partition: readonly DatedLines[]): void {
  if (partition.every(({ age }) => age === null)) return;
  const returned = new Map<string, number>();
  for (const { age, lines } of partition) {
    for (const line of Buffer.from(lines).toString().split('\n')) {
      const key = keyOf(line);
      if (age === null) returned.delete(key);
      else returned.set(key, Math.max(age, returned.get(key) ?? age));
    }
  }
  for (const [key, age] of returned) {
    database.run(
      'INSERT INTO returned_key (batch_id, key, age) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      batchId,
      key,
      age,
    );
  }
}

/** Tells the age of a batch's items by their keys. */
export function agesOf(database: Database, batchId: string, stage: number): (key: string) => number {
  // The batch of a full feed takes nothing from the log: its last place is lower than any.
  const batch = database.get<{ newest: number }>(
    'SELECT max(origin, last_place) AS newest FROM batch WHERE id = ?',
    batchId,
  );
  const newest = ageOf(batch?.newest ?? 0, stage);
  const hasReturned =
    database.get('SELECT 1 FROM returned_key WHERE batch_id = ? LIMIT 1', batchId) !== undefined;
  if (!hasReturned) return () => newest;
  return (key) => {
    const returned = database.get<{ age: number }>(
      'SELECT age FROM returned_key WHERE batch_id = ? AND key = ?',
      batchId,
      key,
    );
    return returned === undefined ? newest : ageOf(originOf(returned.age), (returned.age % stages) + stage);
  };
}

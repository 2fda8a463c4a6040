/**
 * How old items are: the place at which the newest of what they were merged from was collected at first, and the stage
 * of its batch in which they went, because of one record what goes in a later stage is newer.
 *
 * Most of a batch is as new as its last place says. What came back, because it was requeued or had to go behind a full
 * feed, is older, and may stand together with what is new: its ages are noted by key and stage. A full feed is newer
 * than all that was collected before its place, in whatever stage that went.
 */
import type { NewPiece } from '../../collections.ts';
import type { Database } from '../driver.ts';
import { noPlace } from './collections.ts';
import { keyOf, keysIn } from './piece-items.ts';

/** Stages that are told from each other; a batch has a handful. */
const stages = 1024;

/** An age as one number. */
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

/** The ages of the values of each key that came back, from the oldest; null for all that is new together. */
function agesByKey(partition: readonly DatedLines[]): ReadonlyMap<string, readonly (number | null)[]> {
  const ages = new Map<string, (number | null)[]>();
  for (const { age, lines } of partition) {
    for (const line of Buffer.from(lines).toString().split('\n')) {
      const key = keyOf(line);
      const known = ages.get(key);
      if (known === undefined) {
        if (age !== null) ages.set(key, [age]);
      } else if (known.at(-1) !== age) {
        known.push(age);
      }
    }
  }
  return ages;
}

/**
 * Which of a key's values goes in which of its stages: the last in the last, the one before it in the one before that.
 * Several that are new count as one here, so that there may be more stages than values: then the first go first.
 */
function valueIn(values: readonly (number | null)[], stageIndex: number, stageCount: number): number | null {
  const isNewSeveral = stageCount > values.length && values.at(-1) === null;
  const index = isNewSeveral
    ? Math.min(stageIndex, values.length - 1)
    : Math.max(0, values.length - stageCount + stageIndex);
  return values[index] ?? null;
}

/**
 * Notes how old the items of a partition are that came back, or were merged with what did.
 *
 * @param partition Its lines, in their order: what came back, and then what is new.
 * @param pieces What they were merged to.
 */
export function noteReturned(
  database: Database,
  batchId: string,
  partition: readonly DatedLines[],
  pieces: readonly Pick<NewPiece, 'stage' | 'keys'>[],
): void {
  const ages = agesByKey(partition);
  const stagesOf = new Map<string, Set<number>>([...ages.keys()].map((key) => [key, new Set()]));
  for (const { stage, keys } of pieces) for (const key of keysIn(keys)) stagesOf.get(key)?.add(stage);
  for (const [key, found] of stagesOf) {
    const values = ages.get(key) ?? [];
    // What could not be merged to anything is kept as of the first stage.
    const order = found.size === 0 ? [0] : [...found].sort((one, other) => one - other);
    for (const [index, stage] of order.entries()) {
      const age = valueIn(values, index, order.length);
      if (age === null) continue;
      database.run(
        'INSERT INTO returned_key (batch_id, key, stage, age) VALUES (?, ?, ?, ?)',
        batchId,
        key,
        stage,
        age,
      );
    }
  }
}

/** Tells the age of a batch's items of a stage by their keys. */
export function agesOf(database: Database, batchId: string, stage: number): (key: string) => number {
  const { origin = 0, last = 0 } =
    database.get<{ origin: number; last: number }>(
      'SELECT origin, last_place AS last FROM batch WHERE id = ?',
      batchId,
    ) ?? {};
  if (last === noPlace) return () => ageOf(origin, stages - 1);
  const newest = ageOf(Math.max(origin, last), stage);
  const hasReturned =
    database.get('SELECT 1 FROM returned_key WHERE batch_id = ? LIMIT 1', batchId) !== undefined;
  if (!hasReturned) return () => newest;
  return (key) =>
    database.get<{ age: number }>(
      'SELECT age FROM returned_key WHERE batch_id = ? AND key = ? AND stage = ?',
      batchId,
      key,
      stage,
    )?.age ?? newest;
}

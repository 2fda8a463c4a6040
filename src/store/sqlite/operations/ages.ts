/**
 * How old items are: the place at which the newest of what they were merged from was collected at first, and the stage
 * of its batch in which they went, because of one record what goes in a later stage is newer.
 *
 * Most of a batch is as new as its last place says. What came back, because it was requeued or had to go behind a full
 * feed, is older, and may stand together with what is new; and what is rejected when a batch is put together may be
 * older than what the batch holds of the same record. Where there is either, ages are noted by key and stage. A full
 * feed is newer than all that was collected before its place, in whatever stage that went.
 */
import type { NewKept } from '../../collections.ts';
import type { FailedLine, NewestLine } from '../../partitions.ts';
import type { Database } from '../driver.ts';
import { lineCount } from './byte-lines.ts';
import { noPlace } from './collections.ts';

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

/** An item that is kept, and how old it is. */
export interface DatedKept extends NewKept {
  readonly age: number;
}

/** The ages of the lines of a partition up to the last that came back; null for one that is new. */
export function agesOfReturned(partition: readonly DatedLines[]): readonly (number | null)[] {
  const end = partition.findLastIndex(({ age }) => age !== null) + 1;
  return partition
    .slice(0, end)
    .flatMap(({ age, lines }) => new Array<number | null>(lineCount(lines)).fill(age));
}

/** The places of a batch in the log. */
function placesOf(database: Database, batchId: string): { readonly origin: number; readonly last: number } {
  return (
    database.get<{ origin: number; last: number }>(
      'SELECT origin, last_place AS last FROM batch WHERE id = ?',
      batchId,
    ) ?? { origin: 0, last: 0 }
  );
}

/** Something that a key holds in a partition: an item in a stage, or a line that failed. */
type Value =
  | (NewestLine & { readonly failed?: never })
  | { readonly key: string; readonly line: number; readonly stage?: never; readonly failed: FailedLine };

/** Values in the order in which they were collected; the slices of an item hold the same lines, and follow each other. */
function inOrder(failed: readonly FailedLine[], newest: readonly NewestLine[]): Value[] {
  const values: Value[] = [
    ...newest,
    ...failed.map((each) => ({ key: each.key, line: each.line, failed: each })),
  ];
  return values.sort((one, other) => one.line - other.line || (one.stage ?? 0) - (other.stage ?? 0));
}

/**
 * What stands for the stage in the ages of values that are new: it grows from value to value of a key, and is never
 * lower than the stage. Different items may write one record: a line that failed is newer than every item before it,
 * whatever their keys, and no newer than what comes after it. Of values as old as each other the one that is kept first
 * goes first, and items are kept after lines. Of more values of a key than there are stages the oldest are not told
 * from each other, nor are those of different keys then.
 */
function ranksOf(values: readonly Value[]): readonly number[] {
  const last = new Map<string, number>();
  let lastFailed = 0;
  let lastItem = -1;
  const ranks = values.map(({ key, stage }) => {
    const isFailed = stage === undefined;
    const rank = Math.max((last.get(key) ?? -1) + 1, lastFailed, isFailed ? lastItem + 1 : stage);
    if (isFailed) lastFailed = rank;
    else lastItem = Math.max(lastItem, rank);
    last.set(key, rank);
    return rank;
  });
  return values.map(({ key }, index) => {
    const excess = Math.max(0, (last.get(key) as number) - (stages - 1));
    return Math.max(0, (ranks[index] as number) - excess);
  });
}

/**
 * Notes how old the items of a partition are that are not simply as new as their batch and stage: those that hold only
 * what came back, and those of keys of which a line failed.
 *
 * @param returned Ages of the lines that came back, see {@link agesOfReturned}.
 * @param failed Lines that are kept as failed.
 * @param newest See {@link BatchStore.fill}.
 * @returns what failed, with its ages
 */
export function noteAges(
  database: Database,
  batchId: string,
  returned: readonly (number | null)[],
  failed: readonly FailedLine[],
  newest: readonly NewestLine[],
): DatedKept[] {
  const { origin, last } = placesOf(database, batchId);
  const place = Math.max(origin, last);
  const values = inOrder(failed, newest);
  const ranks = ranksOf(values);
  const dated: DatedKept[] = [];
  for (const [index, { key, stage, line, failed: kept }] of values.entries()) {
    const age = returned[line] ?? ageOf(place, ranks[index] as number);
    if (kept !== undefined) dated.push({ ...kept, age });
    else if (age !== ageOf(place, stage)) {
      database.run(
        'INSERT INTO dated_key (batch_id, key, stage, age) VALUES (?, ?, ?, ?)',
        batchId,
        key,
        stage,
        age,
      );
    }
  }
  return dated;
}

/** Tells the age of a batch's items of a stage by their keys. */
export function agesOf(database: Database, batchId: string, stage: number): (key: string) => number {
  const { origin, last } = placesOf(database, batchId);
  if (last === noPlace) return () => ageOf(origin, stages - 1);
  const newest = ageOf(Math.max(origin, last), stage);
  const isDated = database.get('SELECT 1 FROM dated_key WHERE batch_id = ? LIMIT 1', batchId) !== undefined;
  if (!isDated) return () => newest;
  return (key) =>
    database.get<{ age: number }>(
      'SELECT age FROM dated_key WHERE batch_id = ? AND key = ? AND stage = ?',
      batchId,
      key,
      stage,
    )?.age ?? newest;
}

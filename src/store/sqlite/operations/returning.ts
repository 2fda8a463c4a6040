/**
 * What comes back to the log: because it was requeued, or because a full feed behind which it had to go has ended.
 */
import type { Amount } from '../../collections.ts';
import type { Database } from '../driver.ts';
import { originOf } from './ages.ts';
import { count, firstPlace, noPlace, type Return } from './collections.ts';

/** A block that comes back. */
export interface ReturningBlock extends Amount {
  readonly supplierId: number | null;
  readonly age: number;
  /** Where it stands among what other collections have collected: a collection may follow others. */
  readonly turn: number;
  /** Puts it into the log. */
  insert(place: number, returned: Return): void;
}

/** A block that came back and waits. */
interface ReturnedBlock {
  readonly id: number;
  readonly place: number;
  readonly supplierId: number | null;
  readonly age: number;
  readonly turn: number;
}

type Aged = Pick<ReturnedBlock, 'supplierId' | 'age'>;

/** By supplier, and each supplier's by age. */
function compare(one: Aged, other: Aged): number {
  return (one.supplierId ?? 0) - (other.supplierId ?? 0) || one.age - other.age;
}

/** What came back before and waits, from the front. What is just being sealed is not of it. */
function returnedBlocks(database: Database, collectionId: number): ReturnedBlock[] {
  return database
    .all<ReturnedBlock>(
      `SELECT id, place, supplier_id AS supplierId, age, turn FROM block
       WHERE collection_id = ? AND is_returned = 1
         AND NOT EXISTS (SELECT 1 FROM batch WHERE batch.collection_id = block.collection_id
           AND batch.state <> 'ended' AND batch.state = 'sealing'
           AND block.place BETWEEN batch.first_place AND batch.last_place)`,
      collectionId,
    )
    .sort((one, other) => one.place - other.place);
}

/** The turn of the first block behind a place that is not just being sealed. */
function turnBehind(database: Database, collectionId: number, place: number): number {
  const sealing = database.get<{ last: number }>(
    "SELECT last_place AS last FROM batch WHERE collection_id = ? AND state <> 'ended' AND state = 'sealing'",
    collectionId,
  );
  const behind = database.get<{ turn: number }>(
    'SELECT turn FROM block WHERE collection_id = ? AND place > ? ORDER BY place LIMIT 1',
    collectionId,
    Math.max(place, sealing?.last ?? noPlace),
  );
  return behind?.turn ?? Number.MAX_SAFE_INTEGER;
}

/**
 * Puts blocks before everything that waits, and counts them. What came back before them is moved where that is older. All
 * that is one supplier's stands together, because a batch ends where another's begins: an older value would be sent by
 * itself before a newer one, of which a job that has failed may have written some.
 *
 * @param blocks In their order. Of what is as old as each other the last comes back first.
 */
export function putBack(database: Database, collectionId: number, blocks: readonly ReturningBlock[]): void {
  const waiting = returnedBlocks(database, collectionId);
  const order = [...blocks, ...waiting].sort(compare);
  while (order.length > 0 && order.at(-1) === waiting.at(-1)) {
    order.pop();
    waiting.pop();
  }
  // Nobody's turn is later than that of what stands behind: collections that follow each other would wait for ever.
  let latest = turnBehind(database, collectionId, waiting.at(-1)?.place ?? noPlace);
  const end = firstPlace(database, collectionId);
  for (const [index, block] of [...order.entries()].reverse()) {
    const place = end - order.length + index;
    latest = Math.min(latest, block.turn);
    if ('insert' in block) {
      block.insert(place, { age: block.age, origin: originOf(block.age), turn: latest });
      count(database, collectionId, 'waiting', block);
    } else {
      database.run('UPDATE block SET place = ?, turn = ? WHERE id = ?', place, latest, block.id);
    }
  }
}

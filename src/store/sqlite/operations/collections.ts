/**
 * Collections and what waits in them.
 */
import { ConnectError } from '../../../errors.ts';
import type { Amount, Collection, CollectionName, CollectionState, NewBlock } from '../../collections.ts';
import type { Database } from '../driver.ts';
import { entryUnknown } from './entry-unknown.ts';

/** No block has a place as low as this: the batch of a feed takes nothing from the log. */
export const noPlace = Number.MIN_SAFE_INTEGER;

interface CollectionRow extends CollectionName {
  readonly id: number;
  readonly settings: string;
  readonly waitingItems: number;
  readonly waitingBytes: number;
  readonly failedItems: number;
  readonly failedBytes: number;
  readonly rejectedItems: number;
  readonly rejectedBytes: number;
  readonly flushPlace: number | null;
  readonly lastSealed: number | null;
}

// What a batch that is being sealed has taken is still in the log, and does not wait any more.
const selectCollection = `
  SELECT id, scope, import, name, settings, waiting_items AS waitingItems, waiting_bytes AS waitingBytes,
    failed_items AS failedItems, failed_bytes AS failedBytes, rejected_items AS rejectedItems,
    rejected_bytes AS rejectedBytes, flush_place AS flushPlace,
    (SELECT last_place FROM batch WHERE batch.collection_id = collection.id AND batch.state <> 'ended'
       AND batch.state = 'sealing') AS lastSealed
  FROM collection`;

/** The front of what waits behind a place, and how old the oldest of it is: what came back is in an order of its own. */
function oldestOf(
  database: Database,
  collectionId: number,
  after: number,
): { readonly at: number; readonly origin: number; readonly turn: number } | undefined {
  const first = database.get<{ at: number; origin: number; turn: number }>(
    'SELECT at, origin, turn FROM block WHERE collection_id = ? AND place > ? ORDER BY place LIMIT 1',
    collectionId,
    after,
  );
  const returned = database.get<{ origin: number }>(
    'SELECT origin FROM block WHERE collection_id = ? AND is_returned = 1 AND place > ? ORDER BY origin LIMIT 1',
    collectionId,
    after,
  );
  return first && { ...first, origin: Math.min(first.origin, returned?.origin ?? first.origin) };
}

function collectionOf(database: Database, row: CollectionRow): Collection {
  const { id, scope, import: name, name: collection, settings } = row;
  const oldest = row.waitingItems === 0 ? undefined : oldestOf(database, id, row.lastSealed ?? noPlace);
  return {
    id,
    scope,
    import: name,
    name: collection,
    settings,
    waiting: { items: row.waitingItems, bytes: row.waitingBytes },
    oldestAt: oldest?.at,
    oldestPlace: oldest?.origin,
    turn: oldest?.turn,
    isFlushAsked: row.flushPlace !== null,
    failed: { items: row.failedItems, bytes: row.failedBytes },
    rejected: { items: row.rejectedItems, bytes: row.rejectedBytes },
  };
}

/** A collection by its id. @throws ConnectError `STORE_ENTRY_UNKNOWN` */
export function collectionWithId(database: Database, id: number): Collection {
  const row = database.get<CollectionRow>(`${selectCollection} WHERE id = ?`, id);
  if (row === undefined) throw entryUnknown(`collection ${id}`);
  return collectionOf(database, row);
}

function stateOf(database: Database, id: number): CollectionState {
  const {
    scope: _scope,
    import: _import,
    name: _name,
    settings: _settings,
    ...state
  } = collectionWithId(database, id);
  return state;
}

/** What may be counted of a collection. */
export type Counted = 'waiting' | 'failed' | 'rejected';

/** Adds to what is counted of a collection, or takes away where the amount is negative. */
export function count(database: Database, id: number, what: Counted, { items, bytes }: Amount): void {
  database.run(
    `UPDATE collection SET ${what}_items = ${what}_items + ?, ${what}_bytes = ${what}_bytes + ? WHERE id = ?`,
    items,
    bytes,
    id,
  );
}

/** A flush has been carried out when nothing that waited then waits behind a place. What came back stands before that. */
export function endFlush(database: Database, id: number, after: number): void {
  database.run(
    `UPDATE collection SET flush_place = NULL
     WHERE id = ? AND flush_place < (SELECT coalesce(min(place), ${Number.MAX_SAFE_INTEGER}) FROM block WHERE collection_id = ? AND place > ?)`,
    id,
    id,
    after,
  );
}

/** The place of whatever is collected next. */
export function nextPlace(database: Database): number {
  return (
    (database.get<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'block'")?.seq ?? 0) + 1
  );
}

/** The first place of all that a collection has, what it is just having sealed included. What comes back goes before it. */
export function firstPlace(database: Database, collectionId: number): number {
  const next = nextPlace(database);
  const block = database.get<{ place: number }>(
    'SELECT place FROM block WHERE collection_id = ? ORDER BY place LIMIT 1',
    collectionId,
  );
  // Blocks that have been divided are not in the log any more, but their places still mean that batch.
  const sealing = database.get<{ place: number }>(
    `SELECT first_place AS place FROM batch
     WHERE collection_id = ? AND state <> 'ended' AND state = 'sealing' AND first_place > ${noPlace}`,
    collectionId,
  );
  return Math.min(block?.place ?? next, sealing?.place ?? next);
}

/** A block that comes back. */
export interface Return {
  readonly age: number;
  /** The place at which its items were collected at first. */
  readonly origin: number;
  /** Where it stands among what other collections have collected: a collection may follow others. */
  readonly turn: number;
}

/** Bytes that were handed over to somebody else are empty: nobody may believe that they are on disk. */
export function checkLines(items: number, lines: string | Uint8Array): void {
  if (items > 0 && lines.length === 0) throw new Error(`A block of ${items} items has come without them.`);
}

/** Puts a block into the log: one that comes back, or one that was just collected. */
export function insertBlock(
  database: Database,
  collectionId: number,
  place: number,
  { supplierId, items, bytes, lines }: NewBlock,
  at: number,
  returned?: Return,
): void {
  checkLines(items, lines);
  database.run(
    `INSERT INTO block (collection_id, place, origin, is_returned, age, turn, supplier_id, items, bytes, at, lines)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT))`,
    collectionId,
    place,
    returned?.origin ?? place,
    returned === undefined ? 0 : 1,
    returned?.age ?? null,
    returned?.turn ?? place,
    supplierId,
    items,
    bytes,
    at,
    lines,
  );
}

/** @throws ConnectError `COLLECTION_SEALING` while a batch of the collection is being sealed */
export function refuseWhileSealing(database: Database, { id }: Collection): void {
  const sealing = database.get(
    "SELECT 1 FROM batch WHERE collection_id = ? AND state <> 'ended' AND state = 'sealing'",
    id,
  );
  if (sealing === undefined) return;
  throw new ConnectError('COLLECTION_SEALING', 'The collection is being sealed; try it again in a moment.', {
    retryable: true,
  });
}

function refuseBeyond(state: CollectionState, block: Amount, most: Amount): void {
  const items = state.waiting.items + state.failed.items + block.items;
  const bytes = state.waiting.bytes + state.failed.bytes + block.bytes;
  if (items <= most.items && bytes <= most.bytes) return;
  const { waiting, failed } = state;
  throw new ConnectError(
    'COLLECTION_FULL',
    `The collection may hold ${most.items} items and ${most.bytes} bytes; ${waiting.items} items wait and ${failed.items} have failed. There is no room for what this message brings.`,
    { retryable: true, details: { waiting, failed, most } },
  );
}

/** Carries out the calls of {@link CollectionStore} about what waits. */
export const collectionOperations = {
  'collections.open'(
    database: Database,
    { scope, import: name, name: collection }: CollectionName,
    settings: string,
  ): Collection {
    database.run(
      `INSERT INTO collection (scope, import, name, settings) VALUES (?, ?, ?, ?)
       ON CONFLICT (scope, import, name) DO UPDATE SET settings = excluded.settings`,
      scope,
      name,
      collection,
      settings,
    );
    const row = database.get<CollectionRow>(
      `${selectCollection} WHERE scope = ? AND import = ? AND name = ?`,
      scope,
      name,
      collection,
    );
    return collectionOf(database, row as CollectionRow);
  },

  'collections.list'(database: Database): readonly Collection[] {
    return database
      .all<CollectionRow>(`${selectCollection} ORDER BY id`)
      .map((row) => collectionOf(database, row));
  },

  'collections.state': stateOf,

  'collections.append'(
    database: Database,
    id: number,
    block: NewBlock,
    most: Amount,
    at: number,
  ): CollectionState {
    const state = stateOf(database, id);
    refuseBeyond(state, block, most);
    const place = nextPlace(database);
    insertBlock(database, id, place, block, at);
    count(database, id, 'waiting', block);
    const { items, bytes } = state.waiting;
    return {
      ...state,
      waiting: { items: items + block.items, bytes: bytes + block.bytes },
      oldestAt: state.oldestAt ?? at,
      oldestPlace: state.oldestPlace ?? place,
      turn: state.turn ?? place,
    };
  },

  'collections.flush'(database: Database, id: number): CollectionState {
    const last = nextPlace(database) - 1;
    // Whoever asks again and again has nothing written, and no disk waited for, unless something new waits.
    database.run(
      'UPDATE collection SET flush_place = ? WHERE id = ? AND waiting_items > 0 AND ifnull(flush_place, -1) < ?',
      last,
      id,
      last,
    );
    return stateOf(database, id);
  },

  'collections.discardWaiting'(database: Database, id: number): number {
    const collection = collectionWithId(database, id);
    refuseWhileSealing(database, collection);
    const { items, bytes } = collection.waiting;
    database.run('DELETE FROM block WHERE collection_id = ?', id);
    count(database, id, 'waiting', { items: -items, bytes: -bytes });
    endFlush(database, id, noPlace);
    return items;
  },
};

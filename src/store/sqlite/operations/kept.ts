/**
 * Items that were not written, kept with their reasons.
 */
import type { Amount, CollectionState, KeptItem, KeptKind, NewBlock, NewKept } from '../../collections.ts';
import type { Database } from '../driver.ts';
import type { DatedKept } from './ages.ts';
import {
  collectionOperations,
  collectionWithId,
  count,
  insertBlock,
  nextPlace,
  type Return,
  refuseWhileSealing,
} from './collections.ts';
import { putBack } from './returning.ts';

/** Most items and bytes of a block of requeued items. */
const blockItems = 1000;
const blockBytes = 256 * 1024;

/** Rejected items that are looked at together when some have to go. */
const pageSize = 1000;

interface KeptRow extends NewKept {
  readonly id: number;
  readonly kind: KeptKind;
  readonly batchId: string | null;
  readonly supplierId: number | null;
  readonly bytes: number;
  readonly at: number;
  readonly isReplaced: number;
  readonly age: number;
}

const selectKept = `
  SELECT id, kind, batch_id AS batchId, supplier_id AS supplierId, key, text, bytes, reason, at,
    is_replaced AS isReplaced, age
  FROM kept`;

/** Where kept items come from. */
export interface KeptOrigin {
  readonly collectionId: number;
  readonly kind: KeptKind;
  readonly batchId: string | null;
  readonly supplierId: number | null;
}

/** Keeps items of one origin, and counts them. */
export function keep(
  database: Database,
  { collectionId, kind, batchId, supplierId }: KeptOrigin,
  items: readonly DatedKept[],
  at: number,
): void {
  if (items.length === 0) return;
  let sum = 0;
  for (const { key, text, reason, age } of items) {
    const bytes = Buffer.byteLength(text);
    sum += bytes;
    database.run(
      `INSERT INTO kept (collection_id, kind, batch_id, supplier_id, key, age, text, bytes, reason, at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      collectionId,
      kind,
      batchId,
      supplierId,
      key,
      age,
      text,
      bytes,
      reason,
      at,
    );
  }
  count(database, collectionId, kind, { items: items.length, bytes: sum });
}

/** Deletes kept items of a kind, and counts them down. */
function drop(
  database: Database,
  collectionId: number,
  kind: KeptKind,
  rows: readonly { readonly id: number; readonly bytes: number }[],
): void {
  if (rows.length === 0) return;
  let sum = 0;
  for (const { id, bytes } of rows) {
    sum += bytes;
    database.run('DELETE FROM kept WHERE id = ?', id);
  }
  count(database, collectionId, kind, { items: -rows.length, bytes: -sum });
}

/** Drops the oldest rejected items beyond a bound. */
function boundRejected(database: Database, collectionId: number, most: Amount): void {
  for (;;) {
    let { items, bytes } = collectionWithId(database, collectionId).rejected;
    const oldest = database.all<{ id: number; bytes: number }>(
      `SELECT id, bytes FROM kept WHERE collection_id = ? AND kind = 'rejected' ORDER BY id LIMIT ${pageSize}`,
      collectionId,
    );
    const excess: { id: number; bytes: number }[] = [];
    for (const row of oldest) {
      if (items <= most.items && bytes <= most.bytes) break;
      excess.push(row);
      items -= 1;
      bytes -= row.bytes;
    }
    drop(database, collectionId, 'rejected', excess);
    if (excess.length < pageSize) return;
  }
}

/** Items that come back together. */
type RequeuedBlock = NewBlock & { readonly age: number };

function* blocksOf(rows: readonly KeptRow[]): Generator<RequeuedBlock> {
  let lines: string[] = [];
  let bytes = 0;
  let supplierId: number | null = null;
  let age = 0;
  const block = () => ({ lines: lines.join('\n'), items: lines.length, bytes, supplierId, age });
  for (const row of rows) {
    const isFull = lines.length >= blockItems || bytes + row.bytes > blockBytes;
    if (lines.length > 0 && (isFull || row.supplierId !== supplierId || row.age !== age)) {
      yield block();
      lines = [];
      bytes = 0;
    }
    supplierId = row.supplierId;
    age = row.age;
    lines.push(`${row.key}\t${row.text}`);
    bytes += row.bytes;
  }
  if (lines.length > 0) yield block();
}

/** Carries out the calls of {@link CollectionStore} about what is kept. */
export const keptOperations = {
  'collections.reject'(
    database: Database,
    id: number,
    items: readonly NewKept[],
    most: Amount,
    at: number,
  ): CollectionState {
    collectionWithId(database, id);
    keep(
      database,
      { collectionId: id, kind: 'rejected', batchId: null, supplierId: null },
      // They are never requeued.
      items.map((item) => ({ ...item, age: 0 })),
      at,
    );
    boundRejected(database, id, most);
    return collectionOperations['collections.state'](database, id);
  },

  'collections.kept'(
    database: Database,
    id: number,
    kind: KeptKind,
    after: number,
    limit: number,
  ): readonly KeptItem[] {
    return database
      .all<KeptRow>(
        `${selectKept} WHERE collection_id = ? AND kind = ? AND id > ? ORDER BY id LIMIT ?`,
        id,
        kind,
        after,
        limit,
      )
      .map(({ supplierId: _supplierId, bytes: _bytes, age: _age, isReplaced, ...item }) => ({
        ...item,
        isReplaced: isReplaced !== 0,
      }));
  },

  /**
   * Requeues failed items up to a number, supplier by supplier and the newest first, because whatever is requeued after
   * them comes before them; gives their number. The newest are those that were collected last, whenever they failed.
   * What later stages of its batch may still follow waits for their end: it would come back before them otherwise, and
   * they behind it.
   */
  'collections.requeue'(database: Database, id: number, limit: number, at: number): number {
    const collection = collectionWithId(database, id);
    refuseWhileSealing(database, collection);
    const rows = database
      .all<KeptRow>(
        `${selectKept} WHERE collection_id = ? AND kind = 'failed' AND is_replaced = 0
           AND NOT EXISTS (SELECT 1 FROM batch_request
             WHERE batch_request.batch_id = kept.batch_id AND stage > 0 AND state <> 'ended')
         ORDER BY supplier_id DESC, age DESC, id DESC LIMIT ?`,
        id,
        limit,
      )
      .reverse();
    if (rows.length === 0) return 0;
    // As old as what they stand before, so that this does not seem younger than it is.
    const since = Math.min(at, collection.oldestAt ?? at);
    const turn = nextPlace(database);
    const blocks = [...blocksOf(rows)].map((block) => ({
      ...block,
      turn,
      insert: (place: number, returned: Return) => insertBlock(database, id, place, block, since, returned),
    }));
    putBack(database, id, blocks);
    drop(database, id, 'failed', rows);
    return rows.length;
  },

  /** How many failed items have been replaced. */
  'collections.replaced'(database: Database, id: number): number {
    const replaced = database.get<{ items: number }>(
      "SELECT count(*) AS items FROM kept WHERE collection_id = ? AND kind = 'failed' AND is_replaced = 1",
      id,
    );
    return replaced?.items ?? 0;
  },

  /** The last item that is kept of a kind; undefined for none. */
  'collections.lastKept'(database: Database, id: number, kind: KeptKind): number | undefined {
    collectionWithId(database, id);
    return database.get<{ id: number }>(
      'SELECT id FROM kept WHERE collection_id = ? AND kind = ? ORDER BY id DESC LIMIT 1',
      id,
      kind,
    )?.id;
  },

  /** Throws kept items away from the oldest on up to one of them, a number of them at most; gives their number. */
  'collections.discardKept'(
    database: Database,
    id: number,
    kind: KeptKind,
    upTo: number,
    limit: number,
  ): number {
    const rows = database.all<{ id: number; bytes: number }>(
      'SELECT id, bytes FROM kept WHERE collection_id = ? AND kind = ? AND id <= ? ORDER BY id LIMIT ?',
      id,
      kind,
      upTo,
      limit,
    );
    drop(database, id, kind, rows);
    return rows.length;
  },
};

/**
 * What becomes of the items of a batch's request: they are let go of when they are written, else kept as failed.
 */
import type { NewBlock, NewKept } from '../../collections.ts';
import type { Database } from '../driver.ts';
import { agesOf, type DatedKept } from './ages.ts';
import { nextHead, nextPiece, recount, requestRow, setPiece } from './batch-requests.ts';
import { entryUnknown } from './entry-unknown.ts';
import { feedBehindWhich, isFeedLeft, noteWritten, putBehind } from './feed-order.ts';
import { keep } from './kept.ts';
import { contentOf, followedBy, itemsOf, keyOf, keysIn, type PieceItem } from './piece-items.ts';
import { type BatchOrigin, markOverwritten, replacesAny } from './replaced.ts';

/** Reasons by key; that of all items where there is only one. */
export type Reasons = string | ReadonlyMap<string, string>;

function originOf(database: Database, id: string): BatchOrigin {
  const origin = database.get<BatchOrigin>(
    'SELECT collection_id AS collectionId, supplier_id AS supplierId FROM batch WHERE id = ?',
    id,
  );
  if (origin === undefined) throw entryUnknown(`batch ${id}`);
  return origin;
}

/** Keeps items of a request as failed. */
function keepFailed(
  database: Database,
  id: string,
  number: number,
  items: readonly NewKept[],
  at: number,
): void {
  if (items.length === 0) return;
  const { stage } = requestRow(database, id, number);
  const ageOf = agesOf(database, id, stage);
  const dated = items.map((item): DatedKept => ({ ...item, age: ageOf(item.key ?? '') }));
  keep(database, { ...originOf(database, id), kind: 'failed', batchId: id }, dated, at);
  database.run(
    'UPDATE batch_request SET failed = failed + ? WHERE batch_id = ? AND number = ?',
    items.length,
    id,
    number,
  );
  database.run('UPDATE batch SET failed_items = failed_items + ? WHERE id = ?', items.length, id);
  const later = database.get(
    'SELECT 1 FROM batch_request WHERE batch_id = ? AND stage > ? LIMIT 1',
    id,
    stage,
  );
  if (later === undefined) return;
  // What is kept may be requeued or discarded before a later stage asks for it.
  for (const { key } of items) {
    database.run('INSERT INTO failed_key (batch_id, key) VALUES (?, ?) ON CONFLICT DO NOTHING', id, key);
  }
}

function hasFailed(database: Database, id: string, key: string): boolean {
  return database.get('SELECT 1 FROM failed_key WHERE batch_id = ? AND key = ?', id, key) !== undefined;
}

/** The items that are to be kept, with their reasons, and the keys of the others. */
function divided(
  { keys, texts }: { readonly keys: string; readonly texts: string },
  reasons: Reasons | undefined,
): { readonly failed: readonly NewKept[]; readonly written: readonly string[] } {
  if (reasons === undefined) return { failed: [], written: keysIn(keys) };
  const failed: NewKept[] = [];
  const written: string[] = [];
  for (const { line, text } of itemsOf({ keys, texts })) {
    const key = keyOf(line);
    const reason = typeof reasons === 'string' ? reasons : reasons.get(key);
    if (reason === undefined) written.push(key);
    else failed.push({ key, text, reason });
  }
  return { failed, written };
}

function endRequest(database: Database, id: string, number: number, outcome: string): void {
  database.run(
    "UPDATE batch_request SET state = 'ended', outcome = ? WHERE batch_id = ? AND number = ? AND state <> 'ended'",
    outcome,
    id,
    number,
  );
}

/** Written items of a piece as they were collected, those of each age together. */
function* blocksOf(
  items: readonly PieceItem[],
  written: ReadonlySet<string>,
  ageOf: (key: string) => number,
  supplierId: number | null,
): Generator<{ readonly age: number; readonly block: NewBlock }> {
  const byAge = new Map<number, PieceItem[]>();
  for (const item of items) {
    const key = keyOf(item.line);
    if (!written.has(key)) continue;
    const age = ageOf(key);
    const known = byAge.get(age);
    if (known === undefined) byAge.set(age, [item]);
    else known.push(item);
  }
  for (const [age, chosen] of byAge) {
    const lines = chosen.map(({ line, text }) => `${keyOf(line)}\t${text}`).join('\n');
    const bytes = chosen.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    yield { age, block: { lines, items: chosen.length, bytes, supplierId } };
  }
}

/** Carries out the calls of {@link BatchStore} about items that are written or not. */
export const requestEndOperations = {
  'batches.withhold'(database: Database, id: string, number: number, reason: string, at: number): number {
    requestRow(database, id, number);
    // What follows a full feed goes after it, or not at all.
    if (isFeedLeft(database, id, number, undefined)) return 0;
    const isAny = database.get('SELECT 1 FROM failed_key WHERE batch_id = ? LIMIT 1', id) !== undefined;
    const isHeld = ({ line }: PieceItem) => followedBy(line).some((key) => hasFailed(database, id, key));
    let piece = isAny ? nextPiece(database, id, number, -1) : undefined;
    while (piece !== undefined) {
      const held: NewKept[] = [];
      const left: PieceItem[] = [];
      for (const item of itemsOf(piece)) {
        if (isHeld(item)) held.push({ key: keyOf(item.line), text: item.text, reason });
        else left.push(item);
      }
      if (held.length > 0) {
        keepFailed(database, id, number, held, at);
        setPiece(database, piece.id, contentOf(left));
      }
      piece = nextPiece(database, id, number, piece.position);
    }
    recount(database, id, number);
    return requestRow(database, id, number).items;
  },

  /** Keys of the first piece of a request, joined by line feeds, with its position; undefined where none is left. */
  'batches.firstKeys'(
    database: Database,
    id: string,
    number: number,
  ): { readonly position: number; readonly keys: string } | undefined {
    const piece = nextPiece(database, id, number, -1);
    return piece && { position: piece.position, keys: keysIn(piece.keys).join('\n') };
  },

  /**
   * Lets go of pieces of a request from the front, about so many bytes and none after a position, and keeps of them
   * what failed; says whether there are more. Without any it has ended.
   */
  'batches.letGo'(
    database: Database,
    id: string,
    number: number,
    reasons: Reasons | undefined,
    upTo: number,
    outcome: string,
    mostBytes: number,
    at: number,
  ): boolean {
    const origin = originOf(database, id);
    const { stage } = requestRow(database, id, number);
    if (isFeedLeft(database, id, number, typeof reasons === 'string' ? reasons : undefined)) {
      endRequest(database, id, number, outcome);
      return false;
    }
    const feedId = feedBehindWhich(database, id);
    const ageOf = agesOf(database, id, stage);
    const isLookedAt = reasons !== undefined || feedId !== undefined || replacesAny(database, id);
    let bytes = 0;
    while (bytes < mostBytes) {
      const head = nextHead(database, id, number, -1);
      if (head === undefined) {
        endRequest(database, id, number, outcome);
        noteWritten(database, id, number);
        return false;
      }
      if (head.position > upTo) return true;
      let written = head.items;
      const piece = isLookedAt ? nextPiece(database, id, number, -1) : undefined;
      if (piece !== undefined) {
        const parted = divided(piece, reasons);
        written = parted.written.length;
        keepFailed(database, id, number, parted.failed, at);
        markOverwritten(database, id, origin, parted.written, ageOf);
        if (feedId !== undefined) {
          const { supplierId } = origin;
          for (const { age, block } of blocksOf(itemsOf(piece), new Set(parted.written), ageOf, supplierId)) {
            putBehind(database, feedId, id, age, block);
          }
        }
      }
      database.run('DELETE FROM piece WHERE id = ?', head.id);
      database.run(
        `UPDATE batch_request SET items = items - ?, bytes = bytes - ?, pieces = pieces - 1, written = written + ?
         WHERE batch_id = ? AND number = ?`,
        head.items,
        head.bytes,
        written,
        id,
        number,
      );
      bytes += head.bytes;
    }
    return true;
  },
};
